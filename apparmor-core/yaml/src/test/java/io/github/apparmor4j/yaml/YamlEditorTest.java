package io.github.apparmor4j.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

class YamlEditorTest {

  private record Problem(String code, String meaning) implements Diagnostic.Kind {
    @Override
    public Diagnostic.Severity severity() {
      return Diagnostic.Severity.ERROR;
    }
  }

  private static final YamlText.Kinds KINDS =
      new YamlText.Kinds(
          new Problem("AA-TEST-0001", "not YAML"),
          new Problem("AA-TEST-0002", "a key is there twice"));

  private static YamlText read(String text) {
    return YamlText.read(
        SourceText.of("x.yaml", text),
        KINDS,
        error -> {
          throw new AssertionError(error);
        });
  }

  private static YamlEditor editor(YamlText yaml) {
    return new YamlEditor(yaml, new Problem("AA-TEST-0003", "can't be edited"));
  }

  private static MappingNode mapping(YamlText yaml, String key) {
    return (MappingNode) Objects.requireNonNull(YamlText.own(yaml.root(), key)).value();
  }

  /** Adds {@code new: 1} to the mapping {@code a} of a text. */
  private static String added(String text) {
    YamlText yaml = read(text);
    YamlEditor editor = editor(yaml);
    MappingNode a = mapping(yaml, "a");
    return editor.apply(List.of(editor.entry(a, List.of(editor.indent(a) + "new: 1")))).text();
  }

  @Test
  void addsAnEntryAfterAFirstOneOfOneLine() {
    assertThat(added("a:\n  b: c # d\n  e: f\n")).isEqualTo("a:\n  b: c # d\n  new: 1\n  e: f\n");
    assertThat(added("a:\r\n  b: c\r\n")).isEqualTo("a:\r\n  b: c\r\n  new: 1\r\n");
    assertThat(added("a:\n  b: c")).isEqualTo("a:\n  b: c\n  new: 1");
  }

  @Test
  void addsAnEntryBeforeAFirstOneOfSeveralLines() {
    assertThat(added("a:\n  b:\n    c: d\n")).isEqualTo("a:\n  new: 1\n  b:\n    c: d\n");
  }

  @Test
  void addsAnEntryAfterAFirstOneThatFollowsADash() {
    for (String first :
        List.of("args:\n    - x\n    - - y", "args: |\n      x\n\n      y", "args: [x,\n    y]")) {
      String text = "a:\n  - " + first + "\n    e: f\n";
      YamlText yaml = read(text);
      YamlEditor editor = editor(yaml);
      SequenceNode list =
          (SequenceNode) Objects.requireNonNull(YamlText.own(yaml.root(), "a")).value();
      MappingNode item = (MappingNode) list.getValue().get(0);
      assertThat(editor.apply(List.of(editor.entry(item, List.of("    new: 1")))).text())
          .isEqualTo(text.replace("    e: f\n", "    new: 1\n    e: f\n"));
    }
    assertThat(added("? a\n: b:\n    c: d\n")).isEqualTo("? a\n: b:\n    c: d\n  new: 1\n");
  }

  @Test
  void removesWholeLines() {
    String text = "a: 1\nb: 2\nc: 3";
    YamlEditor editor = editor(read(text));
    int b = text.indexOf('b');
    assertThat(editor.nextLine(b)).isEqualTo(text.indexOf('c'));
    assertThat(editor.lineStart(b + 3)).isEqualTo(b);
    assertThat(editor.apply(List.of(editor.withoutLines(b, editor.nextLine(b)))).text())
        .isEqualTo("a: 1\nc: 3");
    assertThat(editor.apply(List.of(editor.withoutLines(b, text.length()))).text())
        .as("there was no line end, and there is none")
        .isEqualTo("a: 1");
  }

  @Test
  void anAliasStandsWhereItsAnchorIs() {
    YamlText yaml = read("x: &x {}\na: *x\nb: {}\n");
    for (String key : List.of("a", "b")) {
      YamlText.Entry entry = Objects.requireNonNull(YamlText.own(yaml.root(), key));
      assertThat(yaml.isAlias(entry.value(), entry.key())).as(key).isEqualTo(key.equals("a"));
    }
  }

  @Test
  void whatIsQuotedIsReadAsItWas() {
    String odd = "a: \"b\\\" #'ü";
    YamlText yaml = read("a: " + YamlEditor.quoted(odd));
    assertThat(Objects.requireNonNull(YamlText.own(yaml.root(), "a")).value())
        .hasFieldOrPropertyWithValue("value", odd);
  }
}
