package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.docker.yaml.YamlText;
import io.github.apparmor4j.docker.yaml.YamlText.Entry;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Puts one container under a profile, in the text: by its field, or by its pod's annotation. */
final class ManifestEdit {

  private static final String METADATA = "metadata";
  private static final String ANNOTATIONS = "annotations";

  private static final String CONTEXT = "securityContext";
  private static final String FIELD = "appArmorProfile";
  private static final String NAME = "localhostProfile";

  private final YamlText yaml;
  private final String text;
  private final String lineEnd;
  private final boolean json;
  private final ProfileRef profile;
  private final String type;
  private final String name;

  /** What is inserted where nothing is yet: keys and scalars. */
  private Map<String, String> body = new LinkedHashMap<>();

  ManifestEdit(YamlText yaml, ProfileRef profile) {
    this.profile = profile;
    this.yaml = yaml;
    this.text = yaml.source().text();
    this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
    this.json = text.stripLeading().startsWith("{");
    this.type = KubernetesProfile.type(profile);
    this.name = profile instanceof ProfileRef.Named named ? named.name() : "";
    body.put("type", type);
    if (!name.isEmpty()) {
      body.put(NAME, name);
    }
  }

  private DiagnosticException refused(Node near, String message) {
    return new DiagnosticException(
        List.of(Diagnostic.error("AA-KUBE-0013", yaml.place(near), message)));
  }

  // ---- where

  SourceText set(Node container) {
    Entry context = own(container, CONTEXT);
    if (context == null) {
      return insert(mapping(container, container), List.of(CONTEXT, FIELD));
    }
    Entry field = own(context.value(), FIELD);
    return field == null
        ? insert(context, List.of(FIELD))
        : change(mapping(field.value(), field.key()));
  }

  /** Sets the annotation of a pod about one of its containers. */
  SourceText annotate(Node pod, String container) {
    String key = KubernetesManifest.ANNOTATION + container;
    String value = KubernetesProfile.annotation(profile);
    body = Map.of(key, value);
    Entry metadata = own(pod, METADATA);
    if (metadata == null) {
      return insert(mapping(pod, pod), List.of(METADATA, ANNOTATIONS));
    }
    Entry annotations = own(metadata.value(), ANNOTATIONS);
    if (annotations == null) {
      return insert(metadata, List.of(ANNOTATIONS));
    }
    Entry there = own(annotations.value(), key);
    return there == null
        ? insert(annotations, List.of())
        : replaced(yaml.start(there.value()), yaml.end(there.value()), spelled(value));
  }

  /** Inserts into what an entry has, which may be nothing. */
  private SourceText insert(Entry entry, List<String> keys) {
    int end = yaml.end(entry.key());
    return entry.value() instanceof ScalarNode nothing && nothing.getValue().isEmpty()
        ? replaced(end, text.indexOf(':', end) + 1, ": {" + flow(keys) + "}")
        : insert(mapping(entry.value(), entry.key()), keys);
  }

  /** Returns an entry that a mapping has by itself; one that it has by a merge would be hidden. */
  private @Nullable Entry own(Node node, String key) {
    Entry own = YamlText.own(node, key);
    if (own == null && YamlText.find(node, key) != null) {
      throw refused(node, key + " comes from elsewhere by a merge key");
    }
    return own;
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
      int open = text.indexOf('{', yaml.start(into)) + 1;
      return replaced(open, open, flow(keys) + (into.getValue().isEmpty() ? "" : ", "));
    }
    ScalarNode first = firstKey(into);
    int column = yaml.start(first) - lineStart(yaml.start(first));
    StringBuilder lines = new StringBuilder();
    String indent = " ".repeat(column);
    for (String key : keys) {
      lines.append(indent).append(key).append(':').append(lineEnd);
      indent += "  ";
    }
    for (Map.Entry<String, String> each : body.entrySet()) {
      lines.append(indent).append(each.getKey()).append(": ");
      lines.append(spelled(each.getValue())).append(lineEnd);
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

  /** Returns keys, each the only one within the one before, and what is inserted, in braces. */
  private String flow(List<String> keys) {
    StringBuilder all = new StringBuilder();
    keys.forEach(key -> all.append(key(key)).append('{'));
    String separator = "";
    for (Map.Entry<String, String> each : body.entrySet()) {
      all.append(separator).append(key(each.getKey())).append(spelled(each.getValue()));
      separator = ", ";
    }
    return all.append("}".repeat(keys.size())).toString();
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
