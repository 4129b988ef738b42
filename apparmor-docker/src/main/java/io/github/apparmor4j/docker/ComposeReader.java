package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.ComposeService.Base;
import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import io.github.apparmor4j.yaml.YamlText;
import io.github.apparmor4j.yaml.YamlText.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads what a compose file says: by aliases, few characters may say a lot. */
final class ComposeReader {

  /** What a string takes with its place; an estimate. */
  private static final int BYTES = 96;

  /** What is looked at to read one, in the budget's steps. */
  private static final int STEPS = 16;

  private final YamlText yaml;
  private final List<Diagnostic> errors;
  private final Budget budget = Budget.of(WorkLimits.DEFAULT);
  private final Map<String, ComposeService> services = new LinkedHashMap<>();
  private final List<Text> includes = new ArrayList<>();

  ComposeReader(YamlText yaml, List<Diagnostic> errors) {
    this.yaml = yaml;
    this.errors = errors;
    try {
      readIncludes();
      readServices();
    } catch (TooComplexException e) {
      errors.add(
          Diagnostic.of(
              ComposeProblem.NOT_YAML,
              yaml.placeOrStart(yaml.root()),
              String.valueOf(e.getMessage())));
    }
  }

  /** Returns the services by name, in the file's order. */
  Map<String, ComposeService> services() {
    return services;
  }

  /** Returns the paths of the files under {@code include}. */
  List<Text> includes() {
    return includes;
  }

  private void count() {
    budget.take(BYTES);
    budget.work(STEPS);
  }

  private void report(Node node, String message) {
    count();
    errors.add(Diagnostic.of(ComposeProblem.UNEXPECTED, yaml.place(node), message));
  }

  private void readIncludes() {
    Entry include = YamlText.own(yaml.root(), "include");
    if (include != null && include.value() instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        Entry path = YamlText.own(item, "path");
        Node named = path == null ? item : path.value();
        List<Node> all =
            named instanceof SequenceNode several ? several.getValue() : List.of(named);
        all.stream().map(this::text).forEach(text -> addTo(includes, text));
      }
    }
  }

  private static <T> void addTo(List<T> list, @Nullable T element) {
    if (element != null) {
      list.add(element);
    }
  }

  private void readServices() {
    Node root = yaml.root();
    if (root != null && !(root instanceof MappingNode)) {
      report(root, "a mapping is expected");
    }
    Entry all = YamlText.own(root, "services");
    if (all == null) {
      return;
    }
    if (!(all.value() instanceof MappingNode)) {
      report(all.key(), "services are a mapping");
    }
    for (Entry entry : YamlText.entries(all.value())) {
      count();
      ScalarNode key = entry.key();
      if (entry.value() instanceof MappingNode) {
        services.put(key.getValue(), service(key, entry.value()));
      } else {
        report(key, "a service is a mapping");
      }
    }
  }

  private ComposeService service(ScalarNode key, Node node) {
    Entry opt = YamlText.find(node, "security_opt");
    List<Text> securityOpt = null;
    boolean replaces = false;
    if (opt != null) {
      securityOpt = new ArrayList<>();
      String tag = opt.value().getTag().getValue();
      replaces = tag.equals("!override") || tag.equals("!reset");
      if (opt.value() instanceof SequenceNode list && !tag.equals("!reset")) {
        for (Node item : list.getValue()) {
          Text text = text(item);
          if (text == null) {
            report(item, "an option is a string");
          } else {
            securityOpt.add(text);
          }
        }
      } else if (!replaces && text(opt.value()) != null) {
        report(opt.value(), "security_opt is a list of strings");
      }
    }
    Entry privileged = YamlText.find(node, "privileged");
    return new ComposeService(
        key.getValue(),
        yaml.place(key),
        securityOpt,
        replaces,
        privileged == null ? null : text(privileged.value()),
        base(YamlText.find(node, "extends")),
        volumes(YamlText.find(node, "volumes")));
  }

  private @Nullable Base base(@Nullable Entry entry) {
    if (entry == null) {
      return null;
    }
    Text plain = text(entry.value());
    if (plain != null) {
      return new Base(plain.value(), null, plain.place());
    }
    Entry service = YamlText.find(entry.value(), "service");
    Entry file = YamlText.find(entry.value(), "file");
    Text name = service == null ? null : text(service.value());
    Text path = file == null ? null : text(file.value());
    return name == null
        ? null
        : new Base(name.value(), path == null ? null : path.value(), name.place());
  }

  private List<Text> volumes(@Nullable Entry entry) {
    List<Text> volumes = new ArrayList<>();
    if (entry != null && entry.value() instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        Entry source = YamlText.find(item, "source");
        Text text = text(source == null ? item : source.value());
        addTo(volumes, text);
      }
    }
    return volumes;
  }

  private @Nullable Text text(Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      return null;
    }
    count();
    boolean isNull = scalar.isPlain() && scalar.getValue().matches("~|null|Null|NULL|");
    return isNull ? null : new Text(scalar.getValue(), yaml.place(scalar));
  }
}
