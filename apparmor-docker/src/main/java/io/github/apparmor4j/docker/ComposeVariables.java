package io.github.apparmor4j.docker;

import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Variables in compose files: {@code $NAME}, {@code ${NAME:-default}} and their like. */
final class ComposeVariables {

  // Defaults can't contain variables here; Compose allows that, at any depth.
  private static final Pattern VARIABLE =
      Pattern.compile("\\$(?:(\\$)|([A-Za-z_]\\w*)|\\{([A-Za-z_]\\w*)(?:(:?[-?+])([^}]*))?})");

  private ComposeVariables() {}

  /**
   * Returns a text with its variables expanded; a variable that isn't set becomes nothing.
   *
   * @param problems called with a message for each variable that is not set
   */
  static String expand(String text, Map<String, String> values, Consumer<String> problems) {
    return VARIABLE
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(value(match, values, problems)));
  }

  private static String value(
      MatchResult match, Map<String, String> values, Consumer<String> problems) {
    if (match.group(1) != null) {
      return "$";
    }
    String name = match.group(2) != null ? match.group(2) : match.group(3);
    String operator = match.group(4) == null ? "" : match.group(4);
    String word = match.group(5) == null ? "" : match.group(5);
    @Nullable String value = values.get(name);
    boolean given = value != null && !(operator.startsWith(":") && value.isEmpty());
    if (operator.endsWith("+")) {
      return given ? word : "";
    } else if (given) {
      return String.valueOf(value);
    } else if (operator.endsWith("-")) {
      return word;
    }
    problems.accept("variable " + name + " is not set" + (word.isEmpty() ? "" : ": " + word));
    return "";
  }
}
