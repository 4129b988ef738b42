package io.github.apparmor4j.containerd.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.testing.KubernetesSchema;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Fields to annotations and back, in manifests of many shapes. */
class ConversionProperties {

  /** The minor version that knows annotations only, and the one that knows fields only. */
  private static final int OLD = 29;

  private static final int NEW = 36;

  /** A pod's profile and its containers'; nulls for none. */
  record PodProfiles(@Nullable ProfileRef pod, List<ProfileRef> containers, Shape shape) {}

  /** How it is written. */
  enum Shape {
    POD,
    DEPLOYMENT,
    CRON_JOB,
    JSON
  }

  @Provide
  Arbitrary<PodProfiles> pods() {
    Arbitrary<ProfileRef> some =
        Arbitraries.oneOf(
            Arbitraries.just(ProfileRef.unconfined()),
            Arbitraries.just(ProfileRef.runtimeDefault()),
            Arbitraries.strings()
                .withChars("abz09-_.:/+ é\"'#{}\\")
                .ofMinLength(1)
                .ofMaxLength(12)
                .map(String::strip)
                .filter(name -> !name.isEmpty() && !name.startsWith("localhost/"))
                .map(ProfileRef::external));
    return Combinators.combine(
            some.injectNull(0.3),
            some.injectNull(0.3).list().ofMinSize(1).ofMaxSize(4),
            Arbitraries.of(Shape.class))
        .as(PodProfiles::new);
  }

  /** Writes a manifest whose fields, or whose annotations alone, say what is asked for. */
  private static String written(PodProfiles pod, boolean fields) {
    List<String> annotations = new ArrayList<>();
    StringBuilder containers = new StringBuilder();
    for (int i = 0; i < pod.containers().size(); i++) {
      ProfileRef own = pod.containers().get(i);
      ProfileRef counts = own == null ? pod.pod() : own;
      containers.append(i == 0 ? "" : ", ").append("{\"name\": \"c" + i + "\"");
      containers.append(", \"image\": \"x\"");
      if (own != null && fields) {
        containers.append(", ").append(context(own));
      }
      containers.append('}');
      if (counts != null && !fields) {
        String value = KubernetesProfile.annotation(counts);
        annotations.add(quoted(KubernetesManifest.ANNOTATION + "c" + i) + ": " + quoted(value));
      }
    }
    String context = pod.pod() == null || !fields ? "" : context(pod.pod()) + ", ";
    String metadata =
        "\"metadata\": {\"name\": \"n\""
            + (annotations.isEmpty()
                ? ""
                : ", \"annotations\": {" + String.join(", ", annotations) + "}")
            + "}";
    String spec = "\"spec\": {" + context + "\"containers\": [" + containers + "]}";
    String template = metadata + ", " + spec;
    return switch (pod.shape()) {
      case JSON -> "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", " + template + "}\n";
      case POD -> "apiVersion: v1\nkind: Pod # here\n" + line(metadata) + "\n" + line(spec) + "\n";
      case DEPLOYMENT ->
          "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template: {" + template + "}\n";
      case CRON_JOB ->
          "apiVersion: batch/v1\nkind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n"
              + "        "
              + line(metadata)
              + "\n        "
              + line(spec)
              + "\n";
    };
  }

  private static String line(String pair) {
    return pair.replaceFirst("^\"(\\w+)\"", "$1");
  }

  private static String context(ProfileRef profile) {
    return "\"securityContext\": {\"appArmorProfile\": {\"type\": \""
        + KubernetesProfile.type(profile)
        + '"'
        + (profile instanceof ProfileRef.Named named
            ? ", \"localhostProfile\": " + quoted(named.name())
            : "")
        + "}}";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static KubernetesManifest manifest(PodProfiles pod, boolean fields) {
    KubernetesManifest manifest =
        KubernetesManifest.parse(SourceText.of("m.yaml", written(pod, fields)));
    assertThat(manifest.diagnostics()).isEmpty();
    return manifest;
  }

  private static List<String> labels(KubernetesManifest manifest, int minor) {
    return manifest.containers().stream().map(container -> container.label(minor)).toList();
  }

  @Property(tries = 2000)
  void annotationsSayWhatFieldsDo(@ForAll("pods") PodProfiles pod) throws IOException {
    KubernetesManifest fields = manifest(pod, true);
    KubernetesManifest both = fields.withAnnotationsForFields();
    assertThat(labels(both, OLD)).isEqualTo(labels(fields, NEW));
    assertThat(labels(both, NEW)).isEqualTo(labels(fields, NEW));
    assertThat(both.check(NEW, null)).noneMatch(found -> found.isError());
    assertThat(both.withAnnotationsForFields().toString()).isEqualTo(both.toString());
    KubernetesSchema.read(both.toString());
  }

  @Property(tries = 2000)
  void fieldsSayWhatAnnotationsDo(@ForAll("pods") PodProfiles pod) throws IOException {
    KubernetesManifest annotations = manifest(pod, false);
    KubernetesManifest both = annotations.withFieldsForAnnotations();
    assertThat(labels(both, NEW)).isEqualTo(labels(annotations, OLD));
    assertThat(labels(both, OLD)).isEqualTo(labels(annotations, OLD));
    assertThat(labels(annotations, OLD)).isEqualTo(labels(manifest(pod, true), NEW));
    assertThat(both.withFieldsForAnnotations().toString()).isEqualTo(both.toString());
    KubernetesSchema.read(both.toString());
  }
}
