package io.github.apparmor4j.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncludeResolverTest {

  @TempDir private Path root;
  private Path current;
  private Path first;
  private Path last;
  private IncludeResolver files;

  @BeforeEach
  void makeDirectories() throws IOException {
    current = Files.createDirectory(root.resolve("current"));
    first = Files.createDirectory(root.resolve("first"));
    last = Files.createDirectory(root.resolve("last"));
    files = IncludeResolver.directories(current, List.of(first, last));
  }

  private static void write(Path directory, String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static @Nullable List<String> texts(Optional<List<SourceText>> found) {
    return found.map(all -> all.stream().map(SourceText::text).toList()).orElse(null);
  }

  private @Nullable List<String> find(String path, boolean searched) throws IOException {
    return texts(files.find(path, searched));
  }

  private static void makeLarge(Path file) throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength((16 << 20) + 1);
    }
  }

  // ---- files

  @Test
  void searchesTheDirectoriesInTurn() throws IOException {
    write(first, "both", "first");
    write(last, "both", "last");
    write(last, "abstractions/base", "base");
    write(current, "mine", "current");
    assertThat(find("both", true)).containsExactly("first");
    assertThat(find("abstractions/base", true)).containsExactly("base");
    assertThat(find("/abstractions/base", true)).as("relative, too").containsExactly("base");
    assertThat(find("mine", true)).isNull();
    assertThat(find("none", true)).isNull();
  }

  @Test
  void looksForWhatIsQuotedInTheCurrentDirectoryOnly() throws IOException {
    write(current, "all", "current");
    write(first, "all", "first");
    write(last, "all", "last");
    write(last, "others", "last");
    assertThat(find("all", false)).containsExactly("current");
    assertThat(find("others", false)).isNull();
  }

  @Test
  void anAbsolutePathIsNowhereElse() throws IOException {
    write(current, "mine", "current");
    write(last, "x", "last");
    assertThat(find(current.resolve("mine").toString(), false)).containsExactly("current");
    assertThat(find("/x", false)).isNull();
  }

  @Test
  void aTextIsReadOnceAndStays() throws IOException {
    write(last, "x", "before");
    List<SourceText> found = files.find("x", true).orElseThrow();
    assertThat(found).hasSize(1);
    write(last, "x", "after");
    assertThat(files.find("x", true)).containsSame(found);
    assertThat(files.find("none", true)).isEmpty();
    write(last, "none", "too late");
    assertThat(files.find("none", true)).isEmpty();
    assertThat(IncludeResolver.directories(last).find("x", true).orElseThrow())
        .singleElement()
        .satisfies(text -> assertThat(text.text()).isEqualTo("after"))
        .satisfies(text -> assertThat(text.name()).isEqualTo(last.resolve("x").toString()));
  }

  @Test
  void keepsBytesThatAreNoText() throws IOException {
    Files.write(last.resolve("x"), new byte[] {(byte) 0xFF});
    assertThat(find("x", true)).containsExactly("\uDCFF");
  }

  @Test
  void aDirectoryHasItsFilesInTheOrderOfBytes() throws IOException {
    for (String name : new String[] {"d/b", "d/B", "d/é", "d/z", "d/.hidden", "d/x~", "d/sub/y"}) {
      write(last, name, name);
    }
    assertThat(find("d", true)).containsExactly("d/B", "d/b", "d/z", "d/é");
    Files.createDirectory(last.resolve("empty"));
    assertThat(find("empty", true)).isEmpty();
  }

  @Test
  void followsLinks() throws IOException {
    write(current, "target", "linked");
    Files.createSymbolicLink(last.resolve("link"), current.resolve("target"));
    Files.createSymbolicLink(last.resolve("dangling"), current.resolve("none"));
    assertThat(find("link", true)).containsExactly("linked");
    assertThat(find("../current/target", true)).containsExactly("linked");
    assertThat(find("dangling", true)).isNull();
    Files.createSymbolicLink(
        Files.createDirectory(last.resolve("links")).resolve("dangling"), current.resolve("none"));
    assertThatThrownBy(() -> find("links", true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("dangling: a link that leads nowhere");
  }

  @Test
  void nothingHasANameThatNoFileHas() throws IOException {
    assertThat(find("a\0b", true)).isNull();
    assertThat(find("a\0b", false)).isNull();
  }

  @Test
  void refusesAFileThatIsTooLarge() throws IOException {
    makeLarge(last.resolve("x"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> find("x", true))
        .withMessage(last.resolve("x") + ": it has more than 16777216 bytes");
  }

  // ---- memory, resources, nothing

  @Test
  void findsTextsOfMemoryByName() throws IOException {
    IncludeResolver memory = IncludeResolver.memory(Map.of("x", "text"));
    Optional<List<SourceText>> found = memory.find("x", true);
    assertThat(texts(found)).containsExactly("text");
    assertThat(memory.find("x", false)).isEqualTo(found);
    assertThat(memory.find("y", true)).isEmpty();
    assertThat(IncludeResolver.none().find("x", true)).isEmpty();
  }

  @Test
  void findsResources() throws IOException {
    write(root, "policy/abstractions/x", "é");
    makeLarge(root.resolve("policy/large"));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {root.toUri().toURL()}, null)) {
      IncludeResolver resources = IncludeResolver.classPath(loader, "policy/");
      List<SourceText> found = resources.find("abstractions/x", true).orElseThrow();
      assertThat(found)
          .singleElement()
          .satisfies(text -> assertThat(text.text()).isEqualTo("é"))
          .satisfies(text -> assertThat(text.name()).isEqualTo("classpath:policy/abstractions/x"));
      assertThat(resources.find("abstractions/x", false)).as("the same").contains(found);
      assertThat(resources.find("none", true)).isEmpty();
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> resources.find("large", true))
          .withMessage("policy/large is larger than 16777216 bytes");
    }
  }

  @Test
  void asksAnotherForWhatItDoesntFind() throws IOException {
    IncludeResolver both =
        IncludeResolver.memory(Map.of("a", "1"))
            .orElse(IncludeResolver.memory(Map.of("a", "2", "b", "3")));
    assertThat(texts(both.find("a", true))).containsExactly("1");
    assertThat(texts(both.find("b", true))).containsExactly("3");
    assertThat(both.find("c", true)).isEmpty();
  }

  // ---- texts of others

  @Test
  void stayWithinTheDirectories() throws IOException {
    Path outside = Files.createDirectories(last.resolveSibling("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    Files.writeString(last.resolve("own"), "own");
    Files.createSymbolicLink(last.resolve("link"), outside.resolve("secret"));
    Files.createSymbolicLink(last.resolve("inner"), last.resolve("own"));
    Path several = Files.createDirectories(last.resolve("several"));
    Files.createSymbolicLink(several.resolve("out"), outside.resolve("secret"));
    IncludeResolver within = IncludeResolver.within(last.resolve("missing"), last);
    for (boolean searched : new boolean[] {true, false}) {
      assertThat(within.find("own", searched)).isPresent();
      assertThat(within.find("inner", searched)).isPresent();
      assertThat(within.find("link", searched)).isEmpty();
      assertThat(within.find("../outside/secret", searched)).isEmpty();
      assertThat(within.find("several/../own", searched)).isPresent();
      assertThat(within.find(outside.resolve("secret").toString(), searched)).isEmpty();
      assertThat(within.find("no", searched)).isEmpty();
      assertThatThrownBy(() -> within.find("several", searched))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("leads out of the directory");
    }
    assertThat(IncludeResolver.directories(last).find("link", true)).isPresent();
  }
}
