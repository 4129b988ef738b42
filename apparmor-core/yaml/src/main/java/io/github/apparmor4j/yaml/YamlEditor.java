package io.github.apparmor4j.yaml;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TextEdit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.CollectionNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * The edits that YAML texts have in common: of whole lines, entries of mappings, scalars in quotes.
 * YAML has more forms than this class knows, so callers read the result again and compare.
 * Immutable and thread-safe.
 */
public final class YamlEditor {

  private final YamlText yaml;
  private final String text;
  private final Diagnostic.Kind refusal;

  /**
   * Makes an editor of a text that could be read.
   *
   * @param refusal the kind of problem to report where something can't be edited
   */
  public YamlEditor(YamlText yaml, Diagnostic.Kind refusal) {
    this.yaml = yaml;
    this.text = yaml.source().text();
    this.refusal = refusal;
  }

  /** Returns the text with edits made; they must be in the order of their places. */
  public SourceText apply(List<TextEdit> edits) {
    return TextEdit.apply(yaml.source(), edits);
  }

  /**
   * Returns an exception that says that something can't be edited.
   *
   * @param near its place; {@code null} for the beginning of the text
   */
  public DiagnosticException refused(@Nullable Node near, String message) {
    return new DiagnosticException(
        List.of(Diagnostic.of(refusal, yaml.placeOrStart(near), message)));
  }

  // ---- lines

  /** Returns the line end that the text uses. */
  public String lineEnd() {
    return text.contains("\r\n") ? "\r\n" : "\n";
  }

  /** Returns the offset where the line of a place begins. */
  public int lineStart(int at) {
    return text.lastIndexOf('\n', at - 1) + 1;
  }

  /**
   * Returns the offset where the line after the line of a place begins; the text's end if there is
   * none.
   */
  public int nextLine(int at) {
    int end = text.indexOf('\n', at);
    return end < 0 ? text.length() : end + 1;
  }

  /** Returns an edit that adds lines after the line of a place. */
  public TextEdit linesAfter(int at, List<String> lines) {
    int next = nextLine(at);
    String all = String.join(lineEnd(), lines);
    return TextEdit.insert(next, isUnended(next) ? lineEnd() + all : all + lineEnd());
  }

  /**
   * Returns an edit that removes whole lines.
   *
   * @param start offset where the first of them begins
   * @param end offset where the line after the last of them begins
   */
  public TextEdit withoutLines(int start, int end) {
    // A text whose last line has no end still has none afterwards.
    int from = isUnended(end) ? Math.max(0, start - lineEnd().length()) : start;
    return TextEdit.remove(from, end);
  }

  private boolean isUnended(int at) {
    return at == text.length() && !text.endsWith("\n");
  }

  // ---- entries

  /** Returns the blanks before each key of a mapping in block style. */
  public String indent(MappingNode block) {
    int key = yaml.start(firstKey(block));
    return " ".repeat(key - lineStart(key));
  }

  /**
   * Returns an edit that adds lines to a mapping in block style. They go after the first entry if
   * that takes one line, or follows the dash of a list; otherwise before it.
   */
  public TextEdit entry(MappingNode block, List<String> lines) {
    Node key = firstKey(block);
    int start = lineStart(yaml.start(key));
    int end = endOf(block.getValue().get(0));
    return lineStart(end) == start || !text.substring(start, yaml.start(key)).isBlank()
        ? linesAfter(end, lines)
        : TextEdit.insert(start, String.join(lineEnd(), lines) + lineEnd());
  }

  /**
   * Returns where an entry of a block ends: after the last character of its value, or of its key if
   * nothing or an alias follows.
   */
  public int endOf(NodeTuple entry) {
    Node key = entry.getKeyNode();
    Node last = entry.getValueNode();
    Node before = key;
    while (!yaml.isAlias(last, before) && last instanceof CollectionNode<?> collection) {
      if (collection.getFlowStyle() == FlowStyle.FLOW || collection.getValue().isEmpty()) {
        break;
      }
      Object inner = collection.getValue().get(collection.getValue().size() - 1);
      before = last;
      if (inner instanceof NodeTuple tuple) {
        before = tuple.getKeyNode();
        last = tuple.getValueNode();
      } else {
        last = (Node) inner;
      }
    }
    int end = yaml.isAlias(last, before) ? yaml.end(before) : yaml.end(last);
    // A block of text ends where the next token is.
    while (end > yaml.start(key) && " \t\r\n".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return Math.max(end, yaml.end(key));
  }

  private Node firstKey(MappingNode mapping) {
    if (mapping.getValue().isEmpty()
        || !(mapping.getValue().get(0).getKeyNode() instanceof ScalarNode key)) {
      throw refused(mapping, "there is no key here");
    }
    return key;
  }

  // ---- scalars

  /** Returns a string as a quoted scalar. It may hold any characters except line ends. */
  public static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
