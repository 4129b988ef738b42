package io.github.apparmor4j.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreprocessorTest {

  @TempDir private Path directory = Path.of("");

  private String preprocess(String text) throws IOException {
    ParseResult<ProfileFile> parsed = ProfileParser.parse(SourceText.of("p", text));
    return Preprocessor.preprocess(
        parsed, IncludeResolver.directories(directory, List.of(directory)));
  }

  @Test
  void whatComesOutMeansTheSame() throws IOException {
    Files.writeString(directory.resolve("tunables"), "@{X}=/x\n");
    Files.writeString(directory.resolve("more"), "include <most>\n@{X} r,");
    Files.writeString(directory.resolve("most"), "if $B { /most r, }\n");
    String text =
        """
        include <tunables>
        $B=true
        profile p {
          if $B { include <more> } else { include <most> }
          profile child { include <more> }
        }
        """;
    String whole = preprocess(text);
    assertThat(whole)
        .contains("##included <tunables>\n@{X}=/x\n")
        .contains("##skipped duplicate include <most>\n");
    Resolver resolver = Resolver.of(IncludeResolver.directories(directory, List.of(directory)));
    Resolution before = resolver.resolve(ProfileParser.parse(SourceText.of("p", text)));
    Resolution after =
        Resolver.of(IncludeResolver.none()).resolve(ProfileParser.parse(SourceText.of("p", whole)));
    assertThat(after.isOk()).as(() -> after.diagnostics().toString()).isTrue();
    assertThat(rules(after)).isEqualTo(rules(before));
  }

  private static String rules(Resolution resolution) {
    StringBuilder all = new StringBuilder();
    for (ResolvedProfile profile : resolution.allProfiles()) {
      all.append(profile.name()).append('\n');
      profile.rules().forEach(rule -> all.append(rule.rule()).append('\n'));
    }
    return all.toString();
  }

  @Test
  void refusesTextsThatNestTooDeeply() throws IOException {
    for (int i = 1; i <= 65; i++) {
      Files.writeString(directory.resolve("i" + i), "include <i" + (i + 1) + ">\n");
    }
    assertThatThrownBy(() -> preprocess("include <i1>\n"))
        .isInstanceOf(IOException.class)
        .hasMessage("includes nest deeper than 64");
    Files.writeString(directory.resolve("i64"), "@{last} = one\n");
    assertThat(preprocess("include <i1>\n")).contains("@{last} = one\n");
  }

  @Test
  void namesEachIncludeAsItIsWritten() throws IOException {
    Files.createDirectory(directory.resolve("empty"));
    Files.createDirectory(directory.resolve("d"));
    Files.createDirectory(directory.resolve("e"));
    Files.writeString(directory.resolve("e/3"), "/3 r,\n");
    Files.writeString(directory.resolve("d/1"), "/1 r,\n");
    Files.writeString(directory.resolve("d/2"), "/2 r,\n");
    assertThat(
            preprocess(
                """
                profile p { /0 r,
                  #include <d> # why
                  include if exists <none>
                  include "e"
                  include <empty>
                  hat h { include <d> }
                }
                """))
        .isEqualTo(
            """
            profile p { /0 r,
              \s

            ##included <d>
            /1 r,
            /2 r,
             # why
              \s

            ##failed include <none>

              \s

            ##included "e"
            /3 r,

              \s

            ##included <empty>

              hat h { \s

            ##included <d>
            /1 r,
            /2 r,
             }
            }
            """);
  }

  @Test
  void whatIsWrittenBeforeAFailureStays() {
    StringBuilder out = new StringBuilder();
    assertThatThrownBy(
            () ->
                Preprocessor.preprocess(
                    ProfileParser.parse(SourceText.of("p", "/* r,\nprofile p { include <x> }")),
                    IncludeResolver.none(),
                    out))
        .isInstanceOf(IOException.class);
    assertThat(out.toString()).endsWith("##failed include <x>\n");
  }

  @Test
  void refusesWhatIsMissing() {
    assertThatThrownBy(() -> preprocess("profile p { include <nothing> }"))
        .isInstanceOf(IOException.class)
        .hasMessage("Could not open 'nothing'");
  }

  @Test
  void endsWhereTextsIncludeEachOther() throws IOException {
    Files.writeString(directory.resolve("a"), "include <b>\n/a r,\n");
    Files.writeString(directory.resolve("b"), "include <a>\n/b r,\n");
    assertThat(preprocess("profile p {\ninclude <a>\n}\n").replaceAll("\\s+", " "))
        .isEqualTo(
            "profile p { ##included <a> ##included <b> ##skipped duplicate include <a> /b r, /a r,"
                + " } ");
  }

  @Test
  void aDirectoryHasTheFilesThatPackagesMean() throws IOException {
    for (String name : new String[] {"b", "a", "c.dpkg-new", "d~", ".e", "README"}) {
      Files.createFile(directory.resolve(name));
    }
    Files.createDirectory(directory.resolve("f"));
    assertThat(ProfileDirectory.files(directory))
        .extracting(file -> file.getFileName().toString())
        .containsExactly("a", "b");
  }
}
