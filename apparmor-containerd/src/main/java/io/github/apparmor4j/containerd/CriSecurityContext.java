package io.github.apparmor4j.containerd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.CriRequest.ProfileType;
import io.github.apparmor4j.containerd.CriRequest.SecurityProfile;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The part of CRI's {@code LinuxContainerSecurityContext} that names a profile, in proto JSON with
 * snake-case names (runtime.v1, fields 16 and 9).
 *
 * @param profile the container's profile
 */
public record CriSecurityContext(ProfileRef profile) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns the part for a profile. */
  public static CriSecurityContext of(ProfileRef profile) {
    return new CriSecurityContext(profile);
  }

  /** Returns the field {@code apparmor}. */
  public SecurityProfile apparmor() {
    if (profile instanceof ProfileRef.Named named) {
      return new SecurityProfile(ProfileType.LOCALHOST, named.name());
    }
    return new SecurityProfile(
        profile instanceof ProfileRef.Unconfined
            ? ProfileType.UNCONFINED
            : ProfileType.RUNTIME_DEFAULT,
        "");
  }

  /**
   * Returns {@code {"apparmor":{"profile_type":2,"localhost_ref":"NAME"}}}; the type is a number,
   * which every version reads.
   */
  public String toJson() {
    SecurityProfile field = apparmor();
    Map<String, Object> apparmor = new LinkedHashMap<>();
    apparmor.put("profile_type", field.type().number());
    if (!field.localhostRef().isEmpty()) {
      apparmor.put("localhost_ref", field.localhostRef());
    }
    try {
      return JSON.writeValueAsString(Map.of("apparmor", apparmor));
    } catch (JsonProcessingException e) {
      throw new AssertionError("maps and strings can always be written", e);
    }
  }

  /**
   * Returns the value of the older field {@code apparmor_profile}: {@code localhost/NAME}, {@code
   * unconfined} or {@code runtime/default}.
   */
  public String legacyProfile() {
    if (profile instanceof ProfileRef.Named named) {
      return "localhost/" + named.name();
    }
    return profile instanceof ProfileRef.Unconfined ? "unconfined" : "runtime/default";
  }
}
