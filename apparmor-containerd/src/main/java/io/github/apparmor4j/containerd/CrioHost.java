package io.github.apparmor4j.containerd;

import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.containerd.CriRequest.ProfileType;
import io.github.apparmor4j.containerd.CriRequest.SecurityProfile;
import java.util.Objects;
import java.util.Set;

/**
 * The properties of CRI-O that decide which profile a container gets. The rules are from its
 * sources of 2024 and 2025; they were not tried on a real CRI-O (docs/containers.md). Unlike
 * containerd's plugin ({@link CriHost}), it gives privileged containers no profile, not even one
 * that they ask for, and leaves it to the OCI runtime to find out that a profile isn't loaded.
 *
 * @param enabled whether it applies profiles
 * @param loaded the names of the profiles that are loaded
 * @param defaultProfile {@code apparmor_profile} of its configuration; {@code unconfined} for none
 * @param fields whether it knows the field {@code apparmor}, as it does since 1.30
 */
public record CrioHost(boolean enabled, Set<String> loaded, String defaultProfile, boolean fields) {

  /** The default profile's name, if nothing else is configured. */
  public static final String DEFAULT = ContainerTemplate.CRI_O.profileName();

  private static final String LOCALHOST = "localhost/";

  /** Copies the names. */
  public CrioHost {
    loaded = Set.copyOf(loaded);
    Objects.requireNonNull(defaultProfile, "defaultProfile");
  }

  /** Returns a host of 1.30 or later that applies profiles, its own by default. */
  public static CrioHost of(Set<String> loaded) {
    return new CrioHost(true, loaded, DEFAULT, true);
  }

  /**
   * Returns the label that a container gets, {@link CriHost#UNCONFINED} for none.
   *
   * @throws CriException if CRI-O refuses the request, or its runtime can't find the profile
   */
  public String choose(CriRequest request) {
    if (!enabled || request.privileged()) {
      return CriHost.UNCONFINED;
    }
    String name = name(request);
    // CRI-O loads its own profile if it is missing; with another missing one the start fails.
    if (!name.equals(CriHost.UNCONFINED) && !name.equals(DEFAULT) && !loaded.contains(name)) {
      throw new CriException("no profile " + name + " is loaded: the container can't be started");
    }
    return name;
  }

  private String name(CriRequest request) {
    SecurityProfile asked = fields ? request.apparmor() : null;
    String legacy = request.apparmorProfile();
    boolean nothing = asked == null && legacy.isEmpty();
    boolean runtimes = asked != null && asked.type() == ProfileType.RUNTIME_DEFAULT;
    if (nothing || runtimes || legacy.equals("runtime/default")) {
      return defaultProfile;
    } else if (asked != null && asked.type() == ProfileType.UNCONFINED) {
      return CriHost.UNCONFINED;
    }
    String name = asked == null ? legacy : asked.localhostRef();
    name = name.startsWith(LOCALHOST) ? name.substring(LOCALHOST.length()) : name;
    if (name.isEmpty()) {
      throw new CriException("empty localhost AppArmor profile is forbidden");
    }
    return name.equalsIgnoreCase(CriHost.UNCONFINED) ? CriHost.UNCONFINED : name;
  }
}
