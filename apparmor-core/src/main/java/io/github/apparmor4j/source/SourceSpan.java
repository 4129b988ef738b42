package io.github.apparmor4j.source;

/**
 * A stretch of a {@link SourceText}, in UTF-16 offsets; the end is exclusive.
 *
 * @param start offset of the first character
 * @param end offset after the last character, at least {@code start}
 */
public record SourceSpan(int start, int end) {

  /** Rejects a negative start, and an end before the start. */
  public SourceSpan {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("span " + start + ".." + end);
    }
  }
}
