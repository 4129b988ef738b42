package io.github.apparmor4j.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts of a directory; PreprocessorTest has one with all sorts of files. */
class ProfileDirectoryTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".x",
        "README",
        "x~",
        "~",
        "x.dpkg-new",
        "x.dpkg-old",
        "x.dpkg-dist",
        "x.dpkg-bak",
        "x.dpkg-remove",
        "x.pacsave",
        "x.pacnew",
        "x.rpmnew",
        "x.rpmsave",
        "x.orig",
        "x.rej"
      })
  void leftoversDontCount(String name) {
    assertThat(ProfileDirectory.counts(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "README.md", "readme", "usr.bin.x", "x.orig.conf", "~x", "x.new"})
  void othersDo(String name) {
    assertThat(ProfileDirectory.counts(name)).isTrue();
  }

  @Test
  void aLinkIsWhatItLeadsTo() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Path below = Files.createDirectory(directory.resolve("below"));
    Path link = Files.createSymbolicLink(directory.resolve("a"), file);
    Files.createSymbolicLink(directory.resolve("b"), below);
    Files.createSymbolicLink(directory.resolve("c"), directory.resolve("none"));
    assertThat(ProfileDirectory.files(directory)).containsExactly(link, file);
  }

  @Test
  void refusesWhatIsNoDirectory() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> ProfileDirectory.files(file))
        .isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> ProfileDirectory.files(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
