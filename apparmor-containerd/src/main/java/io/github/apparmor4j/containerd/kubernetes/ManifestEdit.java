package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TextEdit;
import io.github.apparmor4j.yaml.YamlEditor;
import io.github.apparmor4j.yaml.YamlText;
import io.github.apparmor4j.yaml.YamlText.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * An edit of a text that puts one container under a profile, by its field or by its pod's
 * annotation.
 */
final class ManifestEdit {

  private static final String METADATA = "metadata";
  private static final String ANNOTATIONS = "annotations";

  private static final String CONTEXT = "securityContext";
  private static final String FIELD = "appArmorProfile";
  private static final String NAME = "localhostProfile";

  private final YamlText yaml;
  private final YamlEditor editor;
  private final String text;
  private final boolean json;
  private final ProfileRef profile;
  private final String type;
  private final String name;

  /** The keys and values that are inserted where there is nothing yet. */
  private Map<String, String> body = new LinkedHashMap<>();

  ManifestEdit(YamlText yaml, ProfileRef profile) {
    this.profile = profile;
    this.yaml = yaml;
    this.editor = new YamlEditor(yaml, KubernetesProblem.NOT_EDITABLE);
    this.text = yaml.source().text();
    this.json = text.stripLeading().startsWith("{");
    this.type = KubernetesProfile.type(profile);
    this.name = profile instanceof ProfileRef.Named named ? named.name() : "";
    body.put("type", type);
    if (!name.isEmpty()) {
      body.put(NAME, name);
    }
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

  /** Sets the profile of a pod, for its containers that have none of their own. */
  SourceText setPod(Node pod) {
    Entry spec = own(pod, "spec");
    if (spec == null) {
      throw editor.refused(pod, "there is no spec");
    }
    return set(spec.value());
  }

  /** Removes the field of a container or a pod's spec; returns the text as it is if it has none. */
  SourceText unset(Node container) {
    Entry context = own(container, CONTEXT);
    Entry field = context == null ? null : own(context.value(), FIELD);
    if (context == null || field == null) {
      return yaml.source();
    }
    MappingNode holder = mapping(context.value(), context.key());
    refuseAlias(field.value(), field.key());
    boolean alone = holder.getValue().size() == 1;
    MappingNode from = alone ? mapping(container, container) : holder;
    return removed(from, alone ? context : field);
  }

  /** Removes an entry of a mapping. */
  private SourceText removed(MappingNode from, Entry entry) {
    int start = yaml.start(entry.key());
    int end = editor.endOf(new NodeTuple(entry.key(), entry.value()));
    if (from.getFlowStyle() == FlowStyle.FLOW) {
      int after = end;
      while (after < text.length() && " \t\r\n".indexOf(text.charAt(after)) >= 0) {
        after++;
      }
      if (text.charAt(after) == ',') {
        after++;
        while (" \t".indexOf(text.charAt(after)) >= 0) {
          after++;
        }
        return replaced(start, after, "");
      }
      int comma = start - 1;
      while (" \t\r\n".indexOf(text.charAt(comma)) >= 0) {
        comma--;
      }
      return replaced(text.charAt(comma) == ',' ? comma : start, end, "");
    }
    int line = editor.lineStart(start);
    if (text.substring(line, start).isBlank()) {
      return editor.apply(List.of(editor.withoutLines(line, editor.nextLine(end))));
    }
    if (from.getValue().size() == 1) {
      throw editor.refused(entry.key(), "nothing else is here");
    }
    // It follows the dash of a list: the next entry takes its place.
    int next = yaml.start(from.getValue().get(1).getKeyNode());
    return replaced(start, next, "");
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
    if (there == null) {
      return insert(annotations, List.of());
    }
    refuseAlias(there.value(), there.key());
    return replaced(yaml.start(there.value()), yaml.end(there.value()), spelled(value));
  }

  /** Inserts into the value of an entry, which may be empty. */
  private SourceText insert(Entry entry, List<String> keys) {
    int end = yaml.end(entry.key());
    if (!entry.value().getTag().equals(Tag.NULL)
        || !(entry.value() instanceof ScalarNode nothing)) {
      return insert(mapping(entry.value(), entry.key()), keys);
    }
    refuseAlias(nothing, entry.key());
    return nothing.getValue().isEmpty()
        ? replaced(end, text.indexOf(':', end) + 1, ": {" + flow(keys) + "}")
        : replaced(yaml.start(nothing), yaml.end(nothing), "{" + flow(keys) + "}");
  }

  /**
   * Returns an entry that a mapping has itself; refuses one from a merge key, which an edit would
   * hide.
   */
  private @Nullable Entry own(Node node, String key) {
    Entry own = YamlText.own(node, key);
    if (own == null && YamlText.find(node, key) != null) {
      throw editor.refused(node, key + " comes from elsewhere by a merge key");
    }
    return own;
  }

  private MappingNode mapping(Node node, Node near) {
    if (!(node instanceof MappingNode mapping)) {
      throw editor.refused(near, "a mapping is expected here");
    }
    refuseAlias(node, near);
    return mapping;
  }

  private void refuseAlias(Node node, Node near) {
    if (yaml.isAlias(node, near)) {
      throw editor.refused(near, "this is an alias; its anchor is shared with others");
    }
  }

  // ---- what

  /** Inserts keys, each inside the one before, and the profile in the last. */
  private SourceText insert(MappingNode into, List<String> keys) {
    if (into.getFlowStyle() == FlowStyle.FLOW) {
      int open = text.indexOf('{', yaml.start(into)) + 1;
      return replaced(open, open, flow(keys) + (into.getValue().isEmpty() ? "" : ", "));
    }
    String indent = editor.indent(into);
    List<String> lines = new ArrayList<>();
    for (String key : keys) {
      lines.add(indent + key + ":");
      indent += "  ";
    }
    for (Map.Entry<String, String> each : body.entrySet()) {
      lines.add(indent + each.getKey() + ": " + spelled(each.getValue()));
    }
    return editor.apply(List.of(editor.entry(into, lines)));
  }

  /** Changes a profile that is written already, in its style. */
  private SourceText change(MappingNode field) {
    Entry typeEntry = YamlText.own(field, "type");
    if (typeEntry == null || !(typeEntry.value() instanceof ScalarNode)) {
      throw editor.refused(field, "there is no type");
    }
    refuseAlias(typeEntry.value(), typeEntry.key());
    Entry nameEntry = YamlText.own(field, NAME);
    boolean flow = field.getFlowStyle() == FlowStyle.FLOW;
    int typeStart = yaml.start(typeEntry.value());
    int typeEnd = yaml.end(typeEntry.value());
    if (nameEntry == null) {
      int column = yaml.start(typeEntry.key()) - editor.lineStart(yaml.start(typeEntry.key()));
      String between = flow ? ", " : editor.lineEnd() + " ".repeat(column);
      return replaced(
          typeStart,
          typeEnd,
          quoted(type) + (name.isEmpty() ? "" : between + key(NAME) + spelled(name)));
    }
    refuseAlias(nameEntry.value(), nameEntry.key());
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
        start = editor.lineStart(yaml.start(nameEntry.key()));
        end = editor.nextLine(end);
      }
    }
    TextEdit typed = TextEdit.replace(typeStart, typeEnd, quoted(type));
    TextEdit named = TextEdit.replace(start, end, by);
    return editor.apply(start > typeStart ? List.of(typed, named) : List.of(named, typed));
  }

  /** Returns keys in braces, each inside the one before, and what is inserted in the last. */
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

  /** Returns a name as a value that is valid in either style. */
  private String spelled(String value) {
    boolean plain = !json && value.matches("[A-Za-z_/][\\w./+@%-]*");
    // The others are words that YAML doesn't take for strings.
    return plain && !value.matches("(?i)y|n|yes|no|on|off|true|false|null")
        ? value
        : YamlEditor.quoted(value);
  }

  private SourceText replaced(int start, int end, String by) {
    return editor.apply(List.of(TextEdit.replace(start, end, by)));
  }
}
