package io.github.apparmor4j.source;

/**
 * A stretch of a {@link SourceText}: UTF-16 offsets, the end exclusive.
 *
 * @param start offset of the first character
 * @param end offset after the last character, at least {@code start}
 */
public record SourceSpan(int start, int end) {

  /** Rejects negative and reversed spans. */
  public SourceSpan {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("span " + start + ".." + end);
    }
  }
}
