package io.github.apparmor4j.containerd;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a CRI request says about a container's profile, in the words of {@code
 * LinuxContainerSecurityContext} (runtime.v1).
 *
 * @param apparmor the field {@code apparmor}, number 16; {@code null} if it isn't set
 * @param apparmorProfile the deprecated field {@code apparmor_profile}, number 9; empty if it isn't
 *     set
 * @param privileged the field {@code privileged}
 */
public record CriRequest(
    @Nullable SecurityProfile apparmor, String apparmorProfile, boolean privileged) {

  /** The values of {@code SecurityProfile.ProfileType}. */
  public enum ProfileType {
    /** The runtime's own profile. */
    RUNTIME_DEFAULT(0),
    /** No profile. */
    UNCONFINED(1),
    /** A profile that is loaded. */
    LOCALHOST(2);

    private final int number;

    ProfileType(int number) {
      this.number = number;
    }

    /** Returns its number in the protocol. Every version reads the number, in JSON as well. */
    public int number() {
      return number;
    }
  }

  /**
   * A {@code SecurityProfile}.
   *
   * @param type the kind of profile
   * @param localhostRef the name of a loaded profile, with or without {@code localhost/}; empty for
   *     other kinds
   */
  public record SecurityProfile(ProfileType type, String localhostRef) {
    /** Rejects nulls. */
    public SecurityProfile {
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(localhostRef, "localhostRef");
    }
  }

  /** Rejects nulls. */
  public CriRequest {
    Objects.requireNonNull(apparmorProfile, "apparmorProfile");
  }

  /** Returns a request with the field {@code apparmor}. */
  public static CriRequest of(ProfileType type, String localhostRef) {
    return new CriRequest(new SecurityProfile(type, localhostRef), "", false);
  }

  /** Returns a request with the deprecated field only; an empty text says nothing. */
  public static CriRequest ofLegacy(String apparmorProfile) {
    return new CriRequest(null, apparmorProfile, false);
  }

  /** Returns the same request for a privileged container. */
  public CriRequest asPrivileged() {
    return new CriRequest(apparmor, apparmorProfile, true);
  }
}
