package io.github.apparmor4j.containerd;

import io.github.apparmor4j.containerd.CriRequest.ProfileType;
import io.github.apparmor4j.containerd.CriRequest.SecurityProfile;
import java.util.Objects;
import java.util.Set;

/**
 * The properties of containerd's CRI plugin that decide which profile a container gets. The rules
 * were seen on 1.6.20 and 2.1.9 (docs/containers.md).
 *
 * <pre>{@code
 * CriHost host = new CriHost(true, Set.of("web"));
 * String label = host.choose(CriRequest.of(CriRequest.ProfileType.LOCALHOST, "web"));
 * }</pre>
 *
 * @param supported whether it applies profiles: the kernel has AppArmor, {@code
 *     /sbin/apparmor_parser} is there, the environment variable {@code container} isn't set, and
 *     {@code disable_apparmor} is false
 * @param loaded the names of the profiles that are loaded
 * @param baseProfile the profile in the {@code base_runtime_spec} of the pod's runtime; empty if it
 *     has none
 */
public record CriHost(boolean supported, Set<String> loaded, String baseProfile) {

  /** The label of a process that nothing confines. */
  public static final String UNCONFINED = "unconfined";

  private static final String LOCALHOST = "localhost/";

  /** Copies the names. */
  public CriHost {
    loaded = Set.copyOf(loaded);
    Objects.requireNonNull(baseProfile, "baseProfile");
  }

  /** Creates a host whose runtime has no base specification with a profile. */
  public CriHost(boolean supported, Set<String> loaded) {
    this(supported, loaded, "");
  }

  /** Returns the host for pods of a runtime whose base specification names a profile. */
  public CriHost withBaseProfile(String profile) {
    return new CriHost(supported, loaded, profile);
  }

  /**
   * Returns the label that a container gets, {@link #UNCONFINED} for none.
   *
   * @throws CriException if containerd refuses the request
   */
  public String choose(CriRequest request) {
    Objects.requireNonNull(request, "request");
    SecurityProfile asked = request.apparmor();
    SecurityProfile profile = asked == null ? legacy(request.apparmorProfile()) : asked;
    if (!supported) {
      boolean nothing = asked == null && request.apparmorProfile().isEmpty();
      if (nothing || profile.type() == ProfileType.UNCONFINED) {
        return unset(request);
      }
      throw new CriException("apparmor is not supported");
    } else if (profile.type() != ProfileType.LOCALHOST && !profile.localhostRef().isEmpty()) {
      throw new CriException(
          "apparmor config invalid LocalhostRef must only be set if ProfileType is Localhost");
    }
    return switch (profile.type()) {
      case UNCONFINED -> unset(request);
      case RUNTIME_DEFAULT -> request.privileged() ? UNCONFINED : CriDefaultProfile.NAME;
      case LOCALHOST -> localhost(profile.localhostRef());
    };
  }

  /**
   * Returns the label of a container for which no profile is set: it keeps the one of the base
   * specification, unless it is privileged.
   */
  private String unset(CriRequest request) {
    return request.privileged() || baseProfile.isEmpty() ? UNCONFINED : baseProfile;
  }

  private static SecurityProfile legacy(String text) {
    return switch (text) {
      case "", "runtime/default", "docker/default" ->
          new SecurityProfile(ProfileType.RUNTIME_DEFAULT, "");
      case "unconfined" -> new SecurityProfile(ProfileType.UNCONFINED, "");
      default -> {
        if (!text.startsWith(LOCALHOST)) {
          throw new CriException("invalid profile \"" + text + '"');
        }
        yield new SecurityProfile(ProfileType.LOCALHOST, text);
      }
    };
  }

  private String localhost(String reference) {
    String name =
        reference.startsWith(LOCALHOST) ? reference.substring(LOCALHOST.length()) : reference;
    if (name.isEmpty()) {
      throw new CriException("nil apparmor profile is not supported");
    } else if (!loaded.contains(name)) {
      throw new CriException("apparmor profile not found " + name);
    }
    return name;
  }
}
