package io.github.apparmor4j.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(directory.resolve("file"), "old");
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".new"));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String mode(Path of) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(of));
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  // ---- what is kept

  @Test
  void keepsTheMode() throws IOException {
    for (String mode : List.of("rw-r-----", "rwxrwxrwx", "rw-------")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      AtomicFiles.write(file, bytes(mode));
      assertThat(mode(file)).isEqualTo(mode);
      assertThat(AtomicFiles.replace(file, bytes(mode), bytes("new"))).isTrue();
      assertThat(mode(file)).isEqualTo(mode);
      AtomicFiles.writePrivate(file, bytes("new"));
      assertThat(mode(file)).isEqualTo(mode);
    }
    assertThat(file).hasContent("new");
  }

  @Test
  void keepsOwnerAndGroup() throws IOException {
    assumeTrue(isRoot(), "only root can give files away");
    Files.setAttribute(file, "unix:uid", 12_345);
    Files.setAttribute(file, "unix:gid", 23_456);
    AtomicFiles.write(file, bytes("new"));
    assertThat(file).hasContent("new");
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(12_345);
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(23_456);
  }

  @Test
  void keepsExtendedAttributes() throws IOException {
    FileStore store = Files.getFileStore(file);
    assumeTrue(
        store.supportsFileAttributeView(UserDefinedFileAttributeView.class),
        () -> "the file system has no extended attributes: " + store);
    Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
        .write("label", ByteBuffer.wrap(bytes("value")));
    assertThat(AtomicFiles.replace(file, bytes("old"), bytes("new"))).isTrue();
    AtomicFiles.write(file, bytes("newer"));
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    assertThat(view.list()).containsExactly("label");
    ByteBuffer value = ByteBuffer.allocate(10);
    view.read("label", value);
    assertThat(new String(value.array(), 0, value.position(), UTF_8)).isEqualTo("value");
  }

  @Test
  void aNewFileHasTheModeOfNewFilesOrIsPrivate() throws IOException {
    Path usual = Files.createFile(directory.resolve("usual"));
    Path shared = directory.resolve("shared");
    AtomicFiles.write(shared, bytes("new"));
    assertThat(mode(shared)).isEqualTo(mode(usual));
    Path own = directory.resolve("own");
    AtomicFiles.writePrivate(own, bytes("new"));
    assertThat(mode(own)).isEqualTo("rw-------");
    Path disposable = directory.resolve("disposable");
    AtomicFiles.writeDisposable(disposable, bytes("new"));
    assertThat(mode(disposable)).isEqualTo("rw-------");
    assertThat(disposable).hasContent("new");
  }

  @Test
  void anEmptyContentAndALongNameAreFine() throws IOException {
    AtomicFiles.write(file, new byte[0]);
    assertThat(file).isEmptyFile();
    Path longest = directory.resolve("x".repeat(255));
    AtomicFiles.write(longest, bytes("new"));
    assertThat(longest).hasContent("new");
  }

  // ---- what is compared

  @Test
  void replacesNothingThatHasChanged() throws IOException {
    assertThat(AtomicFiles.replace(file, bytes("older"), bytes("new"))).isFalse();
    assertThat(file).hasContent("old");
  }

  // ---- links

  @Test
  void aLinkIsReplacedAndNotFollowed() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    AtomicFiles.write(link, bytes("new"));
    assertThat(link).isRegularFile().hasContent("new");
    assertThat(Files.isSymbolicLink(link)).isFalse();
    assertThat(file).hasContent("old");
    Path dangling = Files.createSymbolicLink(directory.resolve("d"), directory.resolve("none"));
    AtomicFiles.write(dangling, bytes("new"));
    assertThat(Files.isRegularFile(dangling, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @Test
  void aLinkIsNoFileToCompare() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertThatThrownBy(() -> AtomicFiles.replace(link, bytes("old"), bytes("new")))
        .isInstanceOf(FileSystemException.class)
        .hasMessage(link + ": not a regular file");
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("old");
  }

  @Test
  void theDirectoryMayBeALink() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    AtomicFiles.write(link.resolve("file"), bytes("new"));
    assertThat(file).hasContent("new");
    assertThat(link).isSymbolicLink();
  }

  @Test
  void anotherNameOfTheFileKeepsTheOldOne() throws IOException {
    Path other = Files.createLink(directory.resolve("other"), file);
    AtomicFiles.write(file, bytes("new"));
    assertThat(file).hasContent("new");
    assertThat(other).hasContent("old");
  }

  // ---- failures

  @Test
  void refusesWhatIsNoFile() throws IOException {
    Path taken = Files.createDirectory(directory.resolve("taken"));
    assertThatThrownBy(() -> AtomicFiles.write(taken, bytes("new")))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("not a regular file");
    assertThat(taken).isEmptyDirectory();
    assertThatThrownBy(() -> AtomicFiles.write(Path.of("/"), bytes("new")))
        .isInstanceOf(FileSystemException.class);
    Path missing = directory.resolve("none/file");
    assertThatThrownBy(() -> AtomicFiles.write(missing, bytes("new")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(
            () -> AtomicFiles.replace(directory.resolve("none"), bytes(""), bytes("new")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aDirectoryThatIsMissingCantBeSynchronized() throws IOException {
    AtomicFiles.synchronize(directory);
    assertThatThrownBy(() -> AtomicFiles.synchronize(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aFailureLeavesTheOldFile() throws IOException {
    // An interrupted thread can't write to a channel: the temporary file is there by then.
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> AtomicFiles.replace(file, bytes("old"), bytes("new")))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> AtomicFiles.write(directory.resolve("other"), bytes("new")))
          .isInstanceOf(IOException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(file).hasContent("old");
    assertThat(directory.resolve("other")).doesNotExist();
  }

  @Test
  void aFileThatMayNotBeWrittenIsNotReplaced() throws IOException {
    assumeTrue(!isRoot(), "root may write any file");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    assertThatThrownBy(() -> AtomicFiles.write(file, bytes("new")))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessage(file.toString());
    assertThat(file).hasContent("old");
  }

  // ---- several writers

  @Test
  void readersSeeWholeFilesOfOneOfManyWriters() {
    List<String> contents =
        IntStream.range(0, 8).mapToObj(i -> String.valueOf(i).repeat(10_000)).toList();
    assertThat(
            IntStream.range(0, 64)
                .parallel()
                .mapToObj(
                    i -> {
                      try {
                        AtomicFiles.writeDisposable(file, bytes(contents.get(i % 8)));
                        return Files.readString(file);
                      } catch (IOException e) {
                        throw new AssertionError(e);
                      }
                    }))
        .allMatch(contents::contains);
  }
}
