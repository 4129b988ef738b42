package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.source.SourceSpan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A scanner of the parts that rules of several kinds share: lists, permissions, conditions,
 * targets.
 */
final class RuleScanner extends Scanner {

  private static final Pattern IN = Pattern.compile("[a-z]+[ \\t]+in[ \\t]*\\(");
  private static final Pattern LETTERS = Pattern.compile("[rRwW]+");

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

  /** Passes a character and the blanks after it on its line. */
  void expectInLine(char symbol) {
    if (peek() != symbol) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, here(), "expected '" + symbol + "'" + found(), null);
    }
    advance(1);
    skipInLine();
  }

  boolean atRuleEnd() {
    return peek() == ',' || atEnd();
  }

  /** Returns whether an arrow stands at the cursor as a word of its own. */
  boolean atArrow() {
    return text.startsWith("->", pos) && (isBlank(peek(2)) || peek(2) == '"');
  }

  @Nullable String arrowTarget() {
    boolean kept = comments;
    comments = false;
    try {
      if (!accept("->")) {
        return null;
      }
    } finally {
      comments = kept;
    }
    Word word = word("a target");
    skip();
    return word.text();
  }

  /**
   * Passes the {@code =} of a condition, whose name was read. The value begins on the same line; a
   * list in parentheses may begin on a later one.
   */
  void passEquals() {
    skipInLine();
    expectInLine('=');
    if (atLineEnd()) {
      SourceSpan end = here();
      skip();
      if (peek() != '(') {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, end, "expected a value on the line of its '='", null);
      }
    }
  }

  /** Passes {@code =} or {@code in}; returns whether it was {@code in}. */
  boolean equalsOrIn() {
    skipInLine();
    if (!atKeyword("in")) {
      passEquals();
      return false;
    }
    advance(2);
    skipInLine();
    if (peek() != '(') {
      throw new ParseFailure(ParseProblem.UNEXPECTED, here(), "expected '('" + found(), null);
    }
    return true;
  }

  /** Returns one value, or the values of a list in parentheses. */
  List<Word> values(String what) {
    if (peek() != '(') {
      return List.of(word(what));
    }
    List<Word> words = list(what);
    if (words.isEmpty()) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, here(), "expected " + what + " in '()'", null);
    }
    return words;
  }

  /** Reads a list in parentheses, which may be empty. */
  private List<Word> list(String what) {
    expect("(");
    List<Word> words = new ArrayList<>();
    while (!accept(")")) {
      if (!accept(",")) {
        words.add(word(what, "(),"));
        skip();
      }
    }
    return words;
  }

  /** Reads permissions as {@link #permissionList(Function, Enum[], String)} does. */
  <P extends Enum<P>> List<P> permissionList(Function<String, Optional<P>> named, P[] all) {
    return permissionList(named, all, "");
  }

  /**
   * Reads permissions: one word or a list. An empty list stands for all, as none does. In a list
   * the letters {@code r} and {@code w} may repeat, and be in upper case.
   *
   * @param stops characters that end the one word, besides those that always do
   */
  <P extends Enum<P>> List<P> permissionList(
      Function<String, Optional<P>> named, P[] all, String stops) {
    List<P> permissions = new ArrayList<>();
    if (peek() == '(') {
      for (Word word : list("a permission")) {
        if (LETTERS.matcher(word.text()).matches()) {
          word.text()
              .toLowerCase(Locale.ROOT)
              .chars()
              .mapToObj(Character::toString)
              .map(letter -> known(word, named.apply(letter), "permission", List.of(all)))
              .forEach(permissions::add);
        } else {
          permissions.add(known(word, named.apply(word.text()), "permission", List.of(all)));
        }
      }
      return permissions;
    }
    String next = peekKeyword();
    if (isReadWrite(next) || named.apply(next).isPresent()) {
      char after = peek(next.length());
      if (after == ',' || Scanner.isBlank(after)) {
        permissions.addAll(permission(word("a permission", stops), named, all));
        skip();
      }
    }
    return permissions;
  }

  private static boolean isReadWrite(String word) {
    return word.equals("rw") || word.equals("wr");
  }

  private <P extends Enum<P>> List<P> permission(
      Word word, Function<String, Optional<P>> named, P[] all) {
    if (isReadWrite(word.text())) {
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
    if (word.startsWith("#")) {
      return "a comment can't stand here; put it before the rule";
    }
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

    /** Returns all values of a condition; empty if it is not given. */
    List<Word> words(String name) {
      return found.getOrDefault(name, List.of());
    }

    /** Returns the first value of a condition, or {@code null} if it is not given. */
    @Nullable Word first(String name) {
      return words(name).stream().findFirst().orElse(null);
    }
  }

  /** Reads conditions as {@link #conditions(String, List, List, List)} does, each at most once. */
  Conditions conditions(String kind, List<String> names, List<String> peer) {
    return conditions(kind, names, List.of(), peer);
  }

  /**
   * Reads {@code name=value} conditions until something else follows.
   *
   * @param names the conditions that may be given once
   * @param repeated the conditions that may be given several times
   * @param peer the names allowed inside {@code peer=(…)}; these conditions are returned as {@code
   *     peer.name}
   */
  Conditions conditions(String kind, List<String> names, List<String> repeated, List<String> peer) {
    Conditions conditions = new Conditions();
    while (!atRuleEnd()) {
      String name = conditionName();
      if (name == null) {
        String word = peekKeyword();
        if (names.contains(word) && IN.matcher(text).region(pos, text.length()).lookingAt()) {
          throw new ParseFailure(
              ParseProblem.UNEXPECTED,
              here(),
              "the conditions of " + kind + " rules take '=', not 'in'",
              "write a rule for each value, or a pattern: " + word + "={a,b}");
        }
        break;
      }
      if (name.equals("peer") && !peer.isEmpty()) {
        if (conditions.found.containsKey("peer")) {
          throw repeated("peer");
        }
        conditions.found.put("peer", List.of());
        peer(kind, peer, conditions);
      } else if (repeated.contains(name)) {
        advance(name.length());
        passEquals();
        List<Word> all = new ArrayList<>(conditions.words(name));
        all.addAll(values("a value"));
        conditions.found.put(name, all);
        skip();
      } else {
        check(kind, name, name, names, "", conditions);
        advance(name.length());
        passEquals();
        if (name.equals("peer") && peek() == '(') {
          throw new ParseFailure(
              ParseProblem.UNEXPECTED,
              here(),
              "the peer of a " + kind + " rule is not a list",
              "remove the parentheses");
        }
        conditions.found.put(name, values("a value"));
        skip();
      }
    }
    return conditions;
  }

  private void peer(String kind, List<String> names, Conditions to) {
    advance("peer".length());
    skipInLine();
    expectInLine('=');
    expect("(");
    while (!accept(")")) {
      if (accept(",")) {
        continue;
      }
      String name = conditionName(true);
      if (name == null) {
        boolean cut = text.charAt(lastEnd - 1) == ',' && !isBlank(peek(-1));
        throw new ParseFailure(
            ParseProblem.UNEXPECTED,
            here(),
            "expected a condition or ')'" + found(),
            cut ? "quote a value that holds commas" : null);
      }
      check(kind, name, "peer." + name, names, " of its peer", to);
      advance(name.length());
      skip();
      expect("=");
      List<Word> values =
          peek() == '(' && !kind.equals("network")
              ? values("a value")
              : List.of(word("a value", "(),"));
      if (values.get(0).quoted() && values.get(0).text().isEmpty()) {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED,
            values.get(0).span(),
            "a condition of a peer can't be empty",
            "leave it out");
      }
      to.found.put("peer." + name, values);
      skip();
    }
  }

  /** Fails if a rule has no such condition, or has it twice. */
  private void check(
      String kind, String name, String key, List<String> names, String whose, Conditions found) {
    if (!names.contains(name)) {
      throw new ParseFailure(
          ParseProblem.UNKNOWN_CONDITION,
          here(),
          "a " + kind + " rule has no condition '" + name + "'" + whose,
          suggestion(name, names));
    }
    if (found.found.containsKey(key)) {
      throw repeated(name);
    }
  }

  private ParseFailure repeated(String name) {
    return new ParseFailure(
        ParseProblem.REPEATED_CONDITION,
        here(),
        "the condition '" + name + "' is given twice",
        null);
  }

  /** Returns the name of the condition at the cursor, or {@code null} if none begins there. */
  @Nullable String conditionName() {
    return conditionName(false);
  }

  /**
   * Returns the name of the condition at the cursor, or {@code null} if none begins there.
   *
   * @param acrossLines whether its {@code =} may stand on a later line
   */
  private @Nullable String conditionName(boolean acrossLines) {
    String name = peekKeyword();
    if (text.startsWith(":=", pos + name.length())) {
      return name + ":";
    }
    int at = name.length();
    while (acrossLines ? Scanner.isBlank(peek(at)) : peek(at) == ' ' || peek(at) == '\t') {
      at++;
    }
    return !name.isEmpty() && peek(at) == '=' ? name : null;
  }
}
