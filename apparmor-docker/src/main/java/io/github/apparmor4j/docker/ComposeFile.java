package io.github.apparmor4j.docker;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.docker.ComposeService.Base;
import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.yaml.YamlText;
import io.github.apparmor4j.yaml.YamlText.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

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

  private ComposeFile(YamlText yaml, List<Diagnostic> diagnostics) {
    this.yaml = yaml;
    List<Diagnostic> found = new ArrayList<>(diagnostics);
    this.services = Collections.unmodifiableMap(services(yaml, found));
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
    List<Text> paths = new ArrayList<>();
    Entry include = YamlText.own(yaml.root(), "include");
    if (include != null && include.value() instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        Entry path = YamlText.own(item, "path");
        Node named = path == null ? item : path.value();
        List<Node> all =
            named instanceof SequenceNode several ? several.getValue() : List.of(named);
        all.stream().map(node -> text(yaml, node)).forEach(text -> addTo(paths, text));
      }
    }
    return paths;
  }

  private static <T> void addTo(List<T> list, @Nullable T element) {
    if (element != null) {
      list.add(element);
    }
  }

  // ---- reading

  private static Map<String, ComposeService> services(YamlText yaml, List<Diagnostic> errors) {
    Map<String, ComposeService> found = new LinkedHashMap<>();
    Node root = yaml.root();
    if (root != null && !(root instanceof MappingNode)) {
      errors.add(
          Diagnostic.of(ComposeProblem.UNEXPECTED, yaml.place(root), "a mapping is expected"));
    }
    Entry all = YamlText.own(root, "services");
    if (all == null) {
      return found;
    }
    if (!(all.value() instanceof MappingNode)) {
      errors.add(
          Diagnostic.of(
              ComposeProblem.UNEXPECTED, yaml.place(all.key()), "services are a mapping"));
    }
    for (Entry entry : YamlText.entries(all.value())) {
      ScalarNode key = entry.key();
      if (entry.value() instanceof MappingNode) {
        found.put(key.getValue(), service(yaml, key, entry.value(), errors));
      } else {
        errors.add(
            Diagnostic.of(ComposeProblem.UNEXPECTED, yaml.place(key), "a service is a mapping"));
      }
    }
    return found;
  }

  private static ComposeService service(
      YamlText yaml, ScalarNode key, Node node, List<Diagnostic> errors) {
    Entry opt = YamlText.find(node, "security_opt");
    List<Text> securityOpt = null;
    boolean replaces = false;
    if (opt != null) {
      securityOpt = new ArrayList<>();
      String tag = opt.value().getTag().getValue();
      replaces = tag.equals("!override") || tag.equals("!reset");
      if (opt.value() instanceof SequenceNode list && !tag.equals("!reset")) {
        for (Node item : list.getValue()) {
          Text text = text(yaml, item);
          if (text == null) {
            errors.add(
                Diagnostic.of(
                    ComposeProblem.UNEXPECTED, yaml.place(item), "an option is a string"));
          } else {
            securityOpt.add(text);
          }
        }
      } else if (!replaces && text(yaml, opt.value()) != null) {
        errors.add(
            Diagnostic.of(
                ComposeProblem.UNEXPECTED,
                yaml.place(opt.value()),
                "security_opt is a list of strings"));
      }
    }
    Entry privileged = YamlText.find(node, "privileged");
    return new ComposeService(
        key.getValue(),
        yaml.place(key),
        securityOpt,
        replaces,
        privileged == null ? null : text(yaml, privileged.value()),
        base(yaml, YamlText.find(node, "extends")),
        volumes(yaml, YamlText.find(node, "volumes")));
  }

  private static @Nullable Base base(YamlText yaml, @Nullable Entry entry) {
    if (entry == null) {
      return null;
    }
    Text plain = text(yaml, entry.value());
    if (plain != null) {
      return new Base(plain.value(), null, plain.place());
    }
    Entry service = YamlText.find(entry.value(), "service");
    Entry file = YamlText.find(entry.value(), "file");
    Text name = service == null ? null : text(yaml, service.value());
    Text path = file == null ? null : text(yaml, file.value());
    return name == null
        ? null
        : new Base(name.value(), path == null ? null : path.value(), name.place());
  }

  private static List<Text> volumes(YamlText yaml, @Nullable Entry entry) {
    List<Text> volumes = new ArrayList<>();
    if (entry != null && entry.value() instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        Entry source = YamlText.find(item, "source");
        Text text = text(yaml, source == null ? item : source.value());
        addTo(volumes, text);
      }
    }
    return volumes;
  }

  private static @Nullable Text text(YamlText yaml, Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      return null;
    }
    boolean isNull = scalar.isPlain() && scalar.getValue().matches("~|null|Null|NULL|");
    return isNull ? null : new Text(scalar.getValue(), yaml.place(scalar));
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
