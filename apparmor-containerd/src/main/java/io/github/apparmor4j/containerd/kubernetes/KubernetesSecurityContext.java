package io.github.apparmor4j.containerd.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.github.apparmor4j.container.ProfileRef;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The {@code securityContext} of a pod or container that names a profile (Kubernetes 1.30 and
 * later).
 *
 * @param profile the profile
 */
public record KubernetesSecurityContext(ProfileRef profile) {

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .build());

  /** Returns the context for a profile. */
  public static KubernetesSecurityContext of(ProfileRef profile) {
    return new KubernetesSecurityContext(profile);
  }

  /** Returns the fragment as YAML, with a line feed at the end. */
  public String toYaml() {
    Map<String, Object> field = new LinkedHashMap<>();
    field.put("type", KubernetesProfile.type(profile));
    if (profile instanceof ProfileRef.Named named) {
      field.put("localhostProfile", named.name());
    }
    try {
      return YAML.writeValueAsString(Map.of("securityContext", Map.of("appArmorProfile", field)));
    } catch (JsonProcessingException e) {
      throw new AssertionError("maps and strings can always be written", e);
    }
  }
}
