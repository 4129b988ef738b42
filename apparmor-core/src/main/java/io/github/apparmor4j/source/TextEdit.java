package io.github.apparmor4j.source;

import java.util.List;
import java.util.Objects;

/**
 * The replacement of one stretch of a text by another. Immutable and thread-safe.
 *
 * <p>{@link #apply} leaves all characters outside the spans of its edits as they are. Whether the
 * changed text means what it should is for the caller to check.
 *
 * @param span the stretch that is replaced, in the text before any edit; empty for an insertion
 * @param replacement the text that takes its place; empty for a removal
 */
public record TextEdit(SourceSpan span, String replacement) {

  /** Rejects nulls. */
  public TextEdit {
    Objects.requireNonNull(span, "span");
    Objects.requireNonNull(replacement, "replacement");
  }

  /**
   * Returns an edit that replaces a stretch of a text.
   *
   * @param start offset of the first character that is replaced
   * @param end offset after the last one
   */
  public static TextEdit replace(int start, int end, String replacement) {
    return new TextEdit(new SourceSpan(start, end), replacement);
  }

  /** Returns an edit that inserts a text before the character at an offset. */
  public static TextEdit insert(int at, String inserted) {
    return replace(at, at, inserted);
  }

  /**
   * Returns an edit that removes a stretch of a text.
   *
   * @param start offset of the first character that is removed
   * @param end offset after the last one
   */
  public static TextEdit remove(int start, int end) {
    return replace(start, end, "");
  }

  /**
   * Returns a text of the same name with all edits made; the source itself if there are none.
   *
   * <p>The edits must be in the order of their places, and none may begin before the previous one
   * ends. They may touch; insertions at one place follow each other as in the list. Complexity:
   * linear in the texts.
   *
   * @throws IllegalArgumentException if an edit overlaps the one before it in the list, stands
   *     before it, or reaches beyond the text
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
