package io.github.apparmor4j.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SarifTest {

  private static final SourceText TEXT = SourceText.of("a/b", "one\ntwo\n");

  private static String sarif(Diagnostic... diagnostics) throws IOException {
    StringBuilder out = new StringBuilder();
    Sarif.write(List.of(diagnostics), "tool", "1.0", out);
    return out.toString();
  }

  private static Diagnostic in(String name) {
    return Diagnostic.of(
        TestKind.BAD, SourcePlace.of(SourceText.of(name, "x"), new SourceSpan(0, 1)), "bad");
  }

  @Test
  void nothingIsARunWithoutResults() throws IOException {
    assertThat(sarif())
        .isEqualTo(
            """
            {"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/\
            sarif-schema-2.1.0.json","version":"2.1.0","runs":[\
            {"tool":{"driver":{"name":"tool","version":"1.0","rules":[]}},\
            "columnKind":"unicodeCodePoints","results":[]}]}
            """);
  }

  @Test
  void aResultHasRuleLevelMessageAndPlaces() throws IOException {
    SourcePlace outer = SourcePlace.of(SourceText.of("/etc/p", "include"), new SourceSpan(0, 7));
    Diagnostic inner =
        Diagnostic.of(TestKind.ODD, new SourcePlace(TEXT, new SourceSpan(1, 6), outer), "odd")
            .withHelp("mend it");
    String sarif = sarif(in("x"), inner, in("y"));
    assertThat(sarif)
        .contains(
            "\"rules\":[{\"id\":\"AA-TEST-0001\",\"shortDescription\":{\"text\":\"a bad text\"},"
                + "\"defaultConfiguration\":{\"level\":\"error\"}},"
                + "{\"id\":\"AA-TEST-0002\",\"shortDescription\":{\"text\":\"an \\\"odd\\\" text\"},"
                + "\"defaultConfiguration\":{\"level\":\"warning\"}}]");
    assertThat(sarif.lines().skip(1))
        .containsExactly(
            "{\"ruleId\":\"AA-TEST-0001\",\"ruleIndex\":0,\"level\":\"error\","
                + "\"message\":{\"text\":\"bad\"},\"locations\":["
                + location("x", 1, 1, 1, 2)
                + "]},",
            "{\"ruleId\":\"AA-TEST-0002\",\"ruleIndex\":1,\"level\":\"warning\","
                + "\"message\":{\"text\":\"odd (mend it)\"},\"locations\":["
                + location("a/b", 1, 2, 2, 3)
                + "],\"relatedLocations\":["
                + location("file:///etc/p", 1, 1, 1, 8)
                + "]},",
            "{\"ruleId\":\"AA-TEST-0001\",\"ruleIndex\":0,\"level\":\"error\","
                + "\"message\":{\"text\":\"bad\"},\"locations\":["
                + location("y", 1, 1, 1, 2)
                + "]}]}]}");
  }

  private static String location(String uri, int line, int column, int endLine, int endColumn) {
    return "{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\""
        + uri
        + "\"},\"region\":{\"startLine\":"
        + line
        + ",\"startColumn\":"
        + column
        + ",\"endLine\":"
        + endLine
        + ",\"endColumn\":"
        + endColumn
        + "}}}";
  }

  @Test
  void namesAreReferences() throws IOException {
    assertThat(sarif(in("/a b/é%:#?"))).contains("\"uri\":\"file:///a%20b/%C3%A9%25%3A%23%3F\"");
    assertThat(sarif(in("classpath:x"))).contains("\"uri\":\"classpath%3Ax\"");
    assertThat(sarif(in("\uDCFF\n"))).contains("\"uri\":\"%FF%0A\"");
  }

  @Test
  void textsAreStringsOfJson() throws IOException {
    StringBuilder out = new StringBuilder();
    Sarif.write(List.of(), "a\"b\\c\n\u0001\uDCFFé", "\t", out);
    assertThat(out)
        .contains("\"name\":\"a\\\"b\\\\c\\u000a\\u0001?é\"")
        .contains("\"version\":\"\\u0009\"");
  }
}
