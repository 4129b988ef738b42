package io.github.apparmor4j.glob;

import io.github.apparmor4j.source.SourceText;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A path expression as an expression of {@link java.util.regex}: a second opinion that is fast
 * enough for the patterns of real profiles.
 */
public final class GlobRegex {

  private final String head;
  private final Pattern pattern;

  private GlobRegex(String glob) {
    int end = 0;
    while (end < glob.length() && "*?[{\\".indexOf(glob.charAt(end)) < 0) {
      end++;
    }
    head = glob.substring(0, end);
    pattern = Pattern.compile(translate(glob));
  }

  /** Returns whether a string of bytes is matched. */
  public boolean matches(String bytes) {
    return bytes.startsWith(head) && pattern.matcher(bytes).matches();
  }

  /** Returns the bytes of a text, each as a character: what patterns of this class match. */
  public static String bytes(String text) {
    return new String(SourceText.encode(text), StandardCharsets.ISO_8859_1);
  }

  /** Translates a path's expression with variables expanded. */
  public static GlobRegex path(String glob) {
    String text = bytes(glob);
    return new GlobRegex(text.charAt(0) + text.substring(1).replaceAll("/+", "/"));
  }

  private static String translate(String glob) {
    StringBuilder out = new StringBuilder("(?s)");
    int depth = 0;
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> {
          int end = i;
          while (end < glob.length() && glob.charAt(end) == '*') {
            end++;
          }
          boolean last = end == glob.length() || glob.charAt(end) == '/';
          boolean something = i > 0 && glob.charAt(i - 1) == '/' && last;
          out.append(something ? "[^/\\x00]" : "").append(end - i > 1 ? "[^\\x00]*" : "[^/\\x00]*");
          i = end - 1;
        }
        case '?' -> out.append("[^/\\x00]");
        case '[' -> {
          int close = glob.indexOf(']', i + 2);
          boolean negated = glob.charAt(i + 1) == '^';
          out.append(negated ? "[^" : "[");
          for (int at = negated ? i + 2 : i + 1; at < close; at++) {
            char member = glob.charAt(at);
            out.append(member == '-' ? "-" : quoted(member));
          }
          out.append(']');
          i = close;
        }
        case '{' -> {
          depth++;
          out.append("(?:");
        }
        case '}' -> {
          depth--;
          out.append(')');
        }
        case ',' -> out.append(depth > 0 ? "|" : ",");
        case '\\' -> out.append(quoted(glob.charAt(++i)));
        default -> out.append(quoted(c));
      }
    }
    return out.toString();
  }

  private static String quoted(char c) {
    return Character.isLetterOrDigit(c) && c < 128
        ? String.valueOf(c)
        : String.format("\\x%02x", (int) c);
  }
}
