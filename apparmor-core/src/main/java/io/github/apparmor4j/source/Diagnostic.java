package io.github.apparmor4j.source;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A problem in a text, and its place. Immutable and thread-safe.
 *
 * <pre>{@code
 * for (Diagnostic problem : ProfileParser.parse(source).diagnostics()) {
 *   System.err.print(problem.render());
 * }
 * }</pre>
 *
 * @param kind the kind of problem; {@code docs/diagnostics.md} lists all kinds
 * @param severity error or warning; the kind's own unless {@link #withSeverity} changed it
 * @param place where the problem is
 * @param message what is wrong: one line, without place and severity
 * @param help how to fix it, or {@code null} if no fix is known
 */
public record Diagnostic(
    Kind kind, Severity severity, SourcePlace place, String message, @Nullable String help) {

  /** How bad a {@link Diagnostic} is. */
  public enum Severity {
    /** The text can't be used as it is. */
    ERROR,
    /** The text can be used, but perhaps doesn't mean what its author intended. */
    WARNING;

    /** Returns the word that messages show. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A kind of problem. Each has a code by which documents and tools know it. */
  public interface Kind {

    /** Returns a stable identifier such as {@code AA-PARSE-0001}. */
    String code();

    /** Returns the severity of such a problem, unless someone asks for more. */
    Severity severity();

    /** Returns what is wrong in every case of this kind: one phrase without a full stop. */
    String meaning();

    /** Returns how to fix every problem of this kind, if there is one way. */
    default Optional<String> help() {
      return Optional.empty();
    }
  }

  private static final Pattern CODE = Pattern.compile("AA-[A-Z]+-[0-9]{4}");
  private static final int SHOWN_LINE = 200;

  /**
   * Rejects nulls, an empty message and a malformed code. A message may quote a text that holds
   * anything, so characters that would end the line or control a terminal become {@code '?'}.
   */
  public Diagnostic {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(place, "place");
    if (!CODE.matcher(kind.code()).matches()) {
      throw new IllegalArgumentException("code " + kind.code());
    }
    if (message.isEmpty()) {
      throw new IllegalArgumentException("message is empty");
    }
    message = SourceText.printable(message);
    help = help == null ? null : SourceText.printable(help);
  }

  /** Returns a diagnostic of the kind's own severity, with the kind's own help. */
  public static Diagnostic of(Kind kind, SourcePlace place, String message) {
    return new Diagnostic(kind, kind.severity(), place, message, kind.help().orElse(null));
  }

  /** Returns the kind's code, such as {@code AA-PARSE-0001}. */
  public String code() {
    return kind.code();
  }

  /**
   * Returns this diagnostic with another severity; strict compilation turns warnings into errors
   * this way.
   */
  public Diagnostic withSeverity(Severity other) {
    return new Diagnostic(kind, other, place, message, help);
  }

  /** Returns this diagnostic with a text that says how to fix the problem. */
  public Diagnostic withHelp(String mend) {
    return new Diagnostic(kind, severity, place, message, mend);
  }

  /** Returns whether this is an error. */
  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /**
   * Returns the message as people read it: the place, the source line with a caret below it, the
   * help, and the chain of includes. The source line is left out if it has more than 200 characters
   * or the text is empty. Several lines, each ended by a line feed.
   */
  public String render() {
    StringBuilder out = new StringBuilder(toString()).append('\n');
    String line = place.source().lineText(place.line());
    int column = place.column() - 1;
    if (line.length() <= SHOWN_LINE && !place.source().text().isEmpty()) {
      String clean = withTabs(line);
      out.append("  ").append(clean).append("\n  ");
      clean
          .codePoints()
          .limit(column)
          .forEach(character -> out.append(character == '\t' ? '\t' : ' '));
      out.append("^\n");
    }
    if (help != null) {
      out.append("  help: ").append(help).append('\n');
    }
    for (SourcePlace from : place.includeChain()) {
      out.append("  included from ").append(SourceText.printable(from.toString())).append('\n');
    }
    return out.toString();
  }

  /** Returns the errors among some diagnostics, in their order. */
  public static List<Diagnostic> errors(List<Diagnostic> diagnostics) {
    return diagnostics.stream().filter(Diagnostic::isError).toList();
  }

  /** Returns {@code name:line:column: severity: message [code]}. */
  @Override
  public String toString() {
    return SourceText.printable(place.toString())
        + ": "
        + severity
        + ": "
        + message
        + " ["
        + code()
        + "]";
  }

  private static String withTabs(String line) {
    return Arrays.stream(line.split("\t", -1))
        .map(SourceText::printable)
        .collect(Collectors.joining("\t"));
  }
}
