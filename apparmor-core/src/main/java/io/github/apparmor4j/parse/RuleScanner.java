package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A scanner of the parts that rules of several kinds share: lists, permissions, conditions,
 * targets.
 */
final class RuleScanner extends Scanner {

  /** Offset where the current rule begins. */
  int ruleStart;

  RuleScanner(String text, int maxWord) {
    super(text, maxWord);
  }

  void expect(String symbol) {
    if (!accept(symbol)) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, here(), "expected '" + symbol + "'" + found(), null);
    }
  }

  boolean atRuleEnd() {
    return peek() == ',' || atEnd();
  }

  /** Reads a target whose arrow must be a word of its own; {@code null} if there is no arrow. */
  @Nullable String spacedArrowTarget() {
    if (text.startsWith("->", pos) && !isBlank(peek(2)) && peek(2) != '"') {
      throw new ParseFailure(ParseProblem.UNEXPECTED, here(), "expected a blank after '->'", null);
    }
    return arrowTarget();
  }

  @Nullable String arrowTarget() {
    if (!accept("->")) {
      return null;
    }
    Word word = word("a target");
    skip();
    return word.text();
  }

  /** Passes {@code =} or {@code in}; returns whether it was {@code in}. */
  boolean equalsOrIn() {
    if (acceptKeyword("in")) {
      if (peek() != '(') {
        throw new ParseFailure(ParseProblem.UNEXPECTED, here(), "expected '('" + found(), null);
      }
      return true;
    }
    expect("=");
    return false;
  }

  /** Returns one value, or the values of a list in parentheses. */
  List<Word> values(String what) {
    if (!accept("(")) {
      return List.of(word(what));
    }
    List<Word> words = new ArrayList<>();
    while (!accept(")")) {
      if (!accept(",")) {
        words.add(word(what, "(),"));
        skip();
      }
    }
    if (words.isEmpty()) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, here(), "expected " + what + " in '()'", null);
    }
    return words;
  }

  <P extends Enum<P>> List<P> permissionList(Function<String, Optional<P>> named, P[] all) {
    List<P> permissions = new ArrayList<>();
    if (peek() == '(') {
      for (Word word : values("a permission")) {
        permissions.addAll(permission(word, named, all));
      }
      skip();
      return permissions;
    }
    String next = peekKeyword();
    if (next.equals("rw") || named.apply(next).isPresent()) {
      char after = peek(next.length());
      if (after == ',' || Scanner.isBlank(after)) {
        permissions.addAll(permission(word("a permission"), named, all));
        skip();
      }
    }
    return permissions;
  }

  <P extends Enum<P>> List<P> permission(Word word, Function<String, Optional<P>> named, P[] all) {
    if (word.text().equals("rw")) {
      return Stream.of("r", "w")
          .map(half -> known(word, named.apply(half), "permission", List.of(all)))
          .toList();
    }
    return List.of(known(word, named.apply(word.text()), "permission", List.of(all)));
  }

  static <T> T known(Word word, Optional<T> value, String what, List<?> all) {
    if (value.isPresent()) {
      return value.get();
    }
    throw new ParseFailure(
        ParseProblem.UNKNOWN_WORD,
        word.span(),
        "unknown " + what + " '" + word.text() + "'",
        suggestion(word.text(), all));
  }

  static @Nullable String suggestion(String word, List<?> all) {
    String near = Scanner.nearest(word, all.stream().map(Object::toString).toList());
    return near == null ? null : "did you mean '" + near + "'?";
  }

  /** Builds a model element; an exception of its constructor becomes a failure at the rule. */
  <T> T built(Supplier<T> element) {
    return built(ruleStart, element);
  }

  <T> T built(int start, Supplier<T> element) {
    try {
      return element.get();
    } catch (IllegalArgumentException e) {
      throw new ParseFailure(
          ParseProblem.CONFLICTING_PARTS, from(start), String.valueOf(e.getMessage()), null);
    }
  }

  /** The conditions of a rule, by name, with their values. */
  static final class Conditions {
    private final Map<String, List<Word>> found = new LinkedHashMap<>();

    boolean has(String name) {
      return found.containsKey(name);
    }

    /** Returns a condition's value, or {@code null} if it is not given. */
    @Nullable Word word(String name) {
      List<Word> values = found.get(name);
      if (values == null) {
        return null;
      }
      if (values.size() != 1) {
        throw new ParseFailure(
            ParseProblem.REPEATED_CONDITION,
            values.get(1).span(),
            "the condition '" + name + "' takes one value",
            null);
      }
      return values.get(0);
    }

    @Nullable String text(String name) {
      Word word = word(name);
      return word == null ? null : word.text();
    }
  }

  /**
   * Reads {@code name=value} conditions, each at most once, until something else follows.
   *
   * @param peer the names allowed inside {@code peer=(…)}; these conditions are returned as {@code
   *     peer.name}
   */
  Conditions conditions(String kind, List<String> names, List<String> peer) {
    Conditions conditions = new Conditions();
    while (!atRuleEnd()) {
      String name = conditionName();
      if (name == null) {
        break;
      }
      if (name.equals("peer") && !peer.isEmpty()) {
        passName(name);
        if (conditions.found.containsKey("peer")) {
          throw repeated("peer");
        }
        conditions.found.put("peer", List.of());
        peer(kind, peer, conditions);
        continue;
      }
      condition(kind, name, name, names, "", conditions);
    }
    return conditions;
  }

  private void peer(String kind, List<String> names, Conditions to) {
    expect("(");
    while (!accept(")")) {
      if (accept(",")) {
        continue;
      }
      String name = conditionName();
      if (name == null) {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, here(), "expected a condition or ')'" + found(), null);
      }
      condition(kind, name, "peer." + name, names, "),", to);
    }
  }

  private void condition(
      String kind, String name, String key, List<String> names, String stops, Conditions to) {
    if (!names.contains(name)) {
      throw new ParseFailure(
          ParseProblem.UNKNOWN_CONDITION,
          here(),
          "a "
              + kind
              + " rule has no condition '"
              + name
              + "'"
              + (stops.isEmpty() ? "" : " of its peer"),
          suggestion(name, names));
    }
    if (to.found.containsKey(key)) {
      throw repeated(name);
    }
    passName(name);
    to.found.put(key, peek() == '(' ? values("a value") : List.of(word("a value", stops)));
    skip();
  }

  private ParseFailure repeated(String name) {
    return new ParseFailure(
        ParseProblem.REPEATED_CONDITION,
        here(),
        "the condition '" + name + "' is given twice",
        null);
  }

  private void passName(String name) {
    advance(name.length());
    skip();
    expect("=");
  }

  /** Returns the name of the condition at the cursor, or {@code null} if none begins there. */
  private @Nullable String conditionName() {
    String name = peekKeyword();
    if (text.startsWith(":=", pos + name.length())) {
      return name + ":";
    }
    int at = name.length();
    while (Scanner.isBlank(peek(at))) {
      at++;
    }
    return !name.isEmpty() && peek(at) == '=' && peek(at + 1) != '=' ? name : null;
  }
}
