package io.github.apparmor4j.containerd.kubernetes;

import static io.github.apparmor4j.containerd.kubernetes.KubernetesManifest.ANNOTATION;

import io.github.apparmor4j.containerd.kubernetes.KubernetesManifest.Written;
import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.yaml.YamlText;
import io.github.apparmor4j.yaml.YamlText.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads the objects of one document of a manifest. */
final class ManifestReader {

  /** What an object or a container takes here, with what may be said about it; an estimate. */
  private static final int BYTES = 512;

  /** What is looked at to read one, in the budget's steps. */
  private static final int STEPS = 64;

  /** The most bytes of a profile's name. */
  private static final int LONGEST = 4095;

  /** What the annotations of a pod security policy began with, which are dead since 1.25. */
  private static final String DEAD = "apparmor.security.beta.kubernetes.io/";

  private static final String OS = "kubernetes.io/os";

  private final YamlText yaml;
  private final WorkloadKinds kinds;
  private final Budget budget;
  private final Consumer<Diagnostic> diagnostics;
  private final Set<String> profiles = new HashSet<>();
  private BiConsumer<KubernetesContainer, Written> containers = (container, written) -> {};

  ManifestReader(
      YamlText yaml, WorkloadKinds kinds, Budget budget, Consumer<Diagnostic> diagnostics) {
    this.yaml = yaml;
    this.kinds = kinds;
    this.budget = budget;
    this.diagnostics = diagnostics;
  }

  private void report(KubernetesProblem kind, Node node, String message) {
    diagnostics.accept(Diagnostic.of(kind, yaml.place(node), message));
  }

  private void count() {
    budget.take(BYTES);
    budget.work(STEPS);
  }

  // ---- templates

  /**
   * Returns what is said of a text that is no manifest yet but a template of Helm's kind: it isn't
   * YAML, or its braces were read as mappings. {@code null} for others.
   */
  static @Nullable Diagnostic template(
      SourceText text, List<YamlText> documents, List<Diagnostic> errors) {
    int at = text.text().indexOf("{{");
    if (at < 0
        || (errors.isEmpty() && documents.stream().noneMatch(ManifestReader::hasBraceKeys))) {
      return null;
    }
    return Diagnostic.of(
        KubernetesProblem.NOT_RENDERED,
        SourcePlace.of(text, new SourceSpan(at, at + 2)),
        "this is a template; render it first");
  }

  private static boolean hasBraceKeys(YamlText document) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> open = new ArrayDeque<>();
    if (document.root() != null) {
      open.push(document.root());
    }
    while (!open.isEmpty()) {
      Node node = open.pop();
      boolean isNew = seen.add(node);
      if (isNew && node instanceof SequenceNode list) {
        list.getValue().forEach(open::push);
      } else if (isNew && node instanceof MappingNode mapping) {
        for (NodeTuple entry : mapping.getValue()) {
          if (entry.getKeyNode() instanceof MappingNode) {
            return true;
          }
          open.push(entry.getValueNode());
        }
      }
    }
    return false;
  }

  // ---- objects

  /** An object that is to be read, and the kind that it has if it doesn't say. */
  private record Waiting(Node node, String kind) {}

  /**
   * Reads an object and, if it is a list, those in it, however deep; each once, however many
   * aliases name it.
   */
  void read(BiConsumer<KubernetesContainer, Written> to) {
    containers = to;
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Waiting> waiting = new ArrayDeque<>();
    if (yaml.root() != null) {
      waiting.push(new Waiting(yaml.root(), ""));
    }
    while (!waiting.isEmpty()) {
      Waiting next = waiting.pop();
      count();
      List<Waiting> inner = seen.add(next.node) ? object(next) : List.of();
      for (int i = inner.size() - 1; i >= 0; i--) {
        waiting.push(inner.get(i)); // so that the first is read first
      }
    }
  }

  /** Returns the names of the profiles that objects of the security-profiles-operator make. */
  Set<String> profiles() {
    return profiles;
  }

  /** Reads an object; returns those in it. */
  private List<Waiting> object(Waiting object) {
    Node node = object.node;
    String said = text(YamlText.find(node, "kind"));
    String kind = said == null ? object.kind : said;
    if (kind.isEmpty()) {
      boolean isEmpty = node instanceof ScalarNode scalar && scalar.getValue().isEmpty();
      if (!isEmpty) {
        report(
            KubernetesProblem.NOT_READ, node, "not read: no object of Kubernetes; it has no kind");
      }
      return List.of();
    }
    String apiVersion = text(YamlText.find(node, "apiVersion"));
    List<String> paths = kinds.of(apiVersion == null ? "" : apiVersion, kind);
    if (paths.isEmpty() && kind.endsWith("List")) {
      String of = kind.substring(0, kind.length() - "List".length());
      return items(YamlText.find(node, "items")).stream()
          .map(item -> new Waiting(item, of))
          .toList();
    }
    String name = text(at(node, "metadata", "name"));
    if (kind.equals("AppArmorProfile") && name != null) {
      profiles.add(name); // the operator loads it by this name
      return List.of();
    }
    String workload = kind + " " + (name == null ? "without a name" : name);
    int pods = 0;
    for (String path : paths) {
      for (Node pod : along(node, path)) {
        pods++;
        pod(workload, pod);
      }
    }
    if (!paths.isEmpty() && !paths.contains("")) {
      misplaced(node);
    }
    if (kind.equals("Kustomization")) {
      patches(node);
    } else if (pods == 0) {
      unread(kind, node);
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

  /** Returns the nodes at a path. */
  private List<Node> along(Node from, String path) {
    List<Node> nodes = List.of(from);
    for (String step : path.isEmpty() ? new String[0] : path.split("\\.", -1)) {
      boolean isList = step.endsWith("[]");
      String key = isList ? step.substring(0, step.length() - 2) : step;
      List<Node> next = new ArrayList<>();
      for (Node node : nodes) {
        Entry entry = YamlText.find(node, key);
        if (isList) {
          next.addAll(items(entry));
        } else if (entry != null) {
          next.add(entry.value());
        }
      }
      nodes = next;
    }
    return nodes;
  }

  /** Says where an object of a kind that isn't read has something like a pod. */
  private void unread(String kind, Node object) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> open = new ArrayDeque<>(List.of(object));
    while (!open.isEmpty()) {
      Node node = open.pop();
      budget.work(1);
      if (!seen.add(node)) {
        continue;
      }
      if (node instanceof SequenceNode list) {
        list.getValue().forEach(open::push);
      }
      for (Entry entry : YamlText.entries(node)) {
        boolean isPod =
            entry.key().getValue().equals("containers")
                && entry.value() instanceof SequenceNode list
                && list.getValue().stream().anyMatch(one -> YamlText.find(one, "image") != null);
        if (isPod) {
          report(
              KubernetesProblem.NOT_READ,
              entry.key(),
              "not read: the containers of a " + kind + ", a kind that is not known here");
          return;
        }
        open.push(entry.value());
      }
    }
  }

  /** Says which patches of a kustomization are about profiles: they aren't read. */
  private void patches(Node kustomization) {
    for (String key : List.of("patches", "patchesStrategicMerge", "patchesJson6902")) {
      Entry list = YamlText.find(kustomization, key);
      for (Node patch : list == null ? List.<Node>of() : items(list)) {
        Entry inline = YamlText.find(patch, "patch");
        Node text = inline == null ? patch : inline.value();
        if (text instanceof ScalarNode scalar
            && scalar.getValue().matches("(?is).*(apparmor|securitycontext|privileged).*")) {
          report(
              KubernetesProblem.NOT_READ,
              text,
              "not read: a patch that may change profiles; give what kustomize makes of it");
        }
      }
    }
  }

  private void misplaced(Node object) {
    Entry all = at(object, "metadata", "annotations");
    for (Entry entry : all == null ? List.<Entry>of() : YamlText.entries(all.value())) {
      count();
      if (entry.key().getValue().startsWith(ANNOTATION)) {
        report(
            KubernetesProblem.MISPLACED_ANNOTATION,
            entry.key(),
            "does nothing here; it belongs to the pods, in the template's metadata");
      }
    }
  }

  // ---- pods

  private void pod(String workload, Node pod) {
    Entry spec = YamlText.find(pod, "spec");
    if (spec == null) {
      return;
    }
    String os = text(at(spec.value(), "os", "name"));
    boolean forWindows = "windows".equals(os);
    boolean windows =
        forWindows || (os == null && "windows".equals(text(at(spec.value(), "nodeSelector", OS))));
    KubernetesProfile ofPod = field(spec.value(), forWindows);
    Map<String, KubernetesProfile> annotations = annotations(pod);
    Set<String> names = new HashSet<>();
    for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
      for (Node container : items(YamlText.find(spec.value(), list))) {
        count();
        Entry name = YamlText.find(container, "name");
        String text = text(name);
        if (name == null || text == null) {
          report(KubernetesProblem.UNEXPECTED, container, "a container has a name");
          continue;
        }
        names.add(text);
        if ("delete".equals(text(YamlText.find(container, "$patch")))) {
          continue; // a patch that takes the container away
        }
        containers.accept(
            new KubernetesContainer(
                workload,
                text,
                yaml.place(name.value()),
                "true".equals(text(at(container, "securityContext", "privileged"))),
                list.startsWith("ephemeral"),
                windows,
                field(container, forWindows),
                ofPod,
                annotations.get(text)),
            new Written(yaml, container, pod));
      }
    }
    annotations.forEach(
        (name, profile) -> {
          if (!names.contains(name)) {
            diagnostics.accept(
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
    report(KubernetesProblem.UNEXPECTED, entry.value(), entry.key().getValue() + " is a list");
    return List.of();
  }

  private static @Nullable String text(@Nullable Entry entry) {
    return entry != null && entry.value() instanceof ScalarNode scalar ? scalar.getValue() : null;
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /**
   * Returns a value that must be a string; {@code null} if it is missing, null or another thing.
   */
  private @Nullable String string(@Nullable Entry entry) {
    if (entry == null || isNull(entry.value())) {
      return null;
    } else if (!entry.value().getTag().equals(Tag.STR)) {
      report(
          KubernetesProblem.REFUSED_FIELD,
          entry.value(),
          entry.key().getValue() + " is a string; write it in quotes");
      return null;
    }
    return text(entry);
  }

  private @Nullable KubernetesProfile field(Node node, boolean windows) {
    Entry field = at(node, "securityContext", "appArmorProfile");
    if (field == null || isNull(field.value())) {
      return null;
    } else if (!(field.value() instanceof MappingNode)) {
      report(KubernetesProblem.UNEXPECTED, field.value(), "appArmorProfile is a mapping");
      return null;
    } else if (windows) {
      report(
          KubernetesProblem.POD_FOR_WINDOWS,
          field.key(),
          "a pod for windows has no AppArmor profile");
    }
    Entry type = YamlText.find(field.value(), "type");
    Entry name = YamlText.find(field.value(), "localhostProfile");
    String typeText = string(type);
    if (type == null || typeText == null) {
      report(KubernetesProblem.REFUSED_FIELD, field.key(), "type is required");
      return null;
    }
    String nameText = string(name);
    validate(type, typeText, name, nameText);
    return new KubernetesProfile(
        typeText, nameText == null ? "" : nameText, yaml.place(type.value()));
  }

  private void validate(
      Entry type, String typeText, @Nullable Entry name, @Nullable String nameText) {
    switch (typeText) {
      case KubernetesProfile.LOCALHOST -> {
        if (nameText == null) {
          report(
              KubernetesProblem.REFUSED_FIELD,
              type.value(),
              "type Localhost needs a localhostProfile");
        } else if (name != null) {
          name(KubernetesProblem.REFUSED_FIELD, name.value(), nameText);
        }
      }
      case KubernetesProfile.RUNTIME_DEFAULT, KubernetesProfile.UNCONFINED -> {
        if (name != null && nameText != null) {
          report(
              KubernetesProblem.REFUSED_FIELD,
              name.key(),
              "localhostProfile is for type Localhost only");
        }
      }
      default ->
          report(
              KubernetesProblem.REFUSED_FIELD,
              type.value(),
              "unknown type " + typeText + ": RuntimeDefault, Localhost or Unconfined");
    }
  }

  private void name(KubernetesProblem kind, Node node, String name) {
    String loaded = KubernetesProfile.withoutPrefix(name);
    if (name.isEmpty() || !name.equals(name.strip())) {
      report(kind, node, "the profile's name is empty or padded");
    } else if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      report(kind, node, "the profile's name has more than " + LONGEST + " bytes");
    } else if (loaded.isEmpty()) {
      report(kind, node, "'localhost/' alone names no profile");
    } else if (!loaded.equals(name)) {
      report(
          KubernetesProblem.PREFIXED_NAME,
          node,
          "the profile that is looked for is '" + loaded + "'");
    }
  }

  private Map<String, KubernetesProfile> annotations(Node pod) {
    Map<String, KubernetesProfile> found = new HashMap<>();
    Entry all = at(pod, "metadata", "annotations");
    for (Entry entry : all == null ? List.<Entry>of() : YamlText.entries(all.value())) {
      count();
      String key = entry.key().getValue();
      String value = text(entry);
      if (key.startsWith(DEAD)) {
        report(
            KubernetesProblem.MISPLACED_ANNOTATION,
            entry.key(),
            "does nothing: it was for pod security policies, which are gone since 1.25");
      }
      if (!key.startsWith(ANNOTATION)) {
        continue;
      } else if (value == null || !entry.value().getTag().equals(Tag.STR)) {
        report(KubernetesProblem.UNEXPECTED, entry.value(), "an annotation is a string");
        continue;
      }
      KubernetesProfile profile = KubernetesProfile.ofAnnotation(value, yaml.place(entry.value()));
      if (profile.type().equals(KubernetesProfile.LOCALHOST)) {
        name(KubernetesProblem.REFUSED_ANNOTATION, entry.value(), profile.localhostProfile());
      } else if (!List.of("", KubernetesProfile.RUNTIME_DEFAULT, KubernetesProfile.UNCONFINED)
          .contains(profile.type())) {
        report(
            KubernetesProblem.REFUSED_ANNOTATION,
            entry.value(),
            "invalid profile '" + value + "': runtime/default, localhost/NAME or unconfined");
      }
      found.put(key.substring(ANNOTATION.length()), profile);
    }
    return found;
  }
}
