package io.github.apparmor4j.docker;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of variables, {@code .env}: {@code NAME=value} in lines, quoted or not, with comments. In
 * double quotes and without quotes, variables are expanded.
 */
final class DotEnv {

  /** The name of the file that Compose reads without being told. */
  static final String NAME = ".env";

  private static final Pattern KEY =
      Pattern.compile(
          "\\s*(?:export[ \\t]+)?([A-Za-z0-9_][A-Za-z0-9_.\\[\\]-]*)[ \\t]*([=:]?)[ \\t]*");
  private static final Pattern SKIPPED = Pattern.compile("(?:\\s+|\\uFEFF|#[^\\n]*)+");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(.)", Pattern.DOTALL);
  private static final Pattern COMMENT = Pattern.compile("(?:^|\\s)#");
  private static final Pattern UNQUOTED = Pattern.compile("[^\\r\\n]*");

  private final SourceText source;
  private final String text;
  private final Map<String, String> values;
  private final Map<String, String> given;
  private final Consumer<Diagnostic> problems;
  private int at;

  private DotEnv(Map<String, String> given, SourceText source, Consumer<Diagnostic> problems) {
    this.source = source;
    this.text = source.text();
    this.given = given;
    this.values = new HashMap<>(given);
    this.problems = problems;
  }

  /**
   * Returns values with those of a file added; a value that is given already stays.
   *
   * @param problems receives what Compose would refuse
   */
  static Map<String, String> under(
      Map<String, String> given, SourceText file, Consumer<Diagnostic> problems) {
    DotEnv reader = new DotEnv(given, file, problems);
    reader.read();
    return reader.values;
  }

  private void refuse(String message) {
    problems.accept(
        Diagnostic.of(
            ComposeProblem.REFUSED_VARIABLE,
            SourcePlace.of(source, new SourceSpan(Math.min(at, text.length()), at)),
            message));
  }

  private void read() {
    Map<String, String> own = new HashMap<>();
    for (skip(); at < text.length(); skip()) {
      Matcher key = KEY.matcher(text).region(at, text.length());
      if (!key.lookingAt()) {
        refuse("not a line NAME=value");
        return;
      }
      at = key.end();
      if (!key.group(2).isEmpty()) {
        own.put(key.group(1), value(own));
      } else if (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
        refuse("not a line NAME=value");
        return;
      }
    }
    own.forEach(values::putIfAbsent);
  }

  private void skip() {
    Matcher skipped = SKIPPED.matcher(text).region(at, text.length());
    if (skipped.lookingAt()) {
      at = skipped.end();
    }
  }

  private String value(Map<String, String> own) {
    char first = at < text.length() ? text.charAt(at) : '\n';
    if (first == '\'' || first == '"') {
      int end = closing(first);
      if (end < 0) {
        refuse("a quote is not closed");
        at = text.length();
        return "";
      }
      String inner = text.substring(at + 1, end);
      at = end + 1;
      return first == '\'' ? inner.replace("\\'", "'") : expanded(unescaped(inner), own);
    }
    Matcher line = UNQUOTED.matcher(text).region(at, text.length());
    String value = line.lookingAt() ? line.group() : "";
    at += value.length();
    Matcher comment = COMMENT.matcher(value);
    return expanded((comment.find() ? value.substring(0, comment.start()) : value).strip(), own);
  }

  private int closing(char quote) {
    int i = at + 1;
    while (i < text.length() && text.charAt(i) != quote) {
      i += text.charAt(i) == '\\' ? 2 : 1;
    }
    return i < text.length() ? i : -1;
  }

  private static String unescaped(String inner) {
    StringBuilder out = new StringBuilder();
    Matcher escape = ESCAPE.matcher(inner);
    while (escape.find()) {
      String meant =
          switch (escape.group(1)) {
            case "n" -> "\n";
            case "r" -> "\r";
            case "t" -> "\t";
            case "$" -> "$$";
            case "\"", "\\", "'" -> escape.group(1);
            default -> escape.group();
          };
      escape.appendReplacement(out, Matcher.quoteReplacement(meant));
    }
    escape.appendTail(out);
    return out.toString();
  }

  private String expanded(String value, Map<String, String> own) {
    Map<String, String> all = new HashMap<>(own);
    all.putAll(given);
    return new ComposeVariables(
            all,
            new ComposeVariables.Listener() {
              @Override
              public void unset(String name) {}

              @Override
              public void refused(String message) {
                refuse(message);
              }
            })
        .expand(value);
  }
}
