package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Diagnostic.Severity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be wrong with manifests, and with profiles on their way into a cluster. */
enum KubernetesProblem implements Diagnostic.Kind {
  NOT_YAML(
      "AA-KUBE-0001",
      Severity.ERROR,
      "not YAML, or more than the limits: 16 Mi characters, 64 levels"),
  DUPLICATE_KEY("AA-KUBE-0002", Severity.ERROR, "a key is there twice", "remove one of them"),
  UNEXPECTED("AA-KUBE-0003", Severity.ERROR, "something else was expected here"),
  REFUSED_FIELD("AA-KUBE-0004", Severity.ERROR, "an appArmorProfile that an API server refuses"),
  REFUSED_ANNOTATION("AA-KUBE-0005", Severity.ERROR, "an annotation that an API server refuses"),
  CONFLICTING_ANNOTATION(
      "AA-KUBE-0006",
      Severity.ERROR,
      "an annotation that differs from the field",
      "remove the annotation"),
  DEPRECATED_ANNOTATION(
      "AA-KUBE-0007",
      Severity.WARNING,
      "an annotation that is deprecated, or does nothing in this version",
      "write securityContext.appArmorProfile"),
  UNKNOWN_FIELD("AA-KUBE-0008", Severity.WARNING, "a field that this version doesn't know"),
  UNCONFINED(
      "AA-KUBE-0009",
      Severity.WARNING,
      "a container that runs without a profile, which Pod Security's baseline forbids",
      "set the type to RuntimeDefault, or name a profile"),
  PRIVILEGED(
      "AA-KUBE-0010",
      Severity.WARNING,
      "a container that is privileged, and so runs without a profile"),
  UNKNOWN_PROFILE(
      "AA-KUBE-0011",
      Severity.ERROR,
      "a profile that is not among those that nodes load",
      "load the profile on the nodes, or give its file to this command"),
  POD_FOR_WINDOWS(
      "AA-KUBE-0012", Severity.ERROR, "a profile in a pod for Windows", "remove the profile"),
  NOT_EDITABLE("AA-KUBE-0013", Severity.ERROR, "can't be edited on its own"),
  NOT_HASHABLE("AA-KUBE-0014", Severity.ERROR, "a profile that can't be given a hash in its name"),
  FORBIDDEN(
      "AA-KUBE-0015",
      Severity.WARNING,
      "an Unconfined that Pod Security's baseline forbids, though it holds for no container"),
  OVERRIDING_ANNOTATION(
      "AA-KUBE-0016",
      Severity.WARNING,
      "an annotation that holds, and not the pod's field that says otherwise",
      "remove the annotation"),
  MISPLACED_ANNOTATION("AA-KUBE-0017", Severity.WARNING, "an annotation that does nothing"),
  NOT_READ(
      "AA-KUBE-0018",
      Severity.WARNING,
      "something with containers that is not read",
      "name the place of the pods: --pod-path KIND=PATH"),
  NOT_RENDERED(
      "AA-KUBE-0019",
      Severity.ERROR,
      "a template, not a manifest",
      "render it first, by helm template"),
  PREFIXED_NAME(
      "AA-KUBE-0020",
      Severity.WARNING,
      "a profile's name with a prefix that the runtime takes off",
      "leave 'localhost/' away"),
  NOT_EXPRESSIBLE("AA-SPO-0001", Severity.ERROR, "something that an AppArmorProfile can't say"),
  CHANGED_BY_OPERATOR(
      "AA-SPO-0002", Severity.WARNING, "something of which the operator makes something else"),
  NOT_AN_OBJECT_NAME("AA-SPO-0003", Severity.ERROR, "not a name of an object");

  private final String code;
  private final Severity severity;
  private final String meaning;
  private final @Nullable String help;

  KubernetesProblem(String code, Severity severity, String meaning) {
    this(code, severity, meaning, null);
  }

  KubernetesProblem(String code, Severity severity, String meaning, @Nullable String help) {
    this.code = code;
    this.severity = severity;
    this.meaning = meaning;
    this.help = help;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public Severity severity() {
    return severity;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Optional<String> help() {
    return Optional.ofNullable(help);
  }
}
