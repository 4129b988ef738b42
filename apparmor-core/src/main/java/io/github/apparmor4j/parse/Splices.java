package io.github.apparmor4j.parse;

import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TextEdit;
import java.util.ArrayList;
import java.util.List;

/** The changes that one edit of a profile makes to its text, in the order of their places. */
final class Splices {

  private final SourceText source;
  private final String text;
  private final List<TextEdit> edits = new ArrayList<>();

  Splices(SourceText source) {
    this.source = source;
    this.text = source.text();
  }

  void replace(SourceSpan span, String by) {
    edits.add(new TextEdit(span, by));
  }

  void insert(int at, String inserted) {
    edits.add(TextEdit.insert(at, inserted));
  }

  SourceText result() {
    return TextEdit.apply(source, edits);
  }

  String newline() {
    return text.contains("\r\n") ? "\r\n" : "\n";
  }

  boolean usesTabs() {
    return text.contains("\n\t");
  }

  int lineStart(int at) {
    return text.lastIndexOf('\n', at - 1) + 1;
  }

  private int lineEnd(int at) {
    int end = text.indexOf('\n', at);
    end = end < 0 ? text.length() : end;
    return end > at && text.charAt(end - 1) == '\r' ? end - 1 : end;
  }

  String indent(int lineStart) {
    int end = lineStart;
    while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
      end++;
    }
    return text.substring(lineStart, end);
  }

  int blanksBefore(int at) {
    int from = at;
    while (from > 0 && Scanner.isBlank(text.charAt(from - 1))) {
      from--;
    }
    return from;
  }

  boolean isFirstOnLine(int at) {
    return text.substring(lineStart(at), at).isBlank();
  }

  private boolean isLastOnLine(int at) {
    String rest = text.substring(at, lineEnd(at)).strip();
    return rest.isEmpty() || rest.startsWith("#");
  }

  /**
   * Inserts a line after the line of a place, or right at the place if more follows on its line.
   */
  void insertLine(int at, String indent, String inserted) {
    if (isLastOnLine(at)) {
      insert(lineEnd(at), newline() + indent + inserted);
    } else {
      boolean blank = Scanner.isBlank(text.charAt(at));
      insert(at, " " + inserted + (blank ? "" : " "));
    }
  }

  /**
   * Removes an element. If nothing but a comment after it shares its lines, removes them as a whole
   * and returns true; otherwise removes the element alone and returns false.
   */
  boolean removeLine(SourceSpan span) {
    if (isFirstOnLine(span.start()) && isLastOnLine(span.end())) {
      int end = text.indexOf('\n', span.end());
      replace(new SourceSpan(lineStart(span.start()), end < 0 ? text.length() : end + 1), "");
      return true;
    }
    int to = span.end();
    while (to < text.length() && (text.charAt(to) == ' ' || text.charAt(to) == '\t')) {
      to++;
    }
    replace(new SourceSpan(span.start(), to), "");
    return false;
  }
}
