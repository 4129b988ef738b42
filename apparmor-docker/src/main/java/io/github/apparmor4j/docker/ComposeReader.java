package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.ComposeLayer.Field;
import io.github.apparmor4j.docker.ComposeLayer.Include;
import io.github.apparmor4j.docker.ComposeLayer.Item;
import io.github.apparmor4j.docker.ComposeLayer.Kind;
import io.github.apparmor4j.docker.ComposeLayer.Service;
import io.github.apparmor4j.docker.ComposeLayer.Tag;
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
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads what a compose file says: by aliases, few characters may say a lot. */
final class ComposeReader {

  /** What a string takes with its place; an estimate. */
  private static final int BYTES = 128;

  /** What is looked at to read one, in the budget's steps. */
  private static final int STEPS = 16;

  private static final Set<String> SWARM_KEYS =
      Set.of("mode", "placement", "update_config", "rollback_config", "endpoint_mode");

  // What YAML 1.2 takes for something other than a string; Compose reads that.
  private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
  private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");
  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
              + "|[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
              + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

  private final List<Diagnostic> errors;
  private final Budget budget = Budget.of(WorkLimits.DEFAULT);
  private final List<ComposeLayer> layers = new ArrayList<>();

  ComposeReader(List<YamlText> documents, List<Diagnostic> errors) {
    this.errors = errors;
    for (YamlText yaml : documents) {
      try {
        layers.add(new Document(yaml).read());
      } catch (TooComplexException e) {
        errors.add(
            Diagnostic.of(
                ComposeProblem.NOT_YAML,
                yaml.placeOrStart(yaml.root()),
                String.valueOf(e.getMessage())));
      }
    }
  }

  /** Returns what each document says. */
  List<ComposeLayer> layers() {
    return layers;
  }

  private void count() {
    budget.take(BYTES);
    budget.work(STEPS);
  }

  private static Tag tag(Node node) {
    return switch (node.getTag().getValue()) {
      case "!override" -> Tag.OVERRIDE;
      case "!reset" -> Tag.RESET;
      default -> Tag.NONE;
    };
  }

  private static Kind kind(Node node) {
    if (node instanceof SequenceNode) {
      return Kind.LIST;
    }
    if (!(node instanceof ScalarNode scalar)) {
      return Kind.OTHER;
    }
    if (!scalar.isPlain()) {
      return Kind.STRING;
    }
    String value = scalar.getValue();
    if (NULL.matcher(value).matches()) {
      return Kind.NULL;
    } else if (BOOLEAN.matcher(value).matches()) {
      return Kind.BOOLEAN;
    }
    return NUMBER.matcher(value).matches() ? Kind.OTHER : Kind.STRING;
  }

  /** Reads a document. */
  private final class Document {
    private final YamlText yaml;
    private final Map<String, Service> services = new LinkedHashMap<>();
    private final List<Include> includes = new ArrayList<>();

    /** Where problems go: the file's, or a service's while that is read. */
    private List<Diagnostic> problems = errors;

    Document(YamlText yaml) {
      this.yaml = yaml;
    }

    private void report(ComposeProblem kind, Node node, String message) {
      count();
      problems.add(Diagnostic.of(kind, yaml.place(node), message));
    }

    private @Nullable Text text(@Nullable Node node) {
      if (node instanceof ScalarNode scalar && kind(node) != Kind.NULL) {
        count();
        return new Text(scalar.getValue(), yaml.place(scalar));
      }
      return null;
    }

    ComposeLayer read() {
      Node root = yaml.root();
      Tag tag = Tag.NONE;
      if (root != null && !(root instanceof MappingNode)) {
        report(ComposeProblem.UNEXPECTED, root, "a mapping is expected");
      } else if (root != null && !isOfVersionOne(root)) {
        ComposeKeys.unknown(root, ComposeKeys.TOP)
            .forEach(key -> report(ComposeProblem.UNKNOWN_KEY, key, ComposeKeys.unknown(key)));
        readIncludes(YamlText.own(root, "include"));
        Entry all = YamlText.own(root, "services");
        tag = all == null ? Tag.NONE : tag(all.value());
        if (all != null) {
          readServices(all);
        }
      }
      return new ComposeLayer(yaml, tag, services, includes);
    }

    private boolean isOfVersionOne(Node root) {
      if (YamlText.own(root, "services") != null || YamlText.own(root, "include") != null) {
        return false;
      }
      for (Entry entry : YamlText.entries(root)) {
        String key = entry.key().getValue();
        boolean runs =
            YamlText.find(entry.value(), "image") != null
                || YamlText.find(entry.value(), "build") != null;
        if (runs && !ComposeKeys.TOP.contains(key) && !key.startsWith("x-")) {
          report(
              ComposeProblem.OLD_FORMAT,
              entry.key(),
              "'"
                  + key
                  + "' is a service of Compose's first format; services stand under services");
          return true;
        }
      }
      return false;
    }

    // ---- include

    private void readIncludes(@Nullable Entry entry) {
      if (entry == null || kind(entry.value()) == Kind.NULL) {
        return;
      }
      if (!(entry.value() instanceof SequenceNode list)) {
        report(ComposeProblem.UNEXPECTED, entry.value(), "include is a list");
        return;
      }
      for (Node item : list.getValue()) {
        boolean isLong = item instanceof MappingNode;
        Entry path = YamlText.own(item, "path");
        List<Text> paths = isLong ? texts(path) : texts(item);
        if (paths.isEmpty()) {
          report(ComposeProblem.UNEXPECTED, item, "an entry of include names a file");
        } else {
          Entry directory = YamlText.own(item, "project_directory");
          includes.add(
              new Include(
                  paths,
                  texts(YamlText.own(item, "env_file")),
                  directory == null ? null : text(directory.value()),
                  yaml.place(item)));
        }
      }
    }

    private List<Text> texts(@Nullable Entry entry) {
      return entry == null ? List.of() : texts(entry.value());
    }

    private List<Text> texts(Node node) {
      List<Text> texts = new ArrayList<>();
      List<Node> all = node instanceof SequenceNode list ? list.getValue() : List.of(node);
      for (Node each : all) {
        Text text = text(each);
        if (text != null) {
          texts.add(text);
        }
      }
      return texts;
    }

    // ---- services

    private void readServices(Entry all) {
      if (!(all.value() instanceof MappingNode)) {
        report(ComposeProblem.UNEXPECTED, all.key(), "services are a mapping");
      }
      for (Entry entry : YamlText.entries(all.value())) {
        count();
        ScalarNode key = entry.key();
        if (entry.value() instanceof MappingNode || kind(entry.value()) == Kind.NULL) {
          boolean counts =
              tag(all.value()) == Tag.NONE; // Compose looks for no tags in a tagged value
          services.put(
              key.getValue(),
              service(key, entry.value(), counts ? tag(entry.value()) : Tag.NONE, counts));
        } else {
          report(ComposeProblem.UNEXPECTED, key, "a service is a mapping");
        }
      }
    }

    private Service service(ScalarNode key, Node node, Tag tag, boolean counts) {
      Map<String, Field> fields = new LinkedHashMap<>();
      List<Diagnostic> own = new ArrayList<>();
      Base base = null;
      if (tag != Tag.RESET) {
        problems = own;
        ComposeKeys.unknown(node, ComposeKeys.SERVICE)
            .forEach(each -> report(ComposeProblem.UNKNOWN_KEY, each, ComposeKeys.unknown(each)));
        boolean tagged = counts && tag == Tag.NONE;
        put(fields, ComposeLayer.SECURITY_OPT, node, tagged, this::options);
        put(fields, ComposeLayer.PRIVILEGED, node, tagged, this::scalar);
        put(fields, ComposeLayer.VOLUMES, node, tagged, this::volumes);
        put(fields, ComposeLayer.SWARM, node, tagged, this::swarm);
        base = base(YamlText.find(node, "extends"), tagged);
        problems = errors;
      }
      boolean isNull = !(node instanceof MappingNode);
      return new Service(key.getValue(), yaml.place(key), tag, isNull, fields, base, own);
    }

    /**
     * Reads a key. One that is reset hides nothing that a merge key brings, but what earlier
     * documents say.
     */
    private void put(
        Map<String, Field> to,
        String key,
        Node service,
        boolean tagged,
        Function<Node, @Nullable Field> read) {
      Entry own = YamlText.find(service, key);
      if (own == null) {
        return;
      }
      Tag tag = tagged ? tag(own.value()) : Tag.NONE;
      Entry merged = tag == Tag.RESET ? YamlText.merged(service, key) : null;
      Entry entry = merged == null ? own : merged;
      tag = merged == null ? tag : Tag.OVERRIDE;
      Field field =
          tag == Tag.RESET
              ? new Field(Kind.NULL, tag, List.of(), yaml.place(entry.value()))
              : read.apply(entry.value());
      if (field != null) {
        to.put(key, new Field(field.kind(), tag, field.items(), field.place()));
      }
    }

    private @Nullable Field swarm(Node deploy) {
      return YamlText.entries(deploy).stream()
              .anyMatch(entry -> SWARM_KEYS.contains(entry.key().getValue()))
          ? new Field(Kind.OTHER, Tag.NONE, List.of(), yaml.place(deploy))
          : null;
    }

    private Field options(Node value) {
      List<Item> items = new ArrayList<>();
      Kind kind = kind(value);
      if (value instanceof SequenceNode list) {
        for (Node item : list.getValue()) {
          Text text = kind(item) == Kind.STRING ? text(item) : null;
          if (text == null) {
            report(ComposeProblem.UNEXPECTED, item, "an option is a string");
          } else {
            items.add(new Item(text, ""));
          }
        }
      } else if (kind != Kind.NULL) {
        report(ComposeProblem.UNEXPECTED, value, "security_opt is a list of strings");
        kind = Kind.LIST; // so that it is said once
      }
      return new Field(kind, Tag.NONE, items, yaml.place(value));
    }

    private Field scalar(Node value) {
      Text text = text(value);
      List<Item> items = text == null ? List.of() : List.of(new Item(text, ""));
      return new Field(kind(value), Tag.NONE, items, yaml.place(value));
    }

    private Field volumes(Node value) {
      List<Item> items = new ArrayList<>();
      if (value instanceof SequenceNode list) {
        for (Node item : list.getValue()) {
          Entry source = YamlText.find(item, "source");
          Entry target = YamlText.find(item, "target");
          Text text = text(source == null ? item : source.value());
          Text at = target == null ? null : text(target.value());
          if (text != null) {
            items.add(new Item(text, at == null ? target(text.value()) : at.value()));
          }
        }
      }
      return new Field(kind(value), Tag.NONE, items, yaml.place(value));
    }

    /** Returns where a mount in short form, {@code SOURCE:TARGET:MODE}, is put. */
    private static String target(String mount) {
      String[] parts = mount.split(":", 3);
      return parts.length == 1 ? parts[0] : parts[1];
    }

    private @Nullable Base base(@Nullable Entry entry, boolean tagged) {
      if (entry == null || (tagged && tag(entry.value()) == Tag.RESET)) {
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
      if (name == null) {
        report(ComposeProblem.UNEXPECTED, entry.key(), "extends names a service");
        return null;
      }
      return new Base(name.value(), path == null ? null : path.value(), name.place());
    }
  }
}
