package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import io.github.apparmor4j.yaml.YamlText;
import io.github.apparmor4j.yaml.YamlText.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The workloads in a text of Kubernetes manifests, YAML or JSON, of one or more documents: pods,
 * objects that make pods, and lists of them. Other objects are passed over. Immutable.
 *
 * <pre>{@code
 * KubernetesManifest manifest = KubernetesManifest.parse(SourceText.read(Path.of("web.yaml")));
 * manifest.check(34, null).forEach(found -> System.out.println(found.render()));
 * for (KubernetesContainer container : manifest.containers()) {
 *   System.out.println(container.name() + ": " + container.label(34));
 * }
 * }</pre>
 *
 * <p>Reading never fails: what is wrong is in {@link #diagnostics()}, and what could be read is
 * there. Texts of more than 16 Mi characters or 64 levels are refused.
 */
public final class KubernetesManifest {

  private static final YamlText.Kinds KINDS =
      new YamlText.Kinds(KubernetesProblem.NOT_YAML, KubernetesProblem.DUPLICATE_KEY);

  /** What an annotation's key has before the container's name; deprecated since 1.30. */
  static final String ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

  private static final int LONGEST = 4095;

  private final SourceText source;
  private final List<Diagnostic> diagnostics = new ArrayList<>();

  /** What an object or a container takes here, with what may be said about it; an estimate. */
  private static final int BYTES = 512;

  /** What is looked at to read one, in the budget's steps. */
  private static final int STEPS = 64;

  private final List<KubernetesContainer> containers = new ArrayList<>();
  private final Budget budget = Budget.of(WorkLimits.DEFAULT);

  /** Where each container is written. */
  private final List<Written> written = new ArrayList<>();

  private record Written(YamlText document, Node node, Node pod) {}

  private KubernetesManifest(SourceText source) {
    this.source = source;
  }

  /** Reads a text. */
  public static KubernetesManifest parse(SourceText text) {
    KubernetesManifest manifest = new KubernetesManifest(text);
    for (YamlText document : YamlText.readAll(text, KINDS, manifest.diagnostics::add)) {
      try {
        manifest.new Reader(document).objects(document.root());
      } catch (TooComplexException e) { // few characters make many objects by aliases
        SourcePlace place = document.placeOrStart(document.root());
        manifest.diagnostics.add(
            Diagnostic.of(KubernetesProblem.NOT_YAML, place, String.valueOf(e.getMessage())));
        break;
      }
    }
    return manifest;
  }

  /** Returns the text that was read. */
  public SourceText source() {
    return source;
  }

  /**
   * Returns what is wrong with the text, and what it says about profiles that an API server of any
   * version refuses.
   */
  public List<Diagnostic> diagnostics() {
    return List.copyOf(diagnostics);
  }

  /**
   * Returns the containers of all workloads, in the order of the text; of each pod, init containers
   * come first and ephemeral ones last.
   */
  public List<KubernetesContainer> containers() {
    return List.copyOf(containers);
  }

  /**
   * Returns what is wrong, and then what is worth a look: containers without a profile, what Pod
   * Security admission refuses, what a version passes over.
   *
   * @param minor the cluster's minor version: 34 for 1.34
   * @param known the names of the profiles that are loaded on the nodes; {@code null} if they
   *     aren't known
   */
  public List<Diagnostic> check(int minor, @Nullable Set<String> known) {
    List<Diagnostic> found = new ArrayList<>(diagnostics);
    for (KubernetesContainer container : containers) {
      check(container, minor, known, found);
    }
    return found;
  }

  private static void check(
      KubernetesContainer container,
      int minor,
      @Nullable Set<String> known,
      List<Diagnostic> found) {
    String name = "container " + container.name() + " of " + container.workload();
    KubernetesProfile own = container.own() == null ? container.pod() : container.own();
    KubernetesProfile annotation = container.annotation();
    if (own != null && minor < KubernetesContainer.FIELDS) {
      found.add(
          Diagnostic.of(
              KubernetesProblem.UNKNOWN_FIELD,
              own.place(),
              "Kubernetes 1." + minor + " knows no such field"));
    }
    if (own != null && annotation != null && !own.sameAs(annotation)) {
      found.add(
          Diagnostic.of(
              KubernetesProblem.CONFLICTING_ANNOTATION,
              annotation.place(),
              "the annotation says " + annotation + ", the field " + own));
    } else if (annotation != null && minor >= KubernetesContainer.FIELDS) {
      boolean lost = minor >= KubernetesContainer.NO_ANNOTATIONS && own == null;
      found.add(
          Diagnostic.of(
              KubernetesProblem.DEPRECATED_ANNOTATION,
              annotation.place(),
              lost
                  ? "Kubernetes 1." + minor + " takes no profile from an annotation"
                  : "the annotation is deprecated"));
    }
    KubernetesProfile profile = container.effective(minor).orElse(null);
    SourcePlace place = profile == null ? container.place() : profile.place();
    if (profile != null && profile.type().equals(KubernetesProfile.UNCONFINED)) {
      found.add(
          Diagnostic.of(
              KubernetesProblem.UNCONFINED,
              place,
              name + " runs without a profile, which Pod Security's baseline forbids"));
    } else if (container.label(minor).equals("unconfined")) {
      found.add(
          Diagnostic.of(
              KubernetesProblem.PRIVILEGED,
              place,
              name + " is privileged, and so runs without a profile"));
    } else if (known != null
        && profile != null
        && profile.type().equals(KubernetesProfile.LOCALHOST)
        && !known.contains(profile.localhostProfile())) {
      found.add(
          Diagnostic.of(
              KubernetesProblem.UNKNOWN_PROFILE,
              place,
              "the profile '"
                  + profile.localhostProfile()
                  + "' is not among those that are loaded"));
    }
  }

  // ---- edits

  /**
   * Returns the text with a container's own {@code appArmorProfile} set; every other character
   * stays as it is.
   *
   * @param container one of {@link #containers()}
   * @throws IllegalArgumentException if the container is not one of them
   * @throws DiagnosticException if the container is written in a way that can't be edited by
   *     itself, such as an alias
   */
  public KubernetesManifest withProfile(KubernetesContainer container, ProfileRef profile) {
    int index = index(container);
    Written where = written.get(index);
    return edited(
        index,
        new ManifestEdit(where.document, profile).set(where.node),
        now -> now.own() != null && now.own().reference().equals(plain(profile)));
  }

  private int index(KubernetesContainer container) {
    int index = containers.indexOf(container);
    if (index < 0) {
      throw new IllegalArgumentException("not a container of this text: " + container.name());
    }
    return index;
  }

  /**
   * Reads an edited text. YAML has more forms than the edits know, so a text that doesn't say just
   * what it should is refused.
   */
  private KubernetesManifest edited(
      int index, SourceText text, Predicate<KubernetesContainer> asMeant) {
    KubernetesManifest edited = parse(text);
    boolean says = edited.containers.size() == containers.size();
    for (int i = 0; says && i < containers.size(); i++) {
      KubernetesContainer now = edited.containers.get(i);
      says = i == index ? asMeant.test(now) : now.says(containers.get(i));
    }
    if (!says || edited.diagnostics.size() > diagnostics.size()) {
      KubernetesContainer container = containers.get(index);
      throw new DiagnosticException(
          List.of(
              Diagnostic.of(
                  KubernetesProblem.NOT_EDITABLE,
                  container.place(),
                  container.name() + " is written in a form that can't be edited")));
    }
    return edited;
  }

  private static ProfileRef plain(ProfileRef profile) {
    return profile instanceof ProfileRef.Named named ? ProfileRef.external(named.name()) : profile;
  }

  /**
   * Returns the text with a field for each container that has only an annotation, as Kubernetes
   * 1.36 needs it. The annotations stay, for clusters before 1.30, and say the same as the new
   * fields.
   *
   * @throws DiagnosticException as {@link #withProfile}, or if an annotation is invalid
   */
  public KubernetesManifest withFieldsForAnnotations() {
    KubernetesManifest edited = this;
    for (int i = 0; i < containers.size(); i++) {
      KubernetesContainer container = edited.containers.get(i);
      KubernetesProfile annotation = container.annotation();
      if (annotation != null && container.own() == null && container.pod() == null) {
        List<Diagnostic> errors = Diagnostic.errors(edited.diagnostics);
        if (!errors.isEmpty()) {
          throw new DiagnosticException(errors);
        }
        edited = edited.withProfile(container, annotation.reference());
      }
    }
    return edited;
  }

  /**
   * Returns the text with an annotation for each container that has a field, or whose pod has one,
   * and no annotation yet: for clusters before 1.30, which know no fields. The fields stay.
   *
   * @throws DiagnosticException as {@link #withProfile}, or if a field is invalid
   */
  public KubernetesManifest withAnnotationsForFields() {
    KubernetesManifest edited = this;
    for (int i = 0; i < containers.size(); i++) {
      KubernetesContainer container = edited.containers.get(i);
      KubernetesProfile field = container.own() == null ? container.pod() : container.own();
      if (field != null && container.annotation() == null) {
        List<Diagnostic> errors = Diagnostic.errors(edited.diagnostics);
        if (!errors.isEmpty()) {
          throw new DiagnosticException(errors);
        }
        Written where = edited.written.get(i);
        edited =
            edited.edited(
                i,
                new ManifestEdit(where.document, field.reference())
                    .annotate(where.pod, container.name()),
                now -> now.annotation() != null && now.annotation().sameAs(field));
      }
    }
    return edited;
  }

  /** Returns the text. */
  @Override
  public String toString() {
    return source.text();
  }

  // ---- reading

  private final class Reader {
    private final YamlText yaml;

    Reader(YamlText yaml) {
      this.yaml = yaml;
    }

    private void error(KubernetesProblem kind, Node node, String message) {
      diagnostics.add(Diagnostic.of(kind, yaml.place(node), message));
    }

    /** Reads an object and, if it is a list, those in it, however deep. */
    void objects(@Nullable Node root) {
      Deque<Node> waiting = new ArrayDeque<>();
      if (root != null) {
        waiting.push(root);
      }
      while (!waiting.isEmpty()) {
        Node node = waiting.pop();
        count();
        List<Node> items = object(node);
        for (int i = items.size() - 1; i >= 0; i--) {
          waiting.push(items.get(i)); // so that the first is read first
        }
      }
    }

    private void count() {
      budget.take(BYTES);
      budget.work(STEPS);
    }

    /** Reads an object; returns those in it. */
    private List<Node> object(Node node) {
      String kind = text(YamlText.find(node, "kind"));
      if (kind == null) {
        return List.of();
      }
      String name = text(at(node, "metadata", "name"));
      String workload = kind + " " + (name == null ? "without a name" : name);
      switch (kind) {
        case "Pod" -> pod(workload, node);
        case "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "ReplicationController",
            "Job" ->
            template(workload, at(node, "spec", "template"));
        case "CronJob" -> template(workload, at(node, "spec", "jobTemplate", "spec", "template"));
        case "PodTemplate" -> template(workload, at(node, "template"));
        default -> {
          if (kind.endsWith("List")) {
            return items(YamlText.find(node, "items"));
          }
        }
      }
      return List.of();
    }

    private @Nullable Entry at(Node node, String... keys) {
      Entry entry = null;
      Node in = node;
      for (String key : keys) {
        entry = YamlText.find(in, key);
        if (entry == null) {
          return null;
        }
        in = entry.value();
      }
      return entry;
    }

    private void template(String workload, @Nullable Entry template) {
      if (template != null) {
        pod(workload, template.value());
      }
    }

    private void pod(String workload, Node pod) {
      Entry spec = YamlText.find(pod, "spec");
      if (spec == null) {
        return;
      }
      boolean windows = "windows".equals(text(at(spec.value(), "os", "name")));
      KubernetesProfile ofPod = field(spec.value(), windows);
      Map<String, KubernetesProfile> annotations = annotations(pod);
      Set<String> names = new HashSet<>();
      for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
        for (Node container : items(YamlText.find(spec.value(), list))) {
          count();
          Entry name = YamlText.find(container, "name");
          String text = text(name);
          if (name == null || text == null) {
            error(KubernetesProblem.UNEXPECTED, container, "a container has a name");
            continue;
          }
          names.add(text);
          written.add(new Written(yaml, container, pod));
          containers.add(
              new KubernetesContainer(
                  workload,
                  text,
                  yaml.place(name.value()),
                  "true".equals(text(at(container, "securityContext", "privileged"))),
                  field(container, windows),
                  ofPod,
                  annotations.get(text)));
        }
      }
      annotations.forEach(
          (name, profile) -> {
            if (!names.contains(name)) {
              diagnostics.add(
                  Diagnostic.of(
                      KubernetesProblem.REFUSED_ANNOTATION,
                      profile.place(),
                      "there is no container " + name));
            }
          });
    }

    private List<Node> items(@Nullable Entry entry) {
      if (entry == null) {
        return List.of();
      } else if (entry.value() instanceof SequenceNode list) {
        return list.getValue();
      }
      error(KubernetesProblem.UNEXPECTED, entry.value(), entry.key().getValue() + " is a list");
      return List.of();
    }

    private @Nullable String text(@Nullable Entry entry) {
      return entry != null && entry.value() instanceof ScalarNode scalar ? scalar.getValue() : null;
    }

    private @Nullable KubernetesProfile field(Node node, boolean windows) {
      Entry field = at(node, "securityContext", "appArmorProfile");
      if (field == null || isNull(field.value())) {
        return null;
      } else if (!(field.value() instanceof MappingNode)) {
        error(KubernetesProblem.UNEXPECTED, field.value(), "appArmorProfile is a mapping");
        return null;
      } else if (windows) {
        error(
            KubernetesProblem.POD_FOR_WINDOWS,
            field.key(),
            "a pod for windows has no AppArmor profile");
      }
      Entry type = YamlText.find(field.value(), "type");
      Entry name = YamlText.find(field.value(), "localhostProfile");
      String typeText = text(type);
      if (type == null || typeText == null) {
        error(KubernetesProblem.REFUSED_FIELD, field.key(), "type is required");
        return null;
      }
      String nameText = name == null || isNull(name.value()) ? null : text(name);
      validate(type, typeText, name, nameText);
      return new KubernetesProfile(
          typeText, nameText == null ? "" : nameText, yaml.place(type.value()));
    }

    private boolean isNull(Node node) {
      return node.getTag().equals(Tag.NULL);
    }

    private void validate(
        Entry type, String typeText, @Nullable Entry name, @Nullable String nameText) {
      switch (typeText) {
        case KubernetesProfile.LOCALHOST -> {
          if (nameText == null) {
            error(
                KubernetesProblem.REFUSED_FIELD,
                type.value(),
                "type Localhost needs a localhostProfile");
          } else if (name != null) {
            name(KubernetesProblem.REFUSED_FIELD, name.value(), nameText);
          }
        }
        case KubernetesProfile.RUNTIME_DEFAULT, KubernetesProfile.UNCONFINED -> {
          if (name != null && nameText != null) {
            error(
                KubernetesProblem.REFUSED_FIELD,
                name.key(),
                "localhostProfile is for type Localhost only");
          }
        }
        default ->
            error(
                KubernetesProblem.REFUSED_FIELD,
                type.value(),
                "unknown type " + typeText + ": RuntimeDefault, Localhost or Unconfined");
      }
    }

    private void name(KubernetesProblem kind, Node node, String name) {
      if (name.isEmpty() || !name.equals(name.strip())) {
        error(kind, node, "the profile's name is empty or padded");
      } else if (name.length() > LONGEST) {
        error(kind, node, "the profile's name has more than " + LONGEST + " characters");
      } else if (name.startsWith("localhost/")) {
        error(kind, node, "'localhost/' belongs in annotations only");
      }
    }

    private Map<String, KubernetesProfile> annotations(Node pod) {
      Map<String, KubernetesProfile> found = new HashMap<>();
      Entry all = at(pod, "metadata", "annotations");
      for (Entry entry : all == null ? List.<Entry>of() : YamlText.entries(all.value())) {
        count();
        String key = entry.key().getValue();
        String value = text(entry);
        if (!key.startsWith(ANNOTATION)) {
          continue;
        } else if (value == null) {
          error(KubernetesProblem.UNEXPECTED, entry.value(), "an annotation is a string");
          continue;
        }
        KubernetesProfile profile =
            KubernetesProfile.ofAnnotation(value, yaml.place(entry.value()));
        if (profile.type().equals(KubernetesProfile.LOCALHOST)) {
          name(KubernetesProblem.REFUSED_ANNOTATION, entry.value(), profile.localhostProfile());
        } else if (!List.of(KubernetesProfile.RUNTIME_DEFAULT, KubernetesProfile.UNCONFINED)
            .contains(profile.type())) {
          error(
              KubernetesProblem.REFUSED_ANNOTATION,
              entry.value(),
              "invalid profile '" + value + "': runtime/default, localhost/NAME or unconfined");
        }
        found.put(key.substring(ANNOTATION.length()), profile);
      }
      return found;
    }
  }
}
