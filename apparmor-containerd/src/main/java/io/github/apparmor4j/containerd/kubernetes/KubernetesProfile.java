package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.source.SourcePlace;
import java.util.Objects;

/**
 * What a manifest says about a profile in one place: {@code securityContext.appArmorProfile} or an
 * annotation.
 *
 * @param type {@code RuntimeDefault}, {@code Unconfined} or {@code Localhost}; an invalid type as
 *     it is written; empty for an empty annotation
 * @param localhostProfile the name of a loaded profile; empty for other types
 * @param place where it is written
 */
public record KubernetesProfile(String type, String localhostProfile, SourcePlace place) {

  /** The runtime's own profile. */
  public static final String RUNTIME_DEFAULT = "RuntimeDefault";

  /** No profile. */
  public static final String UNCONFINED = "Unconfined";

  /** A profile that is loaded on the node. */
  public static final String LOCALHOST = "Localhost";

  private static final String PREFIX = "localhost/";

  /** Rejects nulls. */
  public KubernetesProfile {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(localhostProfile, "localhostProfile");
    Objects.requireNonNull(place, "place");
  }

  /** Reads an annotation's value; the type of an invalid one is the value itself. */
  static KubernetesProfile ofAnnotation(String value, SourcePlace place) {
    if (value.isEmpty()) {
      return new KubernetesProfile("", "", place); // it is there, but says nothing
    } else if (value.startsWith(PREFIX)) {
      return new KubernetesProfile(LOCALHOST, value.substring(PREFIX.length()), place);
    }
    return switch (value) {
      case "runtime/default" -> new KubernetesProfile(RUNTIME_DEFAULT, "", place);
      case "unconfined" -> new KubernetesProfile(UNCONFINED, "", place);
      default -> new KubernetesProfile(value, "", place);
    };
  }

  /** Returns the name that a runtime looks for: containerd and CRI-O take this prefix off. */
  static String withoutPrefix(String name) {
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }

  /** Returns the value of an annotation for a profile, as Kubernetes before 1.30 needs it. */
  public static String annotation(ProfileRef profile) {
    if (profile instanceof ProfileRef.Named named) {
      return PREFIX + named.name();
    }
    return profile instanceof ProfileRef.Unconfined ? "unconfined" : "runtime/default";
  }

  /** Returns the type for a profile. */
  static String type(ProfileRef profile) {
    if (profile instanceof ProfileRef.Named) {
      return LOCALHOST;
    }
    return profile instanceof ProfileRef.Unconfined ? UNCONFINED : RUNTIME_DEFAULT;
  }

  /** Returns a reference to the profile; for an invalid type, to the runtime's default. */
  ProfileRef reference() {
    return switch (type) {
      case LOCALHOST -> ProfileRef.external(localhostProfile);
      case UNCONFINED -> ProfileRef.unconfined();
      default -> ProfileRef.runtimeDefault();
    };
  }

  /** Returns whether two places say the same. */
  boolean sameAs(KubernetesProfile other) {
    return type.equals(other.type) && localhostProfile.equals(other.localhostProfile);
  }

  /** Returns the type, with the name of a loaded profile: {@code Localhost web}. */
  @Override
  public String toString() {
    return localhostProfile.isEmpty() ? type : type + " " + localhostProfile;
  }
}
