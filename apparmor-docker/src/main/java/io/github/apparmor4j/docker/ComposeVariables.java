package io.github.apparmor4j.docker;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Variables in compose files: {@code $NAME}, {@code ${NAME}} and {@code ${NAME:-default}} with
 * their like, whose words may hold variables in turn. {@code $$} is a dollar; so is a dollar before
 * anything else. What {@code docker compose config} makes of some sixty forms is in {@code
 * ComposeVariablesTest}.
 */
final class ComposeVariables {

  /** Nobody writes defaults of defaults deeper. */
  private static final int DEEPEST = 50;

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern BRACED =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])(.*))?", Pattern.DOTALL);

  /** What is said about a text's variables. */
  interface Listener {
    /** Is called for a variable that isn't set and so becomes nothing. */
    void unset(String name);

    /** Is called if the project is refused: a variable that must be set isn't, or a wrong form. */
    void refused(String message);
  }

  private final Map<String, String> values;
  private final Listener listener;

  ComposeVariables(Map<String, String> values, Listener listener) {
    this.values = values;
    this.listener = listener;
  }

  /** Returns a text with its variables expanded; one that isn't set becomes nothing. */
  String expand(String text) {
    return text.indexOf('$') < 0 ? text : expand(text, 0);
  }

  private String expand(String text, int depth) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      int next = text.indexOf('$', i);
      if (next < 0) {
        return out.append(text, i, text.length()).toString();
      }
      out.append(text, i, next);
      i = variable(text, next, depth, out);
    }
    return out.toString();
  }

  /** Appends what stands at a dollar; returns the index after it. */
  private int variable(String text, int at, int depth, StringBuilder out) {
    char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
    if (next == '{') {
      int end = end(text, at);
      if (end < 0 || depth > DEEPEST) {
        listener.refused("not a valid variable: " + text.substring(at));
        return text.length();
      }
      out.append(braced(text.substring(at + 2, end), depth));
      return end + 1;
    }
    Matcher name = NAME.matcher(text).region(at + 1, text.length());
    if (name.lookingAt()) {
      out.append(plain(name.group()));
      return name.end();
    }
    out.append('$');
    return at + (next == '$' ? 2 : 1);
  }

  /** Returns where a brace that opens after a dollar is closed; -1 if it is not. */
  private static int end(String text, int from) {
    int open = 0;
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '}') {
        open--;
        if (open == 0) {
          return i;
        }
      } else if (text.startsWith("${", i)) {
        open++;
        i++;
      }
    }
    return -1;
  }

  private String plain(String name) {
    String value = values.get(name);
    if (value == null) {
      listener.unset(name);
      return "";
    }
    return value;
  }

  private String braced(String inner, int depth) {
    Matcher parts = BRACED.matcher(inner);
    if (!parts.matches()) {
      listener.refused("not a valid variable: ${" + inner + "}");
      return "";
    }
    String name = parts.group(1);
    String operator = parts.group(2);
    if (operator == null) {
      return plain(name);
    }
    // Compose looks at the word even if it isn't needed.
    String word = expand(parts.group(3), depth + 1);
    String value = values.get(name);
    boolean given = value != null && !(operator.startsWith(":") && value.isEmpty());
    if (operator.endsWith("+")) {
      return given ? word : "";
    } else if (given) {
      return String.valueOf(value);
    } else if (operator.endsWith("?")) {
      listener.refused("variable " + name + " must be set" + (word.isEmpty() ? "" : ": " + word));
      return "";
    }
    return word;
  }
}
