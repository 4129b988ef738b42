package io.github.apparmor4j.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A place in a text, and how the reader came to that text: by the {@code include} that named it, by
 * the one that named the including text, and so on. Immutable and thread-safe.
 *
 * @param source the text
 * @param span the place in it
 * @param includedFrom the place of the include that brought the text in, or {@code null} for a text
 *     that nothing included
 */
public record SourcePlace(SourceText source, SourceSpan span, @Nullable SourcePlace includedFrom) {

  /** Rejects nulls and spans that end after the text. */
  public SourcePlace {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(span, "span");
    if (span.end() > source.text().length()) {
      throw new IllegalArgumentException("span " + span + " ends after " + source);
    }
  }

  /** Returns a place in a text that nothing included. */
  public static SourcePlace of(SourceText source, SourceSpan span) {
    return new SourcePlace(source, span, null);
  }

  /** Returns the line of the first character, from 1. */
  public int line() {
    return source.line(span.start());
  }

  /** Returns the column of the first character, from 1, in code points. */
  public int column() {
    return source.column(span.start());
  }

  /**
   * Returns the places of the includes that led here, the nearest first; empty for the text that
   * nothing included.
   */
  public List<SourcePlace> includeChain() {
    List<SourcePlace> chain = new ArrayList<>();
    for (SourcePlace at = includedFrom; at != null; at = at.includedFrom) {
      chain.add(at);
    }
    return List.copyOf(chain);
  }

  /** Returns {@code name:line:column}. */
  @Override
  public String toString() {
    return source.name() + ":" + line() + ":" + column();
  }
}
