package io.github.apparmor4j.containerd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.container.ProfileRef;
import java.util.Map;

/**
 * The part of an OCI runtime configuration ({@code config.json}) that names a profile. OCI runtimes
 * have no default profile: give the name of the engine's default instead.
 *
 * @param profile a named profile, or unconfined
 */
public record OciProcess(ProfileRef profile) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Rejects the runtime's default, which OCI doesn't know. */
  public OciProcess {
    if (profile instanceof ProfileRef.RuntimeDefault) {
      throw new IllegalArgumentException("OCI runtimes have no default profile: name one");
    }
  }

  /** Returns the part for a profile. */
  public static OciProcess of(ProfileRef profile) {
    return new OciProcess(profile);
  }

  /**
   * Returns {@code {"process":{"apparmorProfile":"NAME"}}}; the name is empty for no confinement.
   */
  public String toJson() {
    try {
      return JSON.writeValueAsString(Map.of("process", Map.of("apparmorProfile", name())));
    } catch (JsonProcessingException e) {
      throw new AssertionError("maps and strings can always be written", e);
    }
  }

  /** Returns the profile's name; empty for none. */
  String name() {
    return profile instanceof ProfileRef.Named named ? named.name() : "";
  }
}
