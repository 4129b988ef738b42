package io.github.apparmor4j.source;

import java.util.List;
import java.util.Objects;

/**
 * One change of a text: what stands in a span, and what comes in its place. Immutable and
 * thread-safe.
 *
 * <p>An edit says nothing of characters outside of its span, so that {@link #apply} leaves them as
 * they are. That the changed text means what it should is for the caller to check.
 *
 * @param span what is replaced, in the text before any edit; empty for an insertion
 * @param replacement what comes in its place; empty for a removal
 */
public record TextEdit(SourceSpan span, String replacement) {

  /** Rejects nulls. */
  public TextEdit {
    Objects.requireNonNull(span, "span");
    Objects.requireNonNull(replacement, "replacement");
  }

  /**
   * Returns an edit that puts a text in the place of another.
   *
   * @param start offset of the first character that goes
   * @param end offset after the last one
   */
  public static TextEdit replace(int start, int end, String replacement) {
    return new TextEdit(new SourceSpan(start, end), replacement);
  }

  /** Returns an edit that adds a text before the character at an offset. */
  public static TextEdit insert(int at, String inserted) {
    return replace(at, at, inserted);
  }

  /**
   * Returns an edit that takes a text away.
   *
   * @param start offset of the first character that goes
   * @param end offset after the last one
   */
  public static TextEdit remove(int start, int end) {
    return replace(start, end, "");
  }

  /**
   * Returns a text of the same name with all edits made; the source itself if there are none.
   *
   * <p>The edits are in the order of their places, and none begins before the one before it ends:
   * edits that touch are made, and insertions at one place follow each other as in the list.
   * Complexity: linear in the texts.
   *
   * @throws IllegalArgumentException if an edit overlaps the one before it, stands before it, or
   *     reaches beyond the text; nothing has been made then
   */
  public static SourceText apply(SourceText source, List<TextEdit> edits) {
    if (edits.isEmpty()) {
      return source;
    }
    String text = source.text();
    StringBuilder out = new StringBuilder(text.length() + 64);
    int done = 0;
    for (TextEdit edit : edits) {
      SourceSpan span = edit.span;
      if (span.start() < done) {
        throw new IllegalArgumentException(
            "an edit of " + span + " overlaps one that ends at " + done + ", or comes after it");
      } else if (span.end() > text.length()) {
        throw new IllegalArgumentException(
            "an edit of " + span + " reaches beyond a text of " + text.length() + " characters");
      }
      out.append(text, done, span.start()).append(edit.replacement);
      done = span.end();
    }
    out.append(text, done, text.length());
    return SourceText.of(source.name(), out.toString());
  }
}
