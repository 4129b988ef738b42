package io.github.apparmor4j.yaml;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML document as a tree of nodes with their places. Aliases lead to the node of their anchor,
 * so they don't make the tree grow. Nodes are only looked at; no objects are made from them.
 */
public final class YamlText {

  /** The most characters of a text; such files have some thousands. */
  static final int MOST = 16 << 20;

  private static final int DEEPEST = 64;
  private static final int MOST_ALIASES = 100_000;

  private final SourceText source;

  /**
   * For texts with characters of two UTF-16 units: the offset of each code point; otherwise {@code
   * null}.
   */
  private final int @Nullable [] offsets;

  private final @Nullable Node root;

  private YamlText(SourceText source, int @Nullable [] offsets, @Nullable Node root) {
    this.source = source;
    this.offsets = offsets;
    this.root = root;
  }

  /**
   * Reads a text of one document. If it can't be read, the result has no root.
   *
   * @param kinds the kinds of problems to report
   * @param errors receives the problems: the text is not YAML, has a key twice, or is too large
   */
  public static YamlText read(SourceText source, Kinds kinds, Consumer<Diagnostic> errors) {
    List<YamlText> read = new ArrayList<>();
    YamlText unread = new YamlText(source, offsets(source.text()), null);
    unread.compose(
        kinds, errors, (yaml, text) -> read.add(unread.with(yaml.compose(text), kinds, errors)));
    return read.isEmpty() ? unread : read.get(0);
  }

  /** Reads a text of any number of documents. Documents before a mistake are returned. */
  public static List<YamlText> readAll(
      SourceText source, Kinds kinds, Consumer<Diagnostic> errors) {
    List<YamlText> read = new ArrayList<>();
    YamlText unread = new YamlText(source, offsets(source.text()), null);
    unread.compose(
        kinds,
        errors,
        (yaml, text) -> {
          for (Node root : yaml.composeAll(text)) {
            read.add(unread.with(root, kinds, errors));
          }
        });
    return List.copyOf(read);
  }

  /**
   * The kinds of problems with a text.
   *
   * @param unreadable it is not YAML, or is too large
   * @param duplicate it has a key twice
   */
  public record Kinds(Diagnostic.Kind unreadable, Diagnostic.Kind duplicate) {}

  private interface Composition {
    void run(Yaml yaml, StringReader text);
  }

  private void compose(Kinds kinds, Consumer<Diagnostic> errors, Composition composition) {
    String text = source.text();
    if (text.length() > MOST) {
      errors.accept(
          Diagnostic.of(kinds.unreadable, place(0, 0), "more than " + MOST + " characters"));
      return;
    }
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MOST);
    options.setNestingDepthLimit(DEEPEST);
    options.setMaxAliasesForCollections(MOST_ALIASES);
    try {
      composition.run(new Yaml(new SafeConstructor(options)), new StringReader(withoutTabs(text)));
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      int at = mark == null ? 0 : offset(mark);
      String problem = String.valueOf(e.getProblem());
      errors.accept(Diagnostic.of(kinds.unreadable, place(at, at), problem));
    } catch (YAMLException e) {
      String problem = String.valueOf(e.getMessage());
      errors.accept(Diagnostic.of(kinds.unreadable, place(0, 0), problem));
    }
  }

  /**
   * Returns a JSON text, which may be indented by tabs, with blanks in their place, since SnakeYAML
   * takes no tabs there; another text as it is. A string of JSON has no tabs.
   */
  private static String withoutTabs(String text) {
    return text.stripLeading().startsWith("{") ? text.replace('\t', ' ') : text;
  }

  private YamlText with(@Nullable Node document, Kinds kinds, Consumer<Diagnostic> errors) {
    YamlText read = new YamlText(source, offsets, document);
    read.findDuplicates(kinds, errors);
    return read;
  }

  /** Returns the offset of each code point; {@code null} if each is one unit. */
  private static int @Nullable [] offsets(String text) {
    return text.codePointCount(0, text.length()) == text.length() ? null : codePointOffsets(text);
  }

  private static int[] codePointOffsets(String text) {
    int[] offsets = new int[text.codePointCount(0, text.length()) + 1];
    int at = 0;
    for (int i = 0; i < offsets.length - 1; i++) {
      offsets[i] = at;
      at += Character.charCount(text.codePointAt(at));
    }
    offsets[offsets.length - 1] = at;
    return offsets;
  }

  private void findDuplicates(Kinds kinds, Consumer<Diagnostic> errors) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> open = new ArrayDeque<>();
    if (root != null) {
      open.push(root);
    }
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (!seen.add(node)) {
        continue;
      }
      if (node instanceof SequenceNode sequence) {
        sequence.getValue().forEach(open::push);
      } else if (node instanceof MappingNode mapping) {
        Set<String> keys = new HashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
          if (entry.getKeyNode() instanceof ScalarNode key && !keys.add(key.getValue())) {
            errors.accept(
                Diagnostic.of(
                    kinds.duplicate, place(key), "'" + key.getValue() + "' is given twice"));
          }
          open.push(entry.getValueNode());
        }
      }
    }
  }

  /** Returns the text. */
  public SourceText source() {
    return source;
  }

  /** Returns the document; {@code null} for an empty one or one that could not be read. */
  public @Nullable Node root() {
    return root;
  }

  // ---- places

  /** Returns the offset of a mark in the text. */
  int offset(Mark mark) {
    return offsets == null ? mark.getIndex() : offsets[mark.getIndex()];
  }

  /** Returns the offset where a node begins in the text; for an alias, where its anchor is. */
  public int start(Node node) {
    return offset(node.getStartMark());
  }

  /** Returns the offset where a node ends in the text. */
  public int end(Node node) {
    return offset(node.getEndMark());
  }

  /**
   * Returns whether a value is an alias. Its node then stands where its anchor is, and others may
   * use it too.
   *
   * @param near the node before the value: its key or its list
   */
  public boolean isAlias(Node value, Node near) {
    return start(value) < start(near);
  }

  /** Returns a node's place. */
  public SourcePlace place(Node node) {
    return place(start(node), node instanceof ScalarNode ? end(node) : start(node));
  }

  /** Returns a node's place, or the beginning of the text. */
  public SourcePlace placeOrStart(@Nullable Node node) {
    return node == null ? place(0, 0) : place(node);
  }

  private SourcePlace place(int start, int end) {
    return SourcePlace.of(source, new SourceSpan(start, end));
  }

  // ---- nodes

  /** An entry of a mapping. */
  public record Entry(ScalarNode key, Node value) {}

  /** Returns a mapping's own entry; {@code null} if there is none or the node is not a mapping. */
  public static @Nullable Entry own(@Nullable Node node, String name) {
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name)) {
          return new Entry(key, tuple.getValueNode());
        }
      }
    }
    return null;
  }

  /** Returns a mapping's entry, its own or one that a merge key ({@code <<}) brings. */
  public static @Nullable Entry find(@Nullable Node node, String name) {
    Entry own = own(node, name);
    return own == null ? merged(node, name) : own;
  }

  /** Returns the entry that a mapping's merge key ({@code <<}) brings, hidden or not. */
  public static @Nullable Entry merged(@Nullable Node node, String name) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> open = new ArrayDeque<>();
    pushMerged(node, open);
    while (!open.isEmpty()) {
      Node next = open.pop();
      if (seen.add(next)) {
        Entry own = own(next, name);
        if (own != null) {
          return own;
        }
        pushMerged(next, open);
      }
    }
    return null;
  }

  private static void pushMerged(@Nullable Node node, Deque<Node> open) {
    Entry merge = own(node, "<<");
    if (merge != null) {
      List<Node> sources =
          merge.value() instanceof SequenceNode list ? list.getValue() : List.of(merge.value());
      for (int i = sources.size() - 1; i >= 0; i--) {
        open.push(sources.get(i)); // so that the first is looked at first
      }
    }
  }

  /** Returns a mapping's own entries in their order, without merge keys. */
  public static List<Entry> entries(@Nullable Node node) {
    List<Entry> entries = new ArrayList<>();
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key && !key.getValue().equals("<<")) {
          entries.add(new Entry(key, tuple.getValueNode()));
        }
      }
    }
    return entries;
  }
}
