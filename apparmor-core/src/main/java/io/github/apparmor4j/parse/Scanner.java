package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.source.SourceSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over a text that knows AppArmor's words, blanks and comments. What a character means
 * depends on where it stands (a comma in a path, a brace in a pattern), so the parser asks for the
 * kind of word that it wants.
 */
class Scanner {

  /** A comment that was passed over, and its place. */
  record Seen(Comment comment, SourceSpan span) {}

  /** A word as it stands in the text, without quotes. */
  record Word(String text, SourceSpan span, boolean quoted) {}

  final String text;
  private final int maxWord;
  int pos;

  /**
   * Offset after the last character that is neither a blank nor part of a comment: where a missing
   * comma belongs.
   */
  int lastEnd;

  /** Whether comments are passed like blanks; if not, {@code #} begins a word. */
  boolean comments = true;

  private final List<Seen> seen = new ArrayList<>();
  private final List<ParseFailure> warnings = new ArrayList<>();

  Scanner(String text, int maxWord) {
    this.text = text;
    this.maxWord = maxWord;
  }

  boolean atEnd() {
    return pos >= text.length();
  }

  /** Returns the character at the cursor, or NUL at the end. */
  char peek() {
    return pos < text.length() ? text.charAt(pos) : '\0';
  }

  char peek(int ahead) {
    return pos + ahead < text.length() ? text.charAt(pos + ahead) : '\0';
  }

  /**
   * Returns whether a character ends a word. A carriage return is a blank before a line feed only
   * ({@link #skip}); form feeds are none.
   */
  static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  /**
   * Passes blanks and, where they may stand, comments, which are kept for {@link #takeComments}.
   * Stops before {@code #include}.
   */
  void skip() {
    while (pos < text.length()) {
      char c = text.charAt(pos);
      if (isBlank(c) && (c != '\r' || peek(1) == '\n')) {
        pos++;
      } else if (c == '#' && comments && !atHashInclude()) {
        comment();
      } else {
        return;
      }
    }
  }

  /** Passes blanks of this line only. */
  void skipInLine() {
    while (peek() == ' ' || peek() == '\t' || (peek() == '\r' && peek(1) == '\n')) {
      pos++;
    }
  }

  /** Returns whether a character can stand in a variable's name, if not at its start. */
  static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  boolean atLineEnd() {
    return atEnd() || peek() == '\n';
  }

  boolean atHashInclude() {
    return text.startsWith("#include", pos);
  }

  private void comment() {
    int start = pos;
    int end = text.indexOf('\n', pos);
    end = end < 0 ? text.length() : end;
    boolean trailing = text.lastIndexOf('\n', start) < lastEnd && lastEnd > 0;
    String body = text.substring(start + 1, end).replace('\r', ' ').stripTrailing();
    seen.add(new Seen(new Comment(body, trailing), new SourceSpan(start, end)));
    pos = end;
  }

  /** Returns another scanner of the text, at the same place, to look ahead with. */
  Scanner ahead() {
    Scanner ahead = new Scanner(text, maxWord);
    ahead.pos = pos;
    return ahead;
  }

  /** Returns the comments passed since the last call. */
  List<Seen> takeComments() {
    if (seen.isEmpty()) {
      return List.of();
    }
    List<Seen> taken = List.copyOf(seen);
    seen.clear();
    return taken;
  }

  /** Puts a taken comment back, after others that were put back. */
  void giveBack(Seen comment) {
    seen.add(comment);
  }

  /**
   * Returns the word of lower-case letters and underscores at the cursor, without moving; empty if
   * there is none.
   */
  String peekKeyword() {
    int end = pos;
    while (end < text.length() && end - pos < 24) {
      char c = text.charAt(end);
      if ((c < 'a' || c > 'z') && c != '_') {
        break;
      }
      end++;
    }
    return text.substring(pos, end);
  }

  /** Returns whether a keyword stands at the cursor as a whole word. */
  boolean atKeyword(String keyword) {
    if (!text.startsWith(keyword, pos)) {
      return false;
    }
    char next = peek(keyword.length());
    return !Character.isLetterOrDigit(next) && next != '_' && next != '.';
  }

  /**
   * Passes a keyword and the blanks after it, if it stands at the cursor as a whole word; returns
   * whether it does.
   */
  boolean acceptKeyword(String keyword) {
    boolean found = passKeyword(keyword);
    if (found) {
      skip();
    }
    return found;
  }

  /** Passes a keyword, but no blanks; returns whether it stands at the cursor as a whole word. */
  boolean passKeyword(String keyword) {
    boolean found = atKeyword(keyword);
    if (found) {
      advance(keyword.length());
    }
    return found;
  }

  /**
   * Passes a symbol and the blanks after it, if it stands at the cursor; returns whether it does.
   */
  boolean accept(String symbol) {
    if (!text.startsWith(symbol, pos)) {
      return false;
    }
    advance(symbol.length());
    skip();
    return true;
  }

  /**
   * Passes a word and the blanks after it, without which it is part of another, if both stand at
   * the cursor; returns whether they do.
   */
  boolean acceptBeforeBlank(String word) {
    return text.startsWith(word, pos) && isBlank(peek(word.length())) && accept(word);
  }

  void advance(int count) {
    pos += count;
    lastEnd = pos;
  }

  /**
   * Reads a quoted or bare word. A bare one runs to a blank, a quote, a {@code !}, or a comma that
   * ends a word.
   */
  Word word(String what) {
    return word(what, "");
  }

  /**
   * Reads a quoted or bare word.
   *
   * @param what the word's name in messages
   * @param stops characters that end a bare word, besides those that always do
   */
  Word word(String what, String stops) {
    if (peek() == '"') {
      return quoted();
    }
    int start = pos;
    int at = pos;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (isBlank(c) || c == '"' || c == '!' || stops.indexOf(c) >= 0) {
        break;
      }
      if (c == ',' && endsWord(at + 1)) {
        break;
      }
      // Also in "\\ ": apparmor_parser doesn't ask what stands before a backslash.
      boolean escapes = c == '\\' && at + 1 < text.length() && escapes(text.charAt(at + 1), stops);
      at += escapes ? 2 : 1;
    }
    checkLength(start, at);
    if (at == start) {
      throw new ParseFailure(ParseProblem.UNEXPECTED, here(), "expected " + what + found(), null);
    }
    if (at > text.length() || (text.charAt(at - 1) == '\\' && isEscaping(start, at - 1))) {
      at = Math.min(at, text.length());
      throw new ParseFailure(
          ParseProblem.FINAL_BACKSLASH,
          new SourceSpan(start, at),
          what + " ends in a backslash",
          null);
    }
    pos = at;
    lastEnd = at;
    return new Word(text.substring(start, at), new SourceSpan(start, at), false);
  }

  private static boolean escapes(char next, String stops) {
    return " \t\"!,".indexOf(next) >= 0 || ("()".indexOf(next) >= 0 && stops.indexOf(next) >= 0);
  }

  /** Reads a word that can't be quoted. */
  Word bareWord(String what, String stops) {
    if (peek() == '"') {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED, here(), what + " can't be quoted", "remove the quotes");
    }
    return word(what, stops);
  }

  private boolean isEscaping(int start, int last) {
    int count = 0;
    for (int i = last; i >= start && text.charAt(i) == '\\'; i--) {
      count++;
    }
    return count % 2 == 1;
  }

  boolean endsWord(int next) {
    if (next >= text.length()) {
      return true;
    }
    char c = text.charAt(next);
    return isBlank(c) || c == ',' || c == '"' || c == '!';
  }

  private Word quoted() {
    int start = pos;
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= text.length()) {
      int lineEnd = text.indexOf('\n', start);
      int end = lineEnd < 0 ? text.length() : lineEnd;
      throw new ParseFailure(
          ParseProblem.UNCLOSED_QUOTE,
          new SourceSpan(start, end),
          "the quote is not closed",
          "add '\"'");
    }
    checkLength(start, at);
    pos = at + 1;
    lastEnd = pos;
    return new Word(text.substring(start + 1, at), new SourceSpan(start, pos), true);
  }

  private void checkLength(int start, int end) {
    if (end - start > maxWord) {
      pos = end;
      throw new ParseFailure(
          ParseProblem.WORD_TOO_LONG,
          new SourceSpan(start, start),
          "a word of " + (end - start) + " characters is over the limit of " + maxWord,
          null);
    }
  }

  /** Returns a matcher from the cursor to the end of the text, for {@code lookingAt}. */
  Matcher matcher(Pattern pattern) {
    return pattern.matcher(text).region(Math.min(pos, text.length()), text.length());
  }

  /** Notes something that is odd, but no failure. */
  void warn(ParseFailure warning) {
    warnings.add(warning);
  }

  /** Returns the warnings since the last call. */
  List<ParseFailure> takeWarnings() {
    if (warnings.isEmpty()) {
      return List.of();
    }
    List<ParseFailure> taken = List.copyOf(warnings);
    warnings.clear();
    return taken;
  }

  SourceSpan here() {
    return new SourceSpan(Math.min(pos, text.length()), Math.min(pos + 1, text.length()));
  }

  SourceSpan from(int start) {
    return new SourceSpan(start, Math.max(start, lastEnd));
  }

  /** Returns the end of a message, {@code , not 'x'}, about the text at the cursor. */
  String found() {
    if (atEnd()) {
      return ", not the end of the text";
    }
    if (peek() == '\n' || (peek() == '\r' && peek(1) == '\n')) {
      return ", not the end of the line";
    }
    if (peek() == '\r') {
      return ", not a carriage return without a line feed";
    }
    if (peek() == '\uFEFF') {
      return ", not a byte order mark";
    }
    if (peek() == '#') {
      return ", not a comment, which can't stand here";
    }
    int end = pos;
    while (end < text.length() && !isBlank(text.charAt(end)) && end - pos < 30) {
      end++;
    }
    return ", not '" + text.substring(pos, Math.max(end, pos + 1)) + "'";
  }

  /**
   * Goes past the rule or block at the cursor, however broken it is: to an offset after {@code
   * from}, unless a closing brace stands there or the text ends.
   */
  void recover(int from) {
    pos = Math.max(pos, from);
    int depth = 0;
    while (pos < text.length()) {
      char c = text.charAt(pos);
      boolean wordStart = pos == 0 || isBlank(text.charAt(pos - 1)) || text.charAt(pos - 1) == ',';
      if (c == '#' && wordStart) {
        int end = text.indexOf('\n', pos);
        pos = end < 0 ? text.length() : end;
        continue;
      }
      if (c == '"') {
        int close = pos + 1;
        while (close < text.length() && text.charAt(close) != '"' && text.charAt(close) != '\n') {
          close++;
        }
        pos = close;
      } else if (c == '(') {
        pos = closing(pos);
      } else if (c == '{' && endsWord(pos + 1) && wordStart) {
        depth++;
      } else if (c == '}' && (wordStart || depth > 0) && endsWord(pos + 1)) {
        if (depth == 0) {
          break;
        }
        if (--depth == 0) {
          pos++;
          break;
        }
      } else if (c == ',' && depth == 0 && endsWord(pos + 1)) {
        pos++;
        break;
      }
      pos++;
    }
    if (pos == from && pos < text.length() && text.charAt(pos) != '}') {
      pos++;
    }
    pos = Math.min(pos, text.length());
    lastEnd = pos;
  }

  /** Goes to the end of the line. */
  void recoverInLine() {
    int end = text.indexOf('\n', Math.min(pos, text.length()));
    pos = end < 0 ? text.length() : end;
    lastEnd = pos;
  }

  /**
   * Returns the offset of the parenthesis that closes another, if it is within 1000 characters and
   * no brace stands between; otherwise the offset of the opening one.
   */
  private int closing(int open) {
    int end = Math.min(text.length(), open + 1000);
    for (int at = open + 1; at < end; at++) {
      char c = text.charAt(at);
      if (c == ')') {
        return at;
      }
      if (c == '{' || c == '}') {
        break;
      }
    }
    return open;
  }

  /**
   * Returns the known word that is nearest to a word: at most two edits away, or one if the word
   * has up to three letters. Returns {@code null} if there is none.
   */
  static @Nullable String nearest(String word, Iterable<String> known) {
    String best = null;
    int least = Math.min(3, Math.max(2, word.length() / 2 + 1));
    for (String candidate : known) {
      int distance = distance(word, candidate, least);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  private static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit || a.length() > 64) {
      return limit;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
