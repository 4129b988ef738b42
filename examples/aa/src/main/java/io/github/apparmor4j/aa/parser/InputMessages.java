package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What is said about an input, and whether it is good. For one thread. */
final class InputMessages {

  private final ParserMessages say;
  private final @Nullable Path argument;
  private final SourceText text;
  private final StringBuilder said = new StringBuilder();
  private boolean ok = true;

  /**
   * Creates messages.
   *
   * @param options say which warnings are shown, and which are errors
   * @param argument the argument that led to the text, or {@code null} for standard input
   */
  InputMessages(ParserOptions options, @Nullable Path argument, SourceText text) {
    this.say = new ParserMessages(options.warned, options.fatal);
    this.argument = argument;
    this.text = text;
  }

  boolean isOk() {
    return ok;
  }

  void say(String message) {
    said.append(message);
  }

  /** Adds an error of what is done with the whole text. */
  void fail(String message) {
    ok = false;
    Path file = argument == null ? null : Path.of(text.name());
    said.append(ParserMessages.error(argument, file, 1, message));
  }

  void add(Diagnostic diagnostic) {
    if (!diagnostic.isError()) {
      SourcePlace place = diagnostic.place();
      warn(
          ParserMessages.kind(diagnostic),
          place.source().name() + " line " + place.line(),
          diagnostic.message());
    } else {
      ok = false;
      said.append(ParserMessages.error(argument, diagnostic, text));
    }
  }

  /** Warns of a profile whose name is a path. */
  void deprecate(Profile profile, ParseResult<ProfileFile> in) {
    if (profile.name().replaceFirst("^:[^:]*:(//)?", "").startsWith("/")) {
      int end = in.spanOf(profile).map(SourceSpan::end).orElse(1);
      warn(
          "deprecated",
          text.line(end - 1),
          "The use of file paths as profile names is deprecated. See man apparmor.d for more"
              + " information");
    }
  }

  void warn(String kind, int line, String message) {
    warn(kind, text.name() + " line " + line, message);
  }

  private void warn(String kind, String where, String message) {
    ok &= !say.isFatal(kind);
    said.append(say.warning(kind, text.name(), where, message));
  }

  /** Warns of what is not in the text. */
  void warnOf(String what, String kind, String message) {
    ok &= !say.isFatal(kind);
    said.append(say.warning(kind, what, "line 1", message));
  }

  @Override
  public String toString() {
    return said.toString();
  }
}
