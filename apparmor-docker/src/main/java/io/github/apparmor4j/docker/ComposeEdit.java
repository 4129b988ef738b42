package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.yaml.YamlText;
import io.github.apparmor4j.docker.yaml.YamlText.Entry;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** One edit of one service's {@code security_opt}, made in the text. */
final class ComposeEdit {

  private static final String KEY = "security_opt";

  /** A part of the text and what comes in its place. */
  private record Change(int start, int end, String text) {}

  private final YamlText yaml;
  private final String text;
  private final String lineEnd;
  private final MappingNode service;

  ComposeEdit(YamlText yaml, String service) {
    this.yaml = yaml;
    this.text = yaml.source().text();
    this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
    Entry services = YamlText.own(yaml.root(), "services");
    Entry entry = services == null ? null : YamlText.own(services.value(), service);
    if (entry == null || !(entry.value() instanceof MappingNode mapping)) {
      Node near = services == null ? yaml.root() : services.key();
      throw refused(near, "there is no service " + service);
    }
    if (yaml.start(mapping) < yaml.start(entry.key())) {
      throw refused(entry.key(), service + " is an alias; its anchor is shared with others");
    }
    this.service = mapping;
  }

  private DiagnosticException refused(@Nullable Node near, String message) {
    return new DiagnosticException(
        List.of(Diagnostic.error("AA-COMPOSE-0004", yaml.placeOrStart(near), message)));
  }

  // ---- to set

  SourceText set(String wanted) {
    // Compose takes a dollar for the beginning of a variable, unless there are two.
    String option = wanted.replace("$", "$$");
    Entry own = YamlText.own(service, KEY);
    if (own == null) {
      return apply(List.of(newEntry(option)));
    }
    if (own.value() instanceof ScalarNode nothing) {
      return apply(
          List.of(
              nothing.getValue().isEmpty()
                  ? new Change(afterColon(own), afterColon(own), " [" + spelled(option) + "]")
                  : new Change(
                      yaml.start(nothing), yaml.end(nothing), "[" + spelled(option) + "]")));
    }
    SequenceNode list = list(own);
    List<Node> items = appArmor(list);
    if (!items.isEmpty()) {
      Node last = items.get(items.size() - 1);
      return apply(List.of(new Change(yaml.start(last), yaml.end(last), like(last, option))));
    }
    return apply(List.of(appended(list, option)));
  }

  private int afterColon(Entry entry) {
    return text.indexOf(':', yaml.end(entry.key())) + 1;
  }

  private Change appended(SequenceNode list, String option) {
    List<Node> items = list.getValue();
    if (items.isEmpty()) {
      int open = text.indexOf('[', yaml.start(list)) + 1;
      return new Change(open, open, spelled(option));
    }
    Node last = items.get(items.size() - 1);
    int end = endOf(last, list);
    if (list.getFlowStyle() == FlowStyle.FLOW) {
      return new Change(end, end, ", " + spelled(option));
    }
    // The last item's line again, with the option: its indentation, its dash.
    int dash = text.lastIndexOf('-', startOf(last, list) - 1);
    String indent = text.substring(lineStart(dash), dash);
    int gap = dash + 1;
    while (text.charAt(gap) == ' ') {
      gap++;
    }
    return line(end, List.of(indent + text.substring(dash, gap) + spelled(option)));
  }

  private Change newEntry(String option) {
    List<String> options = new ArrayList<>(inherited());
    options.add(option);
    if (service.getFlowStyle() == FlowStyle.FLOW) {
      int open = text.indexOf('{', yaml.start(service)) + 1;
      String list = options.stream().map(this::spelled).collect(Collectors.joining(", ", "[", "]"));
      // What follows the brace stays as it is, a space or none.
      String comma = service.getValue().isEmpty() ? "" : ",";
      return new Change(open, open, KEY + ": " + list + comma);
    }
    Node first = service.getValue().get(0).getKeyNode();
    Node value = service.getValue().get(0).getValueNode();
    int start = lineStart(yaml.start(first));
    String indent = text.substring(start, yaml.start(first));
    if (!indent.isBlank()) {
      throw refused(first, "the service begins in the line of its name");
    }
    List<String> lines = new ArrayList<>(List.of(indent + KEY + ":"));
    options.forEach(each -> lines.add(indent + "  - " + spelled(each)));
    // Behind a first entry of one line, as people write it; else before it.
    boolean oneLine =
        value instanceof ScalarNode
            && yaml.start(value) > yaml.start(first)
            && lineStart(yaml.end(value)) == start;
    return oneLine
        ? line(yaml.end(value), lines)
        : new Change(start, start, String.join(lineEnd, lines) + lineEnd);
  }

  /** Returns what merge keys bring, which an own list hides; without what is about AppArmor. */
  private List<String> inherited() {
    List<String> options = new ArrayList<>();
    for (var tuple : service.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals("<<")) {
        MappingNode only =
            new MappingNode(service.getTag(), List.of(tuple), service.getFlowStyle());
        Entry merged = YamlText.find(only, KEY);
        if (merged != null && merged.value() instanceof SequenceNode list) {
          for (Node item : list.getValue()) {
            if (item instanceof ScalarNode scalar && !DockerHost.isAppArmor(scalar.getValue())) {
              options.add(scalar.getValue());
            }
          }
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
      return apply(List.of(flowService ? entryInFlow(own) : lines(own.key(), list)));
    }
    List<Change> changes = new ArrayList<>();
    for (Node item : items) {
      changes.add(flowList ? itemInFlow(list, item) : lines(item, item));
    }
    return apply(changes);
  }

  /** Returns a change that removes an item with one comma. */
  private Change itemInFlow(SequenceNode list, Node item) {
    int at = list.getValue().indexOf(item);
    if (at > 0) {
      return new Change(endOf(list.getValue().get(at - 1), list), yaml.end(item), "");
    }
    boolean alone = list.getValue().size() == 1;
    int end = alone ? yaml.end(item) : startOf(list.getValue().get(1), list);
    return new Change(yaml.start(item), end, "");
  }

  private Change entryInFlow(Entry entry) {
    int start = yaml.start(entry.key());
    int end = yaml.end(entry.value());
    int comma = end;
    while (" \r\n".indexOf(text.charAt(comma)) >= 0) {
      comma++; // up to the brace at the latest
    }
    if (text.charAt(comma) == ',') {
      boolean twoSpaces = text.charAt(start - 1) == ' ' && text.charAt(comma + 1) == ' ';
      return new Change(start, comma + (twoSpaces ? 2 : 1), "");
    }
    // The last one: the comma before it goes.
    int before = text.lastIndexOf(',', start);
    int open = text.lastIndexOf('{', start);
    return new Change(before > open ? before : start, end, "");
  }

  /** Returns a change that removes the lines from one node to another. */
  private Change lines(Node first, Node last) {
    int start = lineStart(yaml.start(first));
    Node lastOne =
        last instanceof SequenceNode list && list.getFlowStyle() != FlowStyle.FLOW
            ? list.getValue().get(list.getValue().size() - 1)
            : last;
    int end = nextLine(yaml.end(lastOne));
    boolean unended = end == text.length() && !text.endsWith("\n");
    return new Change(unended ? Math.max(0, start - lineEnd.length()) : start, end, "");
  }

  // ---- the text

  private SequenceNode list(Entry own) {
    if (!(own.value() instanceof SequenceNode list)) {
      throw refused(own.key(), KEY + " is no list");
    }
    if (yaml.start(list) < yaml.start(own.key())) {
      throw refused(own.key(), KEY + " is an alias; its anchor is shared with others");
    }
    return list;
  }

  /** Returns a list's items that are about AppArmor. */
  private List<Node> appArmor(SequenceNode list) {
    List<Node> items = new ArrayList<>();
    for (Node item : list.getValue()) {
      if (item instanceof ScalarNode scalar && DockerHost.isAppArmor(scalar.getValue())) {
        if (yaml.start(item) < yaml.start(list)) {
          throw refused(list, "the item '" + scalar.getValue() + "' is an alias");
        }
        items.add(item);
      }
    }
    return items;
  }

  /** Returns where an item is written; for an alias, that is not where its node is. */
  private int startOf(Node item, SequenceNode list) {
    if (yaml.start(item) < yaml.start(list)) {
      throw refused(list, "an item beside the new one is an alias");
    }
    return yaml.start(item);
  }

  private int endOf(Node item, SequenceNode list) {
    startOf(item, list);
    return yaml.end(item);
  }

  /** Returns an option in the spelling of another. */
  private String like(Node other, String option) {
    ScalarStyle style = ((ScalarNode) other).getScalarStyle();
    return switch (style) {
      case SINGLE_QUOTED -> "'" + option.replace("'", "''") + "'";
      case DOUBLE_QUOTED -> quoted(option);
      case PLAIN -> spelled(option);
      default -> throw refused(other, "the option is a block of text");
    };
  }

  /** Returns an option as an item of a list of either style. */
  private String spelled(String option) {
    return option.matches("[\\w./=+@%-]+") ? option : quoted(option);
  }

  private static String quoted(String option) {
    return '"' + option.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private int lineStart(int at) {
    return text.lastIndexOf('\n', at - 1) + 1;
  }

  private int nextLine(int at) {
    int end = text.indexOf('\n', at);
    return end < 0 ? text.length() : end + 1;
  }

  /** Returns a change that puts lines behind the one of a place. */
  private Change line(int at, List<String> lines) {
    int next = nextLine(at);
    String all = String.join(lineEnd, lines);
    boolean unended = next == text.length() && !text.endsWith("\n");
    return new Change(next, next, unended ? lineEnd + all : all + lineEnd);
  }

  private SourceText apply(List<Change> changes) {
    StringBuilder edited = new StringBuilder(text);
    changes.stream()
        .sorted(Comparator.comparingInt(Change::start).reversed())
        .forEach(change -> edited.replace(change.start, change.end, change.text));
    return SourceText.of(yaml.source().name(), edited.toString());
  }
}
