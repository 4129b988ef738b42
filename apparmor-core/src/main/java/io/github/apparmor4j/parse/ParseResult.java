package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of a parse: the model of everything that could be read, the place of each of its
 * elements, and every problem. Immutable and thread-safe.
 *
 * @param <M> the model: a whole file, or the elements of an included one
 */
public final class ParseResult<M> {

  private final SourceText source;
  private final M model;
  private final IdentityHashMap<Object, SourceSpan> spans;
  private final IdentityHashMap<Profile, ProfileHeader> headers;
  private final List<Diagnostic> diagnostics;

  ParseResult(
      SourceText source,
      M model,
      IdentityHashMap<Object, SourceSpan> spans,
      IdentityHashMap<Profile, ProfileHeader> headers,
      List<Diagnostic> diagnostics) {
    this.source = source;
    this.model = model;
    this.spans = spans;
    this.headers = headers;
    this.diagnostics = List.copyOf(diagnostics);
  }

  /**
   * Returns the result for a model that was built, not read: without problems and places. Its
   * source is an empty text.
   */
  public static ParseResult<ProfileFile> ofModel(ProfileFile file) {
    return new ParseResult<>(
        SourceText.of("built", ""),
        file,
        new IdentityHashMap<>(),
        new IdentityHashMap<>(),
        List.of());
  }

  /** Returns the text that was read. */
  public SourceText source() {
    return source;
  }

  /** Returns the model, without the elements that could not be read. */
  public M model() {
    return model;
  }

  /** Returns the problems, in the order of their places. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** Returns whether none of the problems is an error. */
  public boolean isOk() {
    return diagnostics.stream().noneMatch(Diagnostic::isError);
  }

  /**
   * Returns the place of an element of the model, which is found by identity; empty if it isn't
   * from this parse.
   *
   * @param element an element of the model
   */
  public Optional<SourceSpan> spanOf(Object element) {
    return Optional.ofNullable(spans.get(element));
  }

  ProfileHeader headerOf(Profile profile) {
    return Objects.requireNonNull(headers.get(profile), "header");
  }

  /**
   * Returns whether an empty line stands before an element of the model, which is found by
   * identity; false if it isn't from this parse.
   */
  public boolean isSpaced(Object element) {
    SourceSpan span = spans.get(element);
    if (span == null) {
      return false;
    }
    String text = source.text();
    int lines = 0;
    for (int at = span.start() - 1; at >= 0 && text.charAt(at) <= ' '; at--) {
      lines += text.charAt(at) == '\n' ? 1 : 0;
    }
    return lines > 1;
  }

  /**
   * Returns the place of an element of the model, which is found by identity; the beginning of the
   * text if it isn't from this parse.
   */
  public SourcePlace placeOf(Object element) {
    SourceSpan span = spans.get(element);
    return SourcePlace.of(source, span == null ? new SourceSpan(0, 0) : span);
  }

  /**
   * Returns the model if there was no error.
   *
   * @throws DiagnosticException with all problems, if one of them is an error
   */
  public M orThrow() {
    if (!isOk()) {
      throw new DiagnosticException(diagnostics);
    }
    return model;
  }
}
