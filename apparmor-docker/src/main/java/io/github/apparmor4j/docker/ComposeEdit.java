package io.github.apparmor4j.docker;

import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TextEdit;
import io.github.apparmor4j.yaml.YamlEditor;
import io.github.apparmor4j.yaml.YamlText;
import io.github.apparmor4j.yaml.YamlText.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** One edit of one service's {@code security_opt}, made in the text. */
final class ComposeEdit {

  private static final String KEY = "security_opt";

  private final YamlText yaml;
  private final YamlEditor editor;
  private final String text;
  private final MappingNode service;

  ComposeEdit(YamlText yaml, String service) {
    this.yaml = yaml;
    this.editor = new YamlEditor(yaml, ComposeProblem.NOT_EDITABLE);
    this.text = yaml.source().text();
    Entry services = YamlText.own(yaml.root(), "services");
    Entry entry = services == null ? null : YamlText.own(services.value(), service);
    if (entry == null || !(entry.value() instanceof MappingNode mapping)) {
      Node near = services == null ? yaml.root() : services.key();
      throw editor.refused(near, "there is no service " + service);
    }
    if (yaml.isAlias(mapping, entry.key())) {
      throw editor.refused(entry.key(), service + " is an alias; its anchor is shared with others");
    }
    this.service = mapping;
  }

  // ---- to set

  SourceText set(String wanted) {
    // Compose takes a dollar for the beginning of a variable; two stand for one dollar.
    String option = wanted.replace("$", "$$");
    Entry own = YamlText.own(service, KEY);
    if (own == null) {
      return editor.apply(List.of(newEntry(option)));
    }
    if (own.value() instanceof ScalarNode nothing) {
      refuseAlias(nothing, own.key());
      String list = "[" + spelled(option) + "]";
      return editor.apply(
          List.of(
              nothing.getValue().isEmpty()
                  ? TextEdit.insert(text.indexOf(':', yaml.end(own.key())) + 1, " " + list)
                  : TextEdit.replace(yaml.start(nothing), yaml.end(nothing), list)));
    }
    SequenceNode list = list(own);
    List<Node> items = appArmor(list);
    if (!items.isEmpty()) {
      Node last = items.get(items.size() - 1);
      return editor.apply(
          List.of(TextEdit.replace(yaml.start(last), written(last), like(last, option))));
    }
    return editor.apply(List.of(appended(list, option)));
  }

  private TextEdit appended(SequenceNode list, String option) {
    List<Node> items = list.getValue();
    if (items.isEmpty()) {
      int open = text.indexOf('[', yaml.start(list)) + 1;
      return TextEdit.insert(open, spelled(option));
    }
    Node last = items.get(items.size() - 1);
    int end = endOf(last, list);
    if (list.getFlowStyle() == FlowStyle.FLOW) {
      return TextEdit.insert(end, ", " + spelled(option));
    }
    // Repeats the last item's line with the option: same indentation, same dash.
    int dash = text.lastIndexOf('-', startOf(last, list) - 1);
    String indent = text.substring(editor.lineStart(dash), dash);
    int gap = dash + 1;
    while (gap < text.length() && text.charAt(gap) == ' ') {
      gap++;
    }
    return editor.linesAfter(end, List.of(indent + text.substring(dash, gap) + spelled(option)));
  }

  private TextEdit newEntry(String option) {
    List<String> options = new ArrayList<>(inherited());
    options.add(option);
    if (service.getFlowStyle() == FlowStyle.FLOW) {
      int open = text.indexOf('{', yaml.start(service)) + 1;
      String list = options.stream().map(this::spelled).collect(Collectors.joining(", ", "[", "]"));
      // What follows the brace stays as it is, a space or none.
      String comma = service.getValue().isEmpty() ? "" : ",";
      return TextEdit.insert(open, KEY + ": " + list + comma);
    }
    String indent = editor.indent(service);
    List<String> lines = new ArrayList<>(List.of(indent + KEY + ":"));
    options.forEach(each -> lines.add(indent + "  - " + spelled(each)));
    return editor.entry(service, lines);
  }

  /**
   * Returns the options that merge keys bring and that an own list would hide, except those about
   * AppArmor.
   */
  private List<String> inherited() {
    List<String> options = new ArrayList<>();
    Entry merged = YamlText.merged(service, KEY);
    if (merged != null && merged.value() instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        if (item instanceof ScalarNode scalar && !DockerHost.isAppArmor(scalar.getValue())) {
          options.add(scalar.getValue());
        }
      }
    }
    return options;
  }

  // ---- to unset

  SourceText unset() {
    Entry own = YamlText.own(service, KEY);
    if (own == null || !(own.value() instanceof SequenceNode)) {
      return yaml.source();
    }
    SequenceNode list = (SequenceNode) own.value();
    List<Node> items = appArmor(list);
    if (items.isEmpty()) {
      return yaml.source();
    }
    list(own); // refuses an alias
    List<String> others =
        list.getValue().stream()
            .filter(item -> !items.contains(item))
            .map(item -> item instanceof ScalarNode scalar ? scalar.getValue() : "")
            .toList();
    boolean flowList = list.getFlowStyle() == FlowStyle.FLOW;
    boolean flowService = service.getFlowStyle() == FlowStyle.FLOW;
    if (others.equals(inherited()) && (!flowList || flowService)) {
      return editor.apply(List.of(flowService ? entryInFlow(own) : lines(own.key(), list)));
    }
    return editor.apply(flowList ? itemsInFlow(list, items) : lines(items));
  }

  /** Returns edits that remove items, each with one comma. */
  private List<TextEdit> itemsInFlow(SequenceNode list, List<Node> removed) {
    List<Node> all = list.getValue();
    int first = 0;
    while (first < all.size() && removed.contains(all.get(first))) {
      first++;
    }
    List<TextEdit> edits = new ArrayList<>();
    if (first == all.size()) {
      edits.add(TextEdit.remove(yaml.start(all.get(0)), yaml.end(all.get(first - 1))));
    } else if (first > 0) {
      edits.add(TextEdit.remove(yaml.start(all.get(0)), startOf(all.get(first), list)));
    }
    for (int i = first; i < all.size(); i++) {
      if (removed.contains(all.get(i))) {
        edits.add(TextEdit.remove(endOf(all.get(i - 1), list), yaml.end(all.get(i))));
      }
    }
    return edits;
  }

  private TextEdit entryInFlow(Entry entry) {
    int start = yaml.start(entry.key());
    int end = yaml.end(entry.value());
    int comma = end;
    while (" \r\n".indexOf(text.charAt(comma)) >= 0) {
      comma++; // up to the brace at the latest
    }
    if (text.charAt(comma) == ',') {
      boolean twoSpaces = text.charAt(start - 1) == ' ' && text.charAt(comma + 1) == ' ';
      return TextEdit.remove(start, comma + (twoSpaces ? 2 : 1));
    }
    // It is the last entry: the comma before it is removed.
    int before = text.lastIndexOf(',', start);
    int open = text.lastIndexOf('{', start);
    return TextEdit.remove(before > open ? before : start, end);
  }

  /** Returns an edit that removes the lines from one node to another. */
  private TextEdit lines(Node first, Node last) {
    Node lastOne =
        last instanceof SequenceNode list && list.getFlowStyle() != FlowStyle.FLOW
            ? list.getValue().get(list.getValue().size() - 1)
            : last;
    return editor.withoutLines(
        editor.lineStart(yaml.start(first)), editor.nextLine(yaml.end(lastOne)));
  }

  /** Returns edits that remove the lines of items; lines between them stay. */
  private List<TextEdit> lines(List<Node> items) {
    List<TextEdit> edits = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      int last = i;
      // One edit removes adjacent lines, since an edit for the last may begin before its line.
      while (last + 1 < items.size()
          && editor.nextLine(yaml.end(items.get(last)))
              == editor.lineStart(yaml.start(items.get(last + 1)))) {
        last++;
      }
      edits.add(lines(items.get(i), items.get(last)));
      i = last;
    }
    return edits;
  }

  // ---- the text

  private SequenceNode list(Entry own) {
    if (!(own.value() instanceof SequenceNode list)) {
      throw editor.refused(own.key(), KEY + " is not a list");
    }
    refuseAlias(list, own.key());
    return list;
  }

  private void refuseAlias(Node value, Node key) {
    if (yaml.isAlias(value, key)) {
      throw editor.refused(key, KEY + " is an alias; its anchor is shared with others");
    }
  }

  /** Returns a list's items that are about AppArmor. */
  private List<Node> appArmor(SequenceNode list) {
    List<Node> items = new ArrayList<>();
    for (Node item : list.getValue()) {
      if (item instanceof ScalarNode scalar && DockerHost.isAppArmor(scalar.getValue())) {
        if (yaml.isAlias(item, list)) {
          throw editor.refused(list, "the item '" + scalar.getValue() + "' is an alias");
        }
        items.add(item);
      }
    }
    return items;
  }

  /** Returns where an item is written; refuses an alias, whose node is somewhere else. */
  private int startOf(Node item, SequenceNode list) {
    if (yaml.isAlias(item, list)) {
      throw editor.refused(list, "an item beside the new one is an alias");
    }
    return yaml.start(item);
  }

  private int endOf(Node item, SequenceNode list) {
    startOf(item, list);
    return yaml.end(item);
  }

  /** Returns where an item ends; for a block of text, before its last line's end. */
  private int written(Node item) {
    int end = yaml.end(item);
    while (end > yaml.start(item) && " \r\n".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return end;
  }

  /** Returns an option, quoted like another. */
  private String like(Node other, String option) {
    ScalarStyle style = ((ScalarNode) other).getScalarStyle();
    return switch (style) {
      case SINGLE_QUOTED -> "'" + option.replace("'", "''") + "'";
      case DOUBLE_QUOTED -> YamlEditor.quoted(option);
      default -> spelled(option); // a block of text becomes one word
    };
  }

  /** Returns an option as an item that is valid in lists of either style. */
  private String spelled(String option) {
    return option.matches("[\\w./=+@%-]+") ? option : YamlEditor.quoted(option);
  }
}
