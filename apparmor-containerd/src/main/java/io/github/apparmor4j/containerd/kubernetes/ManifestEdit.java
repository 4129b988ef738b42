package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.docker.yaml.YamlText;
import io.github.apparmor4j.docker.yaml.YamlText.Entry;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.util.List;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Puts one container under a profile, in the text. */
final class ManifestEdit {

  private static final String CONTEXT = "securityContext";
  private static final String FIELD = "appArmorProfile";
  private static final String NAME = "localhostProfile";

  private final YamlText yaml;
  private final String text;
  private final String lineEnd;
  private final boolean json;
  private final String type;
  private final String name;

  ManifestEdit(YamlText yaml, ProfileRef profile) {
    this.yaml = yaml;
    this.text = yaml.source().text();
    this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
    this.json = text.stripLeading().startsWith("{");
    this.type = KubernetesProfile.type(profile);
    this.name = profile instanceof ProfileRef.Named named ? named.name() : "";
  }

  private DiagnosticException refused(Node near, String message) {
    return new DiagnosticException(
        List.of(Diagnostic.error("AA-KUBE-0013", yaml.place(near), message)));
  }

  // ---- where

  SourceText set(Node container) {
    Entry context = YamlText.own(container, CONTEXT);
    if (context == null) {
      return insert(mapping(container, container), List.of(CONTEXT, FIELD));
    }
    Entry field = YamlText.own(context.value(), FIELD);
    if (field == null) {
      return context.value() instanceof ScalarNode nothing && nothing.getValue().isEmpty()
          ? replaced(
              yaml.end(context.key()),
              text.indexOf(':', yaml.end(context.key())) + 1,
              ": {" + key(FIELD) + flow() + "}")
          : insert(mapping(context.value(), context.key()), List.of(FIELD));
    }
    return change(mapping(field.value(), field.key()));
  }

  private MappingNode mapping(Node node, Node near) {
    if (!(node instanceof MappingNode mapping)) {
      throw refused(near, "no mapping is here");
    }
    if (yaml.start(node) < yaml.start(near)) {
      throw refused(near, "this is an alias; its anchor is shared with others");
    }
    return mapping;
  }

  // ---- what

  /** Inserts keys, each the only one within the one before, and the profile. */
  private SourceText insert(MappingNode into, List<String> keys) {
    if (into.getFlowStyle() == FlowStyle.FLOW) {
      StringBuilder all = new StringBuilder();
      keys.subList(0, keys.size() - 1).forEach(key -> all.append(key(key)).append('{'));
      all.append(key(keys.get(keys.size() - 1))).append(flow()).append("}".repeat(keys.size() - 1));
      int open = text.indexOf('{', yaml.start(into)) + 1;
      return replaced(open, open, all + (into.getValue().isEmpty() ? "" : ", "));
    }
    ScalarNode first = firstKey(into);
    int column = yaml.start(first) - lineStart(yaml.start(first));
    StringBuilder lines = new StringBuilder();
    String indent = " ".repeat(column);
    for (String key : keys) {
      lines.append(indent).append(key).append(':').append(lineEnd);
      indent += "  ";
    }
    lines.append(indent).append("type: ").append(type).append(lineEnd);
    if (!name.isEmpty()) {
      lines.append(indent).append(NAME + ": ").append(spelled(name)).append(lineEnd);
    }
    // Behind a first entry of one line, which may follow the dash of a list; else before it.
    Node value = into.getValue().get(0).getValueNode();
    int start = lineStart(yaml.start(first));
    boolean oneLine =
        value instanceof ScalarNode
            && yaml.start(value) > yaml.start(first)
            && lineStart(yaml.end(value)) == start;
    if (oneLine) {
      int next = text.indexOf('\n', yaml.end(value));
      return next < 0
          ? replaced(text.length(), text.length(), lineEnd + lines.toString().stripTrailing())
          : replaced(next + 1, next + 1, lines.toString());
    } else if (!text.substring(start, yaml.start(first)).isBlank()) {
      throw refused(first, "there is no line to insert one before");
    }
    return replaced(start, start, lines.toString());
  }

  private ScalarNode firstKey(MappingNode mapping) {
    if (mapping.getValue().isEmpty()
        || !(mapping.getValue().get(0).getKeyNode() instanceof ScalarNode key)) {
      throw refused(mapping, "no key is here");
    }
    return key;
  }

  /** Changes a profile that is there, in its style. */
  private SourceText change(MappingNode field) {
    Entry typeEntry = YamlText.own(field, "type");
    if (typeEntry == null || !(typeEntry.value() instanceof ScalarNode)) {
      throw refused(field, "there is no type");
    }
    Entry nameEntry = YamlText.own(field, NAME);
    boolean flow = field.getFlowStyle() == FlowStyle.FLOW;
    int typeStart = yaml.start(typeEntry.value());
    int typeEnd = yaml.end(typeEntry.value());
    if (nameEntry == null) {
      int column = yaml.start(typeEntry.key()) - lineStart(yaml.start(typeEntry.key()));
      String between = flow ? ", " : lineEnd + " ".repeat(column);
      return replaced(
          typeStart,
          typeEnd,
          quoted(type) + (name.isEmpty() ? "" : between + key(NAME) + spelled(name)));
    }
    int start = yaml.start(nameEntry.value());
    int end = yaml.end(nameEntry.value());
    String by = spelled(name);
    if (name.isEmpty()) {
      by = "";
      if (flow) {
        int comma = text.lastIndexOf(',', yaml.start(nameEntry.key()));
        boolean before = comma > yaml.start(field);
        start = before ? comma : yaml.start(nameEntry.key());
        int next = before ? end : text.indexOf(',', end);
        end = next < 0 || before ? end : next + 1;
      } else {
        start = lineStart(yaml.start(nameEntry.key()));
        int next = text.indexOf('\n', end);
        end = next < 0 ? text.length() : next + 1;
      }
    }
    // The later of both first, so that the other's place holds.
    if (start > typeStart) {
      return SourceText.of(
          yaml.source().name(),
          splice(splice(text, start, end, by), typeStart, typeEnd, quoted(type)));
    }
    return SourceText.of(
        yaml.source().name(),
        splice(splice(text, typeStart, typeEnd, quoted(type)), start, end, by));
  }

  private String flow() {
    return "{"
        + key("type")
        + quoted(type)
        + (name.isEmpty() ? "" : ", " + key(NAME) + spelled(name))
        + "}";
  }

  private String key(String key) {
    return quoted(key) + ": ";
  }

  private String quoted(String word) {
    return json ? '"' + word + '"' : word;
  }

  /** Returns a name as a scalar of either style. */
  private String spelled(String value) {
    boolean plain = !json && value.matches("[A-Za-z_/][\\w./+@%-]*");
    // Words that YAML takes for something else than a string.
    return plain && !value.matches("(?i)y|n|yes|no|on|off|true|false|null")
        ? value
        : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private int lineStart(int at) {
    return text.lastIndexOf('\n', at - 1) + 1;
  }

  private SourceText replaced(int start, int end, String by) {
    return SourceText.of(yaml.source().name(), splice(text, start, end, by));
  }

  private static String splice(String in, int start, int end, String by) {
    return in.substring(0, start) + by + in.substring(end);
  }
}
