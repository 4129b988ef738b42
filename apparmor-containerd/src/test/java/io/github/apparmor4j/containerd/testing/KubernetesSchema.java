package io.github.apparmor4j.containerd.testing;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kubernetes' OpenAPI schema, as classes made of it; what they don't know is refused. */
public final class KubernetesSchema {

  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "ConfigMap", ConfigMap.class,
          "CronJob", CronJob.class,
          "DaemonSet", DaemonSet.class,
          "Deployment", Deployment.class,
          "Job", Job.class,
          "Namespace", Namespace.class,
          "Pod", Pod.class,
          "StatefulSet", StatefulSet.class);

  private static final ObjectMapper YAML = new YAMLMapper(new YAMLFactory());
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                // The classes keep unknown fields, which would hide them.
                @Override
                public @Nullable Boolean hasAnySetter(Annotated annotated) {
                  return false;
                }
              })
          .build();

  private KubernetesSchema() {}

  /** Reads manifests strictly. */
  public static List<HasMetadata> read(String manifests) throws IOException {
    List<HasMetadata> objects = new ArrayList<>();
    for (JsonNode document :
        YAML.readerFor(JsonNode.class).<JsonNode>readValues(manifests).readAll()) {
      Class<? extends HasMetadata> type = KINDS.get(document.path("kind").asText());
      if (type == null) {
        throw new IOException("no such kind is known here: " + document.path("kind"));
      }
      objects.add(STRICT.treeToValue(document, type));
    }
    return objects;
  }
}
