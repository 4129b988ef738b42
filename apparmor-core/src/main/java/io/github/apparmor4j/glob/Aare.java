package io.github.apparmor4j.glob;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * A path expression: {@code *}, {@code **}, {@code ?}, {@code [a-z]}, {@code [^x]}, {@code {a,b}}
 * and escapes, over bytes. Immutable and thread-safe.
 *
 * <pre>{@code
 * Aare pages = Aare.path("/srv/**.html");
 * boolean matches = pages.matches("/srv/a/b.html");
 * boolean within = Aare.path("/srv/**").includes(pages);
 * }</pre>
 *
 * <p>{@code *} matches any bytes but {@code /} and NUL, {@code **} any bytes but NUL. A star
 * between a {@code /} and either another {@code /} or the end must match at least one byte: {@code
 * /a/*} does not match {@code /a/} (apparmor.d(5), "Globbing"; docs/language.md).
 */
public final class Aare {

  private static final ByteSet NO_NUL = ByteSet.ALL.minus(ByteSet.of(0));
  private static final int MAX_DEPTH = 50;

  /** Characters that have a special meaning unless they are escaped. */
  private static final String SPECIAL = "*?[]{}^,\\";

  /** Marks a byte that is meant literally because it was escaped. */
  private static final int LITERAL = 0x100;

  private final String text;
  private final Regex regex;
  private final boolean exact;

  private Aare(String text, Regex regex, boolean exact) {
    this.text = text;
    this.regex = regex;
    this.exact = exact;
  }

  /**
   * Reads the expression of a path. Several slashes in a row count as one, except that exactly two
   * at the beginning stay two.
   *
   * @throws GlobSyntaxException if the text is not a valid expression
   */
  public static Aare path(String text) {
    return parse(text, filterSlashes(tokens(text)));
  }

  /**
   * Reads the expression of a label or another name, where slashes in a row are kept as they are.
   *
   * @throws GlobSyntaxException if the text is not a valid expression
   */
  public static Aare label(String text) {
    return parse(text, tokens(text));
  }

  /**
   * Reads the expression of a value that may hold NUL bytes, such as an abstract socket's name:
   * {@code **} matches any bytes, {@code *} and {@code ?} any but a slash.
   *
   * @throws GlobSyntaxException if the text is not a valid expression
   */
  public static Aare bytes(String text) {
    Reader reader = new Reader(tokens(text), ByteSet.ALL);
    return new Aare(text, reader.read(), reader.exact);
  }

  private static Aare parse(String text, int[] tokens) {
    Reader reader = new Reader(tokens, NO_NUL);
    Regex regex = reader.read();
    return new Aare(text, regex, reader.exact);
  }

  /** Returns the expression as it was written. */
  public String text() {
    return text;
  }

  /** Returns the language as a tree. */
  @SuppressWarnings("exports") // used by this library's compiler
  public Regex regex() {
    return regex;
  }

  /**
   * Returns whether the expression has only characters, sets of characters and alternations, but no
   * star, no {@code ?} and no {@code [^…]}. If several exec rules match the same path, an exact one
   * wins.
   */
  public boolean isExact() {
    return exact;
  }

  /**
   * Returns whether this expression matches every path that another one matches. Complexity: at
   * worst exponential; therefore {@link WorkLimits#DEFAULT} holds.
   *
   * @throws TooComplexException if a limit is reached
   */
  public boolean includes(Aare narrower) {
    return regex.includes(narrower.regex, WorkLimits.DEFAULT);
  }

  /**
   * Returns whether some path matches both expressions. Complexity as for {@link #includes}.
   *
   * @throws TooComplexException if a limit is reached
   */
  public boolean overlaps(Aare other) {
    return regex.overlaps(other.regex, WorkLimits.DEFAULT);
  }

  /** Returns whether the expression matches a path, which is compared as UTF-8. */
  public boolean matches(String path) {
    return regex.matches(SourceText.encode(path));
  }

  /**
   * Returns the name that a text means, as the kernel gets it. Numbers and letters after a
   * backslash become the byte that they mean. Pattern characters that are escaped keep their
   * backslash: the profile {@code "/\101\*"} is called {@code /A\*}.
   */
  public static String name(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    byte[] bytes = SourceText.encode(text);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\\' && i + 1 < bytes.length) {
        int[] escape = escape(bytes, i + 1);
        boolean same = escape[0] == (bytes[i + 1] & 0xFF) && escape[0] != '"';
        if (same || escape[0] == 0 || SPECIAL.indexOf(escape[0]) >= 0) {
          out.write('\\');
        }
        if (escape[0] == 0) {
          out.write(bytes, i + 1, escape[1]);
        } else {
          out.write(escape[0]);
        }
        i += escape[1];
      } else {
        out.write(bytes[i]);
      }
    }
    return SourceText.decode(out.toByteArray());
  }

  /**
   * Returns whether a text has unescaped pattern characters.
   *
   * @throws GlobSyntaxException if the text ends in a backslash
   */
  public static boolean isPattern(String text) {
    for (int token : tokens(text)) {
      if (token < LITERAL && "*?[]{}".indexOf(token) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** Returns an expression that matches only the given text. */
  public static String quote(String text) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || SPECIAL.indexOf(c) >= 0) {
        out.append('\\');
      }
      out.append(c);
    }
    return out.toString();
  }

  // ---- bytes and escapes

  private static int[] tokens(String text) {
    byte[] bytes = SourceText.encode(text);
    int[] tokens = new int[bytes.length];
    int count = 0;
    for (int i = 0; i < bytes.length; i++) {
      int value = bytes[i] & 0xFF;
      if (value != '\\') {
        tokens[count++] = value;
        continue;
      }
      if (i + 1 == bytes.length) {
        throw new GlobSyntaxException("the pattern ends in a backslash: " + text);
      }
      int[] escape = escape(bytes, i + 1);
      tokens[count++] = escape[0] | LITERAL;
      i += escape[1];
    }
    return Arrays.copyOf(tokens, count);
  }

  /** Returns the byte that an escape means, and the number of its bytes after the backslash. */
  private static int[] escape(byte[] bytes, int at) {
    int c = bytes[at];
    int[] number =
        switch (c) {
          case 'x' -> number(bytes, at + 1, 16, 2, 1);
          case 'd' -> number(bytes, at + 1, 10, 3, 1);
          default -> number(bytes, at, 8, 3, 0);
        };
    if (number[1] > 0) {
      return number;
    }
    int plain =
        switch (c) {
          case 'a' -> 7;
          case 'e' -> 27;
          case 'f' -> 12;
          case 'n' -> 10;
          case 'r' -> 13;
          case 't' -> 9;
          default -> c & 0xFF;
        };
    return new int[] {plain, 1};
  }

  private static int[] number(byte[] bytes, int at, int radix, int most, int before) {
    int value = 0;
    int count = 0;
    while (count < most && at + count < bytes.length) {
      int digit = Character.digit(bytes[at + count], radix);
      if (digit < 0 || value * radix + digit > 255) {
        break;
      }
      value = value * radix + digit;
      count++;
    }
    return new int[] {value, count == 0 ? 0 : count + before};
  }

  private static int[] filterSlashes(int[] tokens) {
    int[] out = new int[tokens.length];
    int count = 0;
    int i = 0;
    if (tokens.length > 1 && tokens[0] == '/' && tokens[1] == '/') {
      boolean third = tokens.length > 2 && tokens[2] == '/';
      out[count++] = '/';
      if (third) {
        while (i < tokens.length && tokens[i] == '/') {
          i++;
        }
      } else {
        out[count++] = '/';
        i = 2;
      }
    }
    for (; i < tokens.length; i++) {
      if (tokens[i] != '/' || count == 0 || out[count - 1] != '/') {
        out[count++] = tokens[i];
      }
    }
    return Arrays.copyOf(out, count);
  }

  /** Reads tokens into a tree, with a stack of open braces instead of recursion. */
  private static final class Reader {
    private final int[] in;
    private int at;
    private final ByteSet any;
    private final ByteSet inComponent;
    boolean exact = true;

    /** A choice that is being read: the sequence before its brace, and its branches so far. */
    private record Open(List<Regex> before, List<Regex> choices) {}

    Reader(int[] tokens, ByteSet any) {
      this.in = tokens;
      this.any = any;
      this.inComponent = any.minus(ByteSet.of('/'));
    }

    Regex read() {
      Deque<Open> open = new ArrayDeque<>();
      List<Regex> parts = new ArrayList<>();
      while (at < in.length) {
        int token = in[at++];
        switch (token) {
          case '*' -> stars(parts);
          case '?' -> {
            exact = false;
            parts.add(Regex.of(inComponent));
          }
          case '[' -> parts.add(set());
          case '{' -> {
            if (open.size() + 1 >= MAX_DEPTH) {
              throw new GlobSyntaxException("'{' nests deeper than " + MAX_DEPTH);
            }
            open.push(new Open(parts, new ArrayList<>()));
            parts = new ArrayList<>();
          }
          case '}' -> {
            if (open.isEmpty()) {
              throw new GlobSyntaxException("'}' without '{'");
            }
            Open done = open.pop();
            if (done.choices().isEmpty()) {
              throw new GlobSyntaxException("'{}' needs at least one ','");
            }
            done.choices().add(new Regex.Sequence(parts));
            parts = done.before();
            parts.add(Regex.choice(done.choices()));
          }
          case ',' -> {
            if (open.isEmpty()) {
              parts.add(Regex.of(','));
            } else {
              open.element().choices().add(new Regex.Sequence(parts));
              parts = new ArrayList<>();
            }
          }
          case ']' -> throw new GlobSyntaxException("']' without '['");
          default -> parts.add(Regex.of(token & 0xFF));
        }
      }
      if (!open.isEmpty()) {
        throw new GlobSyntaxException("'{' is not closed");
      }
      return new Regex.Sequence(parts);
    }

    private void stars(List<Regex> parts) {
      exact = false;
      int start = at - 1;
      while (at < in.length && in[at] == '*') {
        at++;
      }
      boolean ends = at == in.length || in[at] == '/';
      boolean afterSlash = start > 0 && (in[start - 1] & 0xFF) == '/';
      if (ends && afterSlash) {
        parts.add(Regex.of(inComponent));
      }
      int count = at - start;
      for (; count >= 2; count -= 2) {
        parts.add(Regex.star(any));
      }
      if (count == 1) {
        parts.add(Regex.star(inComponent));
      }
    }

    private boolean ends(int offset) {
      return offset >= in.length || in[offset] == ']';
    }

    /**
     * Reads what follows a {@code [}. Escapes protect a closing bracket and the wildcards there,
     * but not {@code -} and {@code ^}: docs/language.md.
     */
    private Regex set() {
      boolean negated = at < in.length && (in[at] & 0xFF) == '^';
      if (negated) {
        at++;
        exact = false;
      }
      ByteSet set = ByteSet.NONE;
      int first = at;
      while (at < in.length && in[at] != ']') {
        if (in[at] == '*' || in[at] == '?') {
          return cutSet(set, negated);
        }
        int from = in[at++];
        if (from == (',' | LITERAL)) {
          throw new GlobSyntaxException("'\\,' in '[]'; write ',' alone");
        }
        boolean range = at < in.length && (in[at] & 0xFF) == '-';
        boolean hyphen = (from & 0xFF) == '-' && at - 1 > first;
        if ((hyphen && !range) || (range && ends(at + 1))) {
          throw new GlobSyntaxException("'-' in '[]' without a range; write it first: '[-…]'");
        }
        if (range) {
          boolean cut = in[at + 1] == '*' || in[at + 1] == '?';
          int to = cut ? '[' : in[at + 1] & 0xFF; // the wildcard's set begins with that
          if (to == '-') {
            throw new GlobSyntaxException("a range in '[]' can't end in '-'");
          }
          at += cut ? 1 : 2;
          set = set.plus(ByteSet.range(Math.min(from & 0xFF, to), Math.max(from & 0xFF, to)));
        } else {
          set = set.with(from & 0xFF);
        }
      }
      if (at == in.length) {
        throw new GlobSyntaxException("'[' is not closed");
      }
      if (at == first) {
        throw new GlobSyntaxException("'[]' is empty");
      }
      at++;
      ByteSet result = negated ? ByteSet.ALL.minus(set) : set;
      if (result.size() == 0) {
        throw new GlobSyntaxException("'[^…]' excludes every byte");
      }
      return Regex.of(result);
    }

    /**
     * Reads the rest of a set in which a wildcard stands. {@code apparmor_parser} puts a set of its
     * own in the wildcard's place, whose end ends the outer one: {@code [0-9*]} is any number of
     * {@code [0-9[^/]} and then a {@code ]}.
     */
    private Regex cutSet(ByteSet before, boolean negated) {
      List<Regex> parts = new ArrayList<>();
      ByteSet set = before.with('[').with('^');
      boolean isFirst = true;
      while (at < in.length && in[at] != ']') {
        int token = in[at++];
        if (token != '*' && token != '?') {
          parts.add(Regex.of(token & 0xFF));
          continue;
        }
        boolean deep = token == '*' && at < in.length && in[at] == '*';
        at += deep ? 1 : 0;
        ByteSet excluded = ByteSet.ALL.minus(deep ? any : inComponent);
        ByteSet matched = deep ? any : inComponent;
        if (isFirst) {
          ByteSet all = set.plus(excluded);
          matched = negated ? ByteSet.ALL.minus(all) : all;
        }
        isFirst = false;
        exact = false;
        parts.add(token == '*' ? Regex.star(matched) : Regex.of(matched));
      }
      if (at == in.length) {
        throw new GlobSyntaxException("'[' is not closed");
      }
      at++;
      parts.add(Regex.of(']'));
      return new Regex.Sequence(parts);
    }
  }

  /** Returns the expression as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
