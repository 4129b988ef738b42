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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

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

  private final SourceText source;
  private final List<Diagnostic> diagnostics = new ArrayList<>();

  private final List<KubernetesContainer> containers = new ArrayList<>();

  /** Where each container is written. */
  private final List<Written> written = new ArrayList<>();

  private final Set<String> profiles = new HashSet<>();
  private final Map<String, String> podPaths;

  /**
   * A container's place.
   *
   * @param document the document that it is in
   * @param node the container
   * @param pod the pod, with metadata and spec
   */
  record Written(YamlText document, Node node, Node pod) {}

  private KubernetesManifest(SourceText source, Map<String, String> podPaths) {
    this.source = source;
    this.podPaths = Map.copyOf(podPaths);
  }

  /** Reads a text. */
  public static KubernetesManifest parse(SourceText text) {
    return parse(text, Map.of());
  }

  /**
   * Reads a text with objects of kinds that are not known here.
   *
   * @param podPaths for a kind, the path to the pods that its objects make, each with {@code
   *     metadata} and {@code spec}: keys between dots, {@code []} after one that holds a list, as
   *     in {@code spec.template} or {@code spec.pods[]}
   */
  public static KubernetesManifest parse(SourceText text, Map<String, String> podPaths) {
    KubernetesManifest manifest = new KubernetesManifest(text, podPaths);
    Budget budget = Budget.of(WorkLimits.DEFAULT);
    List<Diagnostic> errors = new ArrayList<>();
    List<YamlText> documents = YamlText.readAll(text, KINDS, errors::add);
    Diagnostic template = ManifestReader.template(text, documents, errors);
    manifest.diagnostics.addAll(template == null ? errors : List.of(template));
    for (YamlText document : template == null ? documents : List.<YamlText>of()) {
      ManifestReader reader =
          new ManifestReader(
              document, new WorkloadKinds(podPaths), budget, manifest.diagnostics::add);
      try {
        reader.read(
            (container, place) -> {
              manifest.containers.add(container);
              manifest.written.add(place);
            });
      } catch (TooComplexException e) { // few characters make many objects by aliases
        SourcePlace place = document.placeOrStart(document.root());
        manifest.diagnostics.add(
            Diagnostic.of(KubernetesProblem.NOT_YAML, place, String.valueOf(e.getMessage())));
        break;
      }
      manifest.profiles.addAll(reader.profiles());
    }
    return manifest;
  }

  /** Returns the names of the profiles that objects in the text make nodes load. */
  Set<String> profiles() {
    return profiles;
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
    return ManifestCheck.check(this, minor, known);
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

  /**
   * Returns the text with the profile of a container's pod set, which holds for all of the pod's
   * containers without their own; every other character stays as it is.
   *
   * @param container one of {@link #containers()}
   * @throws IllegalArgumentException if the container is not one of them
   * @throws DiagnosticException if the pod is written in a way that can't be edited by itself
   */
  public KubernetesManifest withPodProfile(KubernetesContainer container, ProfileRef profile) {
    Written where = written.get(index(container));
    return edited(
        where.pod,
        new ManifestEdit(where.document, profile).setPod(where.pod),
        now -> now.pod() != null && now.pod().reference().equals(plain(profile)),
        (now, before) -> now.withPod(null).says(before.withPod(null)));
  }

  /**
   * Returns the text without a container's own {@code appArmorProfile}; a {@code securityContext}
   * with nothing else goes, too. The container then has its pod's profile, or that of an
   * annotation.
   *
   * @param container one of {@link #containers()}
   * @throws IllegalArgumentException if the container is not one of them
   * @throws DiagnosticException as {@link #withProfile}
   */
  public KubernetesManifest withoutProfile(KubernetesContainer container) {
    int index = index(container);
    Written where = written.get(index);
    return edited(
        where.node,
        new ManifestEdit(where.document, ProfileRef.runtimeDefault()).unset(where.node),
        now -> now.own() == null,
        (now, before) -> now.withOwn(null).says(before.withOwn(null)));
  }

  private int index(KubernetesContainer container) {
    int index = containers.indexOf(container);
    if (index < 0) {
      throw new IllegalArgumentException("not a container of this text: " + container.name());
    }
    return index;
  }

  private KubernetesManifest edited(
      int index, SourceText text, Predicate<KubernetesContainer> asMeant) {
    Node node = written.get(index).node;
    return edited(node, text, asMeant, (now, before) -> true);
  }

  /**
   * Reads an edited text. YAML has more forms than the edits know, so a text that doesn't say just
   * what it should is refused.
   *
   * @param edited the container or the pod
   * @param asMeant whether a container in it is as it should be
   * @param alike whether a container in it is otherwise as it was before
   */
  private KubernetesManifest edited(
      Node edited,
      SourceText text,
      Predicate<KubernetesContainer> asMeant,
      BiPredicate<KubernetesContainer, KubernetesContainer> alike) {
    KubernetesManifest after = parse(text, podPaths);
    boolean says = after.containers.size() == containers.size();
    KubernetesContainer first = null;
    for (int i = 0; says && i < containers.size(); i++) {
      KubernetesContainer before = containers.get(i);
      KubernetesContainer now = after.containers.get(i);
      Written where = written.get(i);
      if (where.node.equals(edited) || where.pod.equals(edited)) {
        first = first == null ? before : first;
        says = asMeant.test(now) && alike.test(now, before);
      } else {
        says = now.says(before);
      }
    }
    if (!says || after.diagnostics.size() > diagnostics.size()) {
      KubernetesContainer container = first == null ? containers.get(0) : first;
      throw new DiagnosticException(
          List.of(
              Diagnostic.of(
                  KubernetesProblem.NOT_EDITABLE,
                  container.place(),
                  container.name() + " is written in a form that can't be edited")));
    }
    return after;
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
      if (annotation != null
          && !annotation.type().isEmpty()
          && container.own() == null
          && container.pod() == null) {
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
}
