package io.github.apparmor4j.docker;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.yaml.YamlText;
import java.util.ArrayList;
import java.util.Collections;
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
 * followed without copying what they lead to.
 */
public final class ComposeFile {

  private static final YamlText.Kinds KINDS =
      new YamlText.Kinds(ComposeProblem.NOT_YAML, ComposeProblem.DUPLICATE_KEY);

  private final YamlText yaml;
  private final List<Diagnostic> diagnostics;
  private final Map<String, ComposeService> services;
  private final List<Text> includes;

  private ComposeFile(YamlText yaml, List<Diagnostic> diagnostics) {
    this.yaml = yaml;
    List<Diagnostic> found = new ArrayList<>(diagnostics);
    ComposeReader reader = new ComposeReader(yaml, found);
    this.services = Collections.unmodifiableMap(reader.services());
    this.includes = List.copyOf(reader.includes());
    this.diagnostics = List.copyOf(found);
  }

  /** Reads a compose file. */
  public static ComposeFile parse(SourceText text) {
    List<Diagnostic> errors = new ArrayList<>();
    YamlText yaml = YamlText.read(text, KINDS, errors::add);
    return new ComposeFile(yaml, errors);
  }

  /** Returns the text that was read. */
  public SourceText source() {
    return yaml.source();
  }

  /** Returns what is wrong with the text. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** Returns the services by name, in the file's order. */
  public Map<String, ComposeService> services() {
    return services;
  }

  /** Returns the paths of the files under {@code include}. */
  List<Text> includes() {
    return includes;
  }

  /** Returns the place where the document begins. */
  SourcePlace start() {
    return yaml.placeOrStart(yaml.root());
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
        : checked(service, new ComposeEdit(yaml, service).set(options.get(0)), options);
  }

  /**
   * Returns the file without what a service's own {@code security_opt} says about AppArmor; if the
   * list becomes empty, it is removed, too.
   *
   * @throws DiagnosticException as {@link #withProfile}
   */
  public ComposeFile withoutProfile(String service) {
    return checked(service, new ComposeEdit(yaml, service).unset(), List.of());
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
                  yaml.placeOrStart(yaml.root()),
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
