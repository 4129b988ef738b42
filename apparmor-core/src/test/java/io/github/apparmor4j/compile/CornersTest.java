package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.PolicyComparison;
import io.github.apparmor4j.testing.Reference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The corners of the grammar, by experiment: over a thousand short texts, with what {@code
 * apparmor_parser} 5.0.2 makes of each. docs/language.md says what they teach.
 *
 * <p>A line of the table is an answer and a text: {@code -} if it is refused, or else a number of
 * what its policy means ({@link PolicyComparison#digest}). A {@code !} after that says that we
 * decided otherwise, in docs/compatibility.md. A text is a profile's body, or a file after {@code
 * FILE}; ␊ ␌ ␍ ␋ stand for the characters that lines can't show. {@code #} and a name change the
 * features.
 */
class CornersTest {

  private static final Path TABLE = Path.of("src/test/resources/io/github/apparmor4j/compile");
  private static final Path CORNERS = TABLE.resolve("corners.tsv");

  private static final Map<String, Features> KERNELS =
      Map.of("6.12", Features.LINUX_6_12, "7.2", Features.LINUX_7_2, "addresses", addresses());

  @TempDir private Path directory = Path.of("");

  private static Features addresses() {
    return Features.LINUX_6_12.toBuilder().set("network_v8/af_inet", "yes").build();
  }

  /** A line of the table. */
  private record Corner(String kernel, String answer, boolean decided, String text) {

    byte[] file() {
      String plain =
          text.replace('␊', '\n').replace('␌', '\f').replace('␍', '\r').replace('␋', '\u000b');
      String file =
          plain.startsWith("FILE ") ? plain.substring(5) : "profile p { " + plain + " }\n";
      return SourceText.encode(file);
    }

    Features features() {
      return Objects.requireNonNull(KERNELS.get(kernel), kernel);
    }
  }

  private static List<Corner> corners() throws IOException {
    List<Corner> corners = new ArrayList<>();
    String kernel = "6.12";
    for (String line : Files.readAllLines(CORNERS)) {
      if (line.startsWith("#")) {
        kernel = line.substring(1).strip();
        continue;
      }
      int tab = line.indexOf('\t');
      String answer = line.substring(0, tab);
      boolean decided = answer.endsWith("!");
      corners.add(
          new Corner(
              kernel,
              decided ? answer.substring(0, answer.length() - 1) : answer,
              decided,
              line.substring(tab + 1)));
    }
    return corners;
  }

  /** Makes a directory of includes. */
  @BeforeEach
  void includes() throws IOException {
    try (Stream<Path> files = Files.walk(TABLE.resolve("corners"))) {
      for (Path file : files.toList()) {
        Path to = directory.resolve(TABLE.resolve("corners").relativize(file).toString());
        if (Files.isRegularFile(file)) {
          Files.createDirectories(to.getParent());
          Files.copy(file, to);
        }
      }
    }
    Files.createDirectory(directory.resolve("abi"));
    Files.writeString(directory.resolve("abi/4.0"), Features.LINUX_6_12.toText());
  }

  private static String answer(List<KernelProfile> profiles) {
    return PolicyComparison.digest(profiles);
  }

  private String ours(Corner corner) {
    try {
      Compilation compilation =
          PolicyCompiler.builder(corner.features())
              .semantics(Semantics.APPARMOR_5_0)
              .build()
              .compile(
                  SourceText.of("stdin", SourceText.decode(corner.file())),
                  IncludeResolver.directories(directory));
      return compilation.isOk()
          ? answer(
              compilation.profiles().stream().map(Compilation.CompiledProfile::binary).toList())
          : "-";
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  private String theirs(Corner corner, Reference reference) {
    try {
      Reference.Answer answer = reference.ask(corner.file(), corner.features(), directory);
      boolean empty = answer.accepted() && answer.policy().length == 0;
      return empty
          ? answer(List.of())
          : answer.accepted()
              ? answer(PolicyReader.read(answer.policy(), PolicyReader.Kernel.LINUX_7_2))
              : "-";
    } catch (PolicyFormatException e) {
      return "unreadable";
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void compilesEachAsTheReferenceDoes() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Corner corner : corners()) {
      String ours = ours(corner);
      if (ours.equals(corner.answer()) == corner.decided()) {
        wrong.add(corner.answer() + " " + ours + " " + corner.kernel() + " " + corner.text());
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Asks the reference again; {@code -Dgolden.update=true} writes the table anew. */
  @Test
  @Tag("differential")
  void theReferenceStillSaysSo() throws IOException, InterruptedException {
    Reference reference = new Reference(Files.createDirectory(directory.resolve("reference")));
    List<Corner> corners = corners();
    List<String> answers =
        corners.parallelStream().map(corner -> theirs(corner, reference)).toList();
    if (Boolean.getBoolean("golden.update")) {
      StringBuilder out = new StringBuilder();
      String kernel = "6.12";
      for (int i = 0; i < corners.size(); i++) {
        Corner corner = corners.get(i);
        if (!corner.kernel().equals(kernel)) {
          kernel = corner.kernel();
          out.append("# ").append(kernel).append('\n');
        }
        out.append(answers.get(i)).append(corner.decided() ? "!" : "").append('\t');
        out.append(corner.text()).append('\n');
      }
      Files.writeString(CORNERS, out, StandardCharsets.UTF_8);
    }
    assertThat(corners.stream().map(Corner::answer)).isEqualTo(answers);
  }
}
