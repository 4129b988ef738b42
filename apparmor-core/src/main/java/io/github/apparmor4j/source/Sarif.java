package io.github.apparmor4j.source;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * A writer of diagnostics as SARIF 2.1.0 (OASIS), which code-scanning tools read. The document has
 * one run, with a rule for each kind of diagnostic and a result for each diagnostic. A result also
 * lists the places that its text was included from. Thread-safe.
 *
 * <pre>{@code
 * StringBuilder json = new StringBuilder();
 * Sarif.write(result.diagnostics(), "my-tool", "1.0", json);
 * }</pre>
 */
public final class Sarif {

  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

  private final Appendable out;

  private Sarif(Appendable out) {
    this.out = out;
  }

  /**
   * Writes diagnostics as one JSON document.
   *
   * @param tool the name of the program that found them
   * @param version the program's version
   * @throws IOException if {@code out} throws it
   */
  public static void write(
      List<Diagnostic> diagnostics, String tool, String version, Appendable out)
      throws IOException {
    new Sarif(out).log(diagnostics, tool, version);
  }

  private void log(List<Diagnostic> diagnostics, String tool, String version) throws IOException {
    out.append("{\"$schema\":").append(quoted(SCHEMA)).append(",\"version\":\"2.1.0\",\"runs\":[");
    out.append("{\"tool\":{\"driver\":{\"name\":").append(quoted(tool));
    out.append(",\"version\":").append(quoted(version)).append(",\"rules\":[");
    List<Diagnostic.Kind> kinds =
        diagnostics.stream()
            .map(Diagnostic::kind)
            .distinct()
            .sorted(Comparator.comparing(Diagnostic.Kind::code))
            .toList();
    for (int i = 0; i < kinds.size(); i++) {
      out.append(i == 0 ? "" : ",");
      rule(kinds.get(i));
    }
    out.append("]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
    for (int i = 0; i < diagnostics.size(); i++) {
      out.append(i == 0 ? "\n" : ",\n");
      Diagnostic diagnostic = diagnostics.get(i);
      result(diagnostic, kinds.indexOf(diagnostic.kind()));
    }
    out.append("]}]}\n");
  }

  private void rule(Diagnostic.Kind kind) throws IOException {
    out.append("{\"id\":").append(quoted(kind.code()));
    out.append(",\"shortDescription\":{\"text\":").append(quoted(kind.meaning()));
    out.append("}");
    if (kind.help().isPresent()) {
      out.append(",\"help\":{\"text\":").append(quoted(kind.help().get())).append("}");
    }
    out.append(",\"defaultConfiguration\":{\"level\":")
        .append(quoted(kind.severity().toString()))
        .append("}}");
  }

  private void result(Diagnostic diagnostic, int rule) throws IOException {
    String own = diagnostic.help();
    boolean known = own == null || own.equals(diagnostic.kind().help().orElse(null));
    String help = known ? "" : " (" + own + ")";
    out.append("{\"ruleId\":").append(quoted(diagnostic.code()));
    out.append(",\"ruleIndex\":").append(String.valueOf(rule));
    out.append(",\"level\":").append(quoted(diagnostic.severity().toString()));
    out.append(",\"message\":{\"text\":")
        .append(quoted(diagnostic.message() + help))
        .append("},\"locations\":[");
    location(diagnostic.place());
    out.append(']');
    List<SourcePlace> chain = diagnostic.place().includeChain();
    if (!chain.isEmpty()) {
      out.append(",\"relatedLocations\":[");
      for (int i = 0; i < chain.size(); i++) {
        out.append(i == 0 ? "" : ",");
        location(chain.get(i));
      }
      out.append(']');
    }
    out.append('}');
  }

  private void location(SourcePlace place) throws IOException {
    SourceText text = place.source();
    int end = place.span().end();
    out.append("{\"physicalLocation\":{\"artifactLocation\":{\"uri\":")
        .append(quoted(uri(text.name())))
        .append("},\"region\":{\"startLine\":")
        .append(String.valueOf(place.line()))
        .append(",\"startColumn\":")
        .append(String.valueOf(place.column()))
        .append(",\"endLine\":")
        .append(String.valueOf(text.line(end)))
        .append(",\"endColumn\":")
        .append(String.valueOf(text.column(end)))
        .append("}}}");
  }

  /** Returns a file's name as a relative reference or a file URI, in percent-encoded UTF-8. */
  private static String uri(String name) {
    StringBuilder path = new StringBuilder();
    for (byte b : SourceText.encode(name)) {
      boolean plain = b > 0 && (Character.isLetterOrDigit(b) || "/-._~".indexOf(b) >= 0);
      path.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b & 0xFF));
    }
    String text = path.toString();
    return URI.create(text.startsWith("/") ? "file://" + text : text).toString();
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    String clean = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    for (int i = 0; i < clean.length(); i++) {
      char c = clean.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
