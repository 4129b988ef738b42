package io.github.apparmor4j.profile;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The spelling of the pieces of a rule. */
final class Words {

  private static final Pattern ASSIGNMENT = Pattern.compile("@\\{\\w+\\}[=+?]");

  private static final Pattern VARIABLE = Pattern.compile("@\\{[A-Za-z]\\w*\\}");

  /** What stands in a condition as it is; everything else is quoted. */
  private static final Pattern OPERAND = Pattern.compile("(?![$+-])[\\w./:*@{}+-]+");

  private static final Set<String> OF_CONDITIONS =
      Set.of("not", "and", "or", "in", "defined", "true", "false");

  /** What begins something else than a path in a mount rule. */
  private static final Pattern OF_MOUNTS =
      Pattern.compile("[+=()]|->|(?:options?|v?fstype)(?!\\w)");

  private Words() {}

  /**
   * Checks a pattern, name or label: the text as it stands between quotes, escapes included.
   *
   * @throws IllegalArgumentException if it is empty, holds an unescaped quote or ends in a
   *     backslash
   */
  static String checked(String text, String component) {
    Objects.requireNonNull(text, component);
    if (text.isEmpty()) {
      throw new IllegalArgumentException(component + " is empty");
    }
    return checkedQuotes(text, component);
  }

  static String checkedQuotes(String text, String component) {
    boolean escaped = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' && !escaped) {
        throw new IllegalArgumentException(component + " holds an unescaped quote: " + text);
      }
      escaped = c == '\\' && !escaped;
    }
    if (escaped) {
      throw new IllegalArgumentException(component + " ends in a backslash: " + text);
    }
    return text;
  }

  static @Nullable String checkedQuotesOrNull(@Nullable String text, String component) {
    return text == null ? null : checkedQuotes(text, component);
  }

  static @Nullable String checkedOrNull(@Nullable String text, String component) {
    return text == null ? null : checked(text, component);
  }

  /**
   * Checks a path pattern. It starts with a slash or a variable or, once variables are replaced,
   * with a choice of their values.
   */
  static String checkedPath(String text, String component) {
    checked(text, component);
    if (!text.startsWith("/") && !text.startsWith("@{") && !text.startsWith("{")) {
      throw new IllegalArgumentException(component + " must start with '/' or '@{': " + text);
    }
    return text;
  }

  /**
   * Checks that a rule can be written as it is. A rule whose variables were replaced can have texts
   * that only variables bring.
   *
   * @throws IllegalArgumentException if a path isn't a path, a label, or a word that {@code
   *     apparmor_parser} takes for a path; or if a condition of a peer is empty
   */
  private static void checkWritten(Rule rule) {
    if (rule instanceof FileRule file && file.path() != null) {
      checkFilePath(file.path());
    } else if (rule instanceof LinkRule link) {
      checkFilePath(link.path());
    } else if (rule instanceof DbusRule dbus
        && ("".equals(dbus.peerName()) || "".equals(dbus.peerLabel()))) {
      throw new IllegalArgumentException("a condition of a peer can't be empty");
    }
  }

  /**
   * Checks the elements of a body: rules as they are written, trailing comments after something.
   */
  static List<ProfileElement> checkedElements(List<ProfileElement> elements) {
    for (ProfileElement element : elements) {
      if (element instanceof Rule rule) {
        checkWritten(rule);
      }
    }
    return Comment.checkedPlaces(elements);
  }

  private static void checkFilePath(String text) {
    boolean path =
        text.startsWith("@{")
            ? VARIABLE.matcher(text).lookingAt()
            : "/:&@".indexOf(text.charAt(0)) >= 0 || FileRule.isWord(text);
    if (!path) {
      throw new IllegalArgumentException("path must start with '/' or '@{': " + text);
    }
  }

  /**
   * Checks a text that can't be quoted where it stands: in a list, between parentheses.
   *
   * @throws IllegalArgumentException if it holds a blank or a quote, or an unescaped parenthesis or
   *     comma
   */
  static void checkedUnquoted(String text, String component) {
    if (text.endsWith("\\")) {
      throw new IllegalArgumentException(component + " ends in a backslash: " + text);
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean escaped = i > 0 && text.charAt(i - 1) == '\\';
      if ("\r\n".indexOf(c) >= 0 || (" \t\"!(),".indexOf(c) >= 0 && !escaped)) {
        throw new IllegalArgumentException(component + " can't hold '" + c + "': " + text);
      }
    }
  }

  /** Checks a path pattern as authors write it: it doesn't start with a choice. */
  static String writtenPath(String text, String component) {
    if (text.startsWith("{")) {
      throw new IllegalArgumentException(component + " must start with '/' or '@{': " + text);
    }
    return checkedPath(text, component);
  }

  /** Returns the text as one word: bare if that reads back the same, in quotes otherwise. */
  static String word(String text) {
    // A variable and '=' would begin an assignment.
    return isBare(text) && !ASSIGNMENT.matcher(text).lookingAt() ? text : quoted(text);
  }

  /** Returns the text as a word of a profile's header, where braces begin and end bodies. */
  static String header(String text) {
    return text.startsWith("{") || text.startsWith("}") ? quoted(text) : word(text);
  }

  /** Returns the text as a word that is a path, in quotes where it wouldn't be taken for one. */
  static String path(String text) {
    boolean plain = "/:&".indexOf(text.charAt(0)) >= 0 || VARIABLE.matcher(text).lookingAt();
    return plain && !VARIABLE.matcher(text).matches() ? word(text) : quoted(text);
  }

  /** Returns the text as what is mounted, or where: in quotes where it would be something else. */
  static String mountPath(String text) {
    return OF_MOUNTS.matcher(text).lookingAt() ? quoted(text) : word(text);
  }

  /** Returns the text as an operand of a condition. */
  static String operand(String text) {
    boolean plain =
        OPERAND.matcher(text).matches() && !OF_CONDITIONS.contains(text.toLowerCase(Locale.ROOT));
    return plain ? text : quoted(text);
  }

  private static boolean isBare(String text) {
    if (text.isEmpty() || text.charAt(0) == '#' || text.charAt(0) == ',') {
      return false;
    }
    boolean path = text.charAt(0) == '/' || text.startsWith("@{");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      boolean plain =
          switch (c) {
            case ' ', '\t', '\r', '\n', '"', '!', '\f', '\u000b' -> false;
            case '(', ')', '=' -> path;
            case '\0' -> false;
            case '\\' -> " \t\r\n\"!,".indexOf(next) < 0;
            case ',' -> next != ',' && next != ' ';
            default -> true;
          };
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns a condition's value as one word, in quotes if it holds {@code (}, {@code =}, or a comma
   * without a brace.
   */
  static String value(String text) {
    boolean plain = text.indexOf(',') < 0 || text.indexOf('{') >= 0;
    return plain && text.indexOf('(') < 0 && text.indexOf('=') < 0 ? word(text) : quoted(text);
  }

  /** Returns a value inside a list in parentheses, where every comma outside quotes separates. */
  static String listValue(String text) {
    return text.indexOf(',') >= 0 || text.indexOf(')') >= 0 ? quoted(text) : value(text);
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  /** Returns {@code name=value} with a blank before it; empty for {@code null}. */
  static String condition(String name, @Nullable String value) {
    return value == null ? "" : " " + name + "=" + value(value);
  }

  /** Returns {@code name=value} inside a list, with a blank before it; empty for {@code null}. */
  static String listCondition(String name, @Nullable String value) {
    return value == null ? "" : " " + name + "=" + listValue(value);
  }

  /**
   * Returns {@code peer=(…)} around conditions, with a blank before it; empty if there are none.
   */
  static String peer(String conditions) {
    return conditions.isEmpty() ? "" : " peer=(" + conditions.substring(1) + ")";
  }

  /** Returns a text as one word with another text before it; empty for {@code null}. */
  static String optional(String before, @Nullable String text) {
    return text == null ? "" : before + word(text);
  }

  /** Returns the words in parentheses, with a blank before them; empty if there are none. */
  static String list(Collection<?> words) {
    return words.isEmpty() ? "" : " (" + joined(words) + ")";
  }

  static String joined(Collection<?> words) {
    return words.stream().map(Object::toString).collect(Collectors.joining(" "));
  }

  static String keyword(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static @Nullable String changed(@Nullable String text, UnaryOperator<String> change) {
    return text == null ? null : change.apply(text);
  }

  static List<String> present(@Nullable String... texts) {
    return Stream.of(texts).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  static <E extends Enum<E>> Optional<E> named(E[] values, String word) {
    String name =
        switch (word) {
          case "r" -> "read";
          case "w" -> "write";
          default -> word;
        };
    for (E value : values) {
      String keyword = keyword(value);
      if (keyword.equals(name)
          || (name.equals("write") && (keyword.equals("send") || keyword.equals("trace")))
          || (name.equals("read") && keyword.equals("receive"))) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  static <T extends Comparable<T>> List<T> sortedSet(Collection<T> values) {
    return values.size() < 2 ? List.copyOf(values) : values.stream().sorted().distinct().toList();
  }
}
