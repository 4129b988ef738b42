package io.github.apparmor4j.glob;

/**
 * Matches a path expression by trying everything, straight from the text: slow, and nothing like
 * the automaton.
 */
public final class NaiveMatcher {

  private final String glob;
  private final String text;

  private NaiveMatcher(String glob, String text) {
    this.glob = glob;
    this.text = text;
  }

  /** Returns whether an expression without escapes matches; all characters below 256. */
  public static boolean matches(String glob, String text) {
    return new NaiveMatcher(glob, text).from(0, 0);
  }

  private boolean from(int g, int t) {
    if (g == glob.length()) {
      return t == text.length();
    }
    char c = glob.charAt(g);
    switch (c) {
      case '*' -> {
        int end = g;
        while (end < glob.length() && glob.charAt(end) == '*') {
          end++;
        }
        boolean last = end == glob.length() || glob.charAt(end) == '/';
        boolean something = g > 0 && glob.charAt(g - 1) == '/' && last;
        if (something && (t == text.length() || text.charAt(t) == '/' || text.charAt(t) == 0)) {
          return false;
        }
        boolean slashes = end - g > 1;
        for (int to = something ? t + 1 : t; to <= text.length(); to++) {
          if (from(end, to)) {
            return true;
          }
          char at = to < text.length() ? text.charAt(to) : 'x';
          if (at == 0 || (at == '/' && !slashes)) {
            return false;
          }
        }
        return false;
      }
      case '?' -> {
        return t < text.length()
            && text.charAt(t) != '/'
            && text.charAt(t) != 0
            && from(g + 1, t + 1);
      }
      case '[' -> {
        int close = glob.indexOf(']', g);
        boolean negated = glob.charAt(g + 1) == '^';
        String set = glob.substring(negated ? g + 2 : g + 1, close);
        return t < text.length() && in(set, text.charAt(t)) != negated && from(close + 1, t + 1);
      }
      case '{' -> {
        int depth = 0;
        int start = g + 1;
        int close = g;
        while (true) {
          char at = glob.charAt(close);
          depth += at == '{' ? 1 : at == '}' ? -1 : 0;
          if (depth == 0) {
            break;
          }
          close++;
        }
        String rest = glob.substring(close + 1);
        depth = 0;
        for (int i = start; i <= close; i++) {
          char at = glob.charAt(i);
          if (depth == 0 && (at == ',' || i == close)) {
            String before = g > 0 ? glob.substring(0, g) : "";
            // What stands before matters to a star only if it is a slash, and a choice hides it.
            String choice = glob.substring(start, i);
            if (new NaiveMatcher(before + "\u0001" + choice + "\u0001" + rest, text)
                .from(before.length(), t)) {
              return true;
            }
            start = i + 1;
          }
          depth += at == '{' ? 1 : at == '}' ? -1 : 0;
        }
        return false;
      }
      case '\u0001' -> {
        return from(g + 1, t);
      }
      default -> {
        return t < text.length() && text.charAt(t) == c && from(g + 1, t + 1);
      }
    }
  }

  private static boolean in(String set, char c) {
    for (int i = 0; i < set.length(); i++) {
      if (i + 2 < set.length() && set.charAt(i + 1) == '-') {
        if (c >= set.charAt(i) && c <= set.charAt(i + 2)) {
          return true;
        }
        i += 2;
      } else if (set.charAt(i) == c) {
        return true;
      }
    }
    return false;
  }
}
