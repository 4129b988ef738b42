package io.github.apparmor4j.docker;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.docker.ComposeLayer.Service;
import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.yaml.YamlText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A compose file: what it says about the confinement of its services, and edits that leave every
 * other byte as it was. Immutable.
 *
 * <pre>{@code
 * Path path = Path.of("compose.yaml");
 * ComposeFile compose = ComposeFile.parse(SourceText.read(path));
 * ComposeFile edited = compose.withProfile("web", ProfileRef.external("web"));
 * AtomicFiles.write(path, SourceText.encode(edited.toString()));
 * }</pre>
 *
 * <p>Reading never fails: what is wrong is in {@link #diagnostics()}, and what could be read is
 * there. A file with more than 16 Mi characters or 64 levels is refused. Anchors and merge keys are
 * followed without copying what they lead to. Of several documents, each is put over those before
 * it, as if they were files.
 */
public final class ComposeFile {

  private static final YamlText.Kinds KINDS =
      new YamlText.Kinds(ComposeProblem.NOT_YAML, ComposeProblem.DUPLICATE_KEY);

  private final SourceText source;
  private final List<YamlText> documents;
  private final List<Diagnostic> problems;
  private final List<Diagnostic> diagnostics;
  private final List<ComposeLayer> layers;
  private final Map<String, ComposeService> services;

  private ComposeFile(SourceText source, List<YamlText> documents, List<Diagnostic> diagnostics) {
    this.source = source;
    this.documents = documents;
    List<Diagnostic> found = new ArrayList<>(diagnostics);
    this.layers = List.copyOf(new ComposeReader(documents, found).layers());
    this.problems = List.copyOf(found);
    for (ComposeLayer layer : layers) {
      layer.services().values().forEach(service -> found.addAll(service.problems()));
    }
    this.diagnostics = List.copyOf(found);
    this.services = shown(layers);
  }

  /** Reads a compose file of any number of documents. */
  public static ComposeFile parse(SourceText text) {
    List<Diagnostic> errors = new ArrayList<>();
    return new ComposeFile(text, YamlText.readAll(text, KINDS, errors::add), errors);
  }

  /** Returns the text that was read. */
  public SourceText source() {
    return source;
  }

  /** Returns what is wrong with the text. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /**
   * Returns the services by name, in the file's order; what its documents say of one is merged, and
   * nothing is expanded.
   */
  public Map<String, ComposeService> services() {
    return services;
  }

  private static Map<String, ComposeService> shown(List<ComposeLayer> layers) {
    Map<String, Service> merged = new LinkedHashMap<>();
    for (ComposeLayer layer : layers) {
      for (Service service : layer.services().values()) {
        Service before = merged.get(service.name());
        merged.put(
            service.name(),
            before == null ? service : ComposeLayer.merged(before, service, field -> {}));
      }
    }
    Map<String, ComposeService> services = new LinkedHashMap<>();
    merged.forEach((name, service) -> services.put(name, service.shown()));
    return Collections.unmodifiableMap(services);
  }

  /** Returns what is wrong with the text apart from its services. */
  List<Diagnostic> problems() {
    return problems;
  }

  /** Returns what each document says, in the file's order. */
  List<ComposeLayer> layers() {
    return layers;
  }

  /** Returns the place where the text begins. */
  SourcePlace start() {
    return SourcePlace.of(source, new SourceSpan(0, 0));
  }

  // ---- edits

  /**
   * Returns the file with a service under a profile: what its {@code security_opt} says about
   * AppArmor is replaced, or an entry is added. For the runtime's default, entries are removed
   * instead. Services that use this one through a merge key get the profile, too.
   *
   * @throws DiagnosticException if there is no such service, or it is written in a way that can't
   *     be edited by itself, such as an alias
   */
  public ComposeFile withProfile(String service, ProfileRef profile) {
    List<String> options = DockerSecurityOptions.of(profile).securityOpt();
    return options.isEmpty()
        ? withoutProfile(service)
        : checked(service, edit(service).set(options.get(0)), options);
  }

  /**
   * Returns the file without what a service's own {@code security_opt} says about AppArmor; if the
   * list becomes empty, it is removed, too.
   *
   * @throws DiagnosticException as {@link #withProfile}
   */
  public ComposeFile withoutProfile(String service) {
    return checked(service, edit(service).unset(), List.of());
  }

  /** Returns an edit of the last document that has a service. */
  private ComposeEdit edit(String service) {
    YamlText last = documents.isEmpty() ? YamlText.read(source, KINDS, e -> {}) : documents.get(0);
    for (ComposeLayer layer : layers) {
      if (layer.services().containsKey(service)) {
        last = layer.yaml();
      }
    }
    return new ComposeEdit(last, service);
  }

  /**
   * Returns the services whose options are others than in another version of the file: what an edit
   * changed, through anchors also of services that it wasn't meant for.
   */
  public List<String> changedSince(ComposeFile before) {
    Map<String, ComposeService> old = before.services;
    List<String> changed = new ArrayList<>();
    for (String service : services.keySet()) {
      if (!old.containsKey(service) || !options(service).equals(before.options(service))) {
        changed.add(service);
      }
    }
    return changed;
  }

  /**
   * Reads an edited text. YAML has more forms than the edits know, so a text that doesn't say just
   * what it should is refused.
   */
  private ComposeFile checked(String service, SourceText text, List<String> wanted) {
    ComposeFile edited = parse(text);
    List<String> now = edited.options(service);
    List<String> others = new ArrayList<>(now);
    others.removeIf(DockerHost::isAppArmor);
    List<String> before = new ArrayList<>(options(service));
    before.removeIf(DockerHost::isAppArmor);
    List<String> said = now.stream().filter(DockerHost::isAppArmor).toList();
    boolean says =
        wanted.isEmpty()
            || (!said.isEmpty()
                && said.get(said.size() - 1).equals(wanted.get(0).replace("$", "$$")));
    if (!says
        || !others.equals(before)
        || edited.diagnostics.size() > diagnostics.size()
        || !edited.services.keySet().equals(services.keySet())) {
      throw new DiagnosticException(
          List.of(
              Diagnostic.of(
                  ComposeProblem.NOT_EDITABLE,
                  start(),
                  service + " is written in a form that can't be edited")));
    }
    return edited;
  }

  private List<String> options(String service) {
    ComposeService found = services.get(service);
    List<Text> written = found == null ? null : found.securityOpt();
    return written == null ? List.of() : written.stream().map(Text::value).toList();
  }

  /** Returns the text. */
  @Override
  public String toString() {
    return source().text();
  }
}
