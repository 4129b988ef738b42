package io.github.apparmor4j.parse;

import io.github.apparmor4j.source.SourceSpan;
import org.jspecify.annotations.Nullable;

/**
 * Thrown to end the reading of one element; the parser reports it and goes on after the element.
 */
final class ParseFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  final ParseProblem kind;
  final transient SourceSpan span;
  final @Nullable String help;

  ParseFailure(ParseProblem kind, SourceSpan span, String message, @Nullable String help) {
    super(message, null, false, false);
    this.kind = kind;
    this.span = span;
    this.help = help;
  }
}
