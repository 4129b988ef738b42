package io.github.apparmor4j.resolve;

import io.github.apparmor4j.limits.Budget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Variables and their expansion (docs/language.md). */
final class Variables {

  /** Thrown when a text can't be expanded. */
  static final class ExpansionException extends Exception {
    private static final long serialVersionUID = 1L;
    final ResolveProblem kind;

    ExpansionException(ResolveProblem kind, String message) {
      super(message);
      this.kind = kind;
    }
  }

  /** How many variables are expanded within each other before their chain is followed first. */
  private static final int CHAIN = 50;

  private static final int MAX_VALUES = 100_000;
  private static final int MAX_LENGTH = 4 << 20;

  /** Bytes that a kept value takes beside its characters. */
  private static final int VALUE_BYTES = 96;

  private final @Nullable Variables outer;
  private final Budget budget;
  private final Map<String, TreeSet<String>> values = new HashMap<>();
  private final Map<String, Set<String>> expanded = new HashMap<>();
  private final Set<String> used = new HashSet<>();

  /** What the expanded values take of the budget. */
  private long held;

  /**
   * Makes variables.
   *
   * @param outer the variables around these, which they may refer to
   * @param budget pays for what is expanded
   */
  Variables(@Nullable Variables outer, Budget budget) {
    this.outer = outer;
    this.budget = budget;
  }

  private @Nullable Set<String> raw(String name) {
    Set<String> own = values.get(name);
    return own != null || outer == null ? own : outer.raw(name);
  }

  boolean isDefined(String name) {
    return raw(name) != null;
  }

  private void use(String name) {
    used.add(name);
    if (outer != null) {
      outer.use(name);
    }
  }

  /** Returns whether a variable is defined; asking counts as a use of it. */
  boolean asksForDefinition(String name) {
    use(name);
    return isDefined(name);
  }

  boolean isUsed(String name) {
    return used.contains(name);
  }

  void set(String name, List<String> to) {
    values.put(name, new TreeSet<>(to));
    forget();
  }

  void add(String name, List<String> more) {
    values.computeIfAbsent(name, n -> new TreeSet<>()).addAll(more);
    forget();
  }

  /** Drops what was expanded, after a change or when it isn't needed any more. */
  void forget() {
    expanded.clear();
    budget.take(-held);
    held = 0;
  }

  /**
   * Returns the values of {@code @{name}}, or of a text with the variables in it expanded; a text
   * without variables is its only value.
   */
  SortedSet<String> values(String text) throws ExpansionException {
    return new TreeSet<>(product(text, new LinkedHashSet<>()));
  }

  /** Returns a pattern with each variable replaced by its value, or by a choice of its values. */
  String expand(String text) throws ExpansionException {
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (int[] use = use(text, 0); use != null; use = use(text, from)) {
      out.append(text, from, use[0]);
      Set<String> choices = all(text.substring(use[0] + 2, use[1]), new LinkedHashSet<>());
      boolean trimStart = endsInSlash(out);
      boolean trimEnd = text.startsWith("/", use[1] + 1);
      TreeSet<String> trimmed = new TreeSet<>();
      for (String choice : choices) {
        budget.work(16 + choice.length());
        trimmed.add(trim(choice, trimStart, trimEnd));
      }
      out.append(trimmed.size() == 1 ? trimmed.first() : choice(trimmed, out.isEmpty()));
      if (out.length() > MAX_LENGTH) {
        throw new ExpansionException(
            ResolveProblem.EXPANSION_TOO_LARGE,
            "'" + shown(text) + "' expands to more than " + MAX_LENGTH + " characters");
      }
      from = use[1] + 1;
    }
    return from == 0 ? text : out.append(text, from, text.length()).toString();
  }

  /**
   * Returns a choice of values, {@code {a,b}}. At the start of a pattern, a slash or {@code @} that
   * all values begin with is put before the choice, so that a path still begins with a slash and an
   * address with its {@code @}.
   */
  private static String choice(Set<String> values, boolean begins) {
    String lead = begins ? commonLead(values) : "";
    StringJoiner choice = new StringJoiner(",", lead + "{", "}");
    values.forEach(value -> choice.add(value.substring(lead.length())));
    return choice.toString();
  }

  private static String commonLead(Set<String> values) {
    for (String lead : List.of("/", "@")) {
      if (values.stream().allMatch(value -> value.startsWith(lead))) {
        return lead;
      }
    }
    return "";
  }

  private static String shown(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }

  /** Returns the values of a variable, with the variables in them expanded: their cross product. */
  private Set<String> all(String name, Set<String> using) throws ExpansionException {
    Set<String> known = expanded.get(name);
    if (known != null) {
      return known;
    }
    if (using.size() >= CHAIN) {
      prepare(name);
    }
    use(name);
    Set<String> raw = raw(name);
    if (raw == null) {
      throw new ExpansionException(
          ResolveProblem.UNDEFINED_VARIABLE, "undefined variable @{" + name + "}");
    }
    if (!using.add(name)) {
      throw new ExpansionException(
          ResolveProblem.RECURSIVE_VARIABLE,
          "variable @{" + name + "} refers to itself: " + shown(String.join(", ", using)));
    }
    Set<String> result = new LinkedHashSet<>();
    for (String value : raw) {
      result.addAll(product(value, using));
      checkCount(name, result.size());
    }
    using.remove(name);
    long bytes = VALUE_BYTES + result.stream().mapToLong(one -> VALUE_BYTES + one.length()).sum();
    budget.take(bytes);
    held += bytes;
    expanded.put(name, result);
    return result;
  }

  /**
   * Expands what a variable refers to, the end of a chain first, so that no chain of variables
   * takes the thread's stack.
   */
  private void prepare(String name) throws ExpansionException {
    Deque<String> chain = new ArrayDeque<>(List.of(name));
    Set<String> waiting = new HashSet<>(List.of(name));
    while (!chain.isEmpty()) {
      String last = chain.element();
      String next = unexpanded(last);
      if (next == null) {
        chain.pop();
        if (!last.equals(name)) {
          all(last, new LinkedHashSet<>());
        }
      } else if (waiting.add(next)) {
        chain.push(next);
      } else {
        throw new ExpansionException(
            ResolveProblem.RECURSIVE_VARIABLE,
            "variable @{" + next + "} refers to itself: " + shown(String.join(", ", chain)));
      }
    }
  }

  /** Returns a variable that a variable refers to and that is not expanded yet. */
  private @Nullable String unexpanded(String name) {
    for (String value : Objects.requireNonNullElse(raw(name), Set.<String>of())) {
      for (int[] use = use(value, 0); use != null; use = use(value, use[1] + 1)) {
        String other = value.substring(use[0] + 2, use[1]);
        if (!expanded.containsKey(other) && raw(other) != null) {
          return other;
        }
      }
    }
    return null;
  }

  private List<String> product(String value, Set<String> using) throws ExpansionException {
    List<String> heads = List.of("");
    int from = 0;
    for (int[] use = use(value, 0); use != null; use = use(value, from)) {
      String name = value.substring(use[0] + 2, use[1]);
      Set<String> choices = all(name, using);
      boolean trimEnd = value.startsWith("/", use[1] + 1);
      List<String> longer = new ArrayList<>();
      long length = 0;
      for (String head : heads) {
        String before = head + value.substring(from, use[0]);
        for (String choice : choices) {
          String one = before + trim(choice, endsInSlash(before), trimEnd);
          length += one.length();
          budget.work(16 + one.length());
          checkCount(name, length > MAX_LENGTH ? Integer.MAX_VALUE : longer.size());
          longer.add(one);
        }
      }
      heads = longer;
      from = use[1] + 1;
    }
    String tail = value.substring(from);
    budget.work(heads.size() * (long) tail.length());
    return heads.stream().map(head -> head + tail).toList();
  }

  private static void checkCount(String name, int count) throws ExpansionException {
    if (count > MAX_VALUES) {
      throw new ExpansionException(
          ResolveProblem.EXPANSION_TOO_LARGE,
          "variable @{" + name + "} has more than " + MAX_VALUES + " values");
    }
  }

  private static boolean endsInSlash(CharSequence text) {
    int length = text.length();
    return length > 0 && text.charAt(length - 1) == '/' && text.chars().anyMatch(c -> c != '/');
  }

  private static String trim(String value, boolean start, boolean end) {
    int from = 0;
    int to = value.length();
    while (start && from < to && value.charAt(from) == '/') {
      from++;
    }
    while (end && to > from && value.charAt(to - 1) == '/') {
      to--;
    }
    return value.substring(from, to);
  }

  /**
   * Returns the offsets of the first variable in a text and of its closing brace, or {@code null}
   * if there is none.
   */
  static int @Nullable [] use(String text, int from) {
    for (int at = text.indexOf("@{", from); at >= 0; at = text.indexOf("@{", at + 1)) {
      int close = text.indexOf('}', at);
      if (close < 0) {
        return null;
      }
      boolean escaped =
          at > 0 && text.charAt(at - 1) == '\\' && (at < 2 || text.charAt(at - 2) != '\\');
      if (!escaped && (isNoName(text.charAt(at + 2)) || isName(text, at + 2, close))) {
        return new int[] {at, close};
      }
    }
    return null;
  }

  /**
   * Returns whether a character can't begin a variable's name. Then {@code @} and a brace stand for
   * an undefined variable, not for a choice.
   */
  private static boolean isNoName(char first) {
    return first != '}' && !Character.isLetter(first);
  }

  private static boolean isName(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!Character.isLetterOrDigit(c) && c != '_') {
        return false;
      }
    }
    return to > from;
  }
}
