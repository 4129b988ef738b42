package io.github.apparmor4j.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.junit.jupiter.api.Test;

class FailuresTest {

  private static void says(String reason, String described, Throwable failure) {
    assertThat(Failures.reason(failure)).isEqualTo(reason);
    assertThat(Failures.describe(failure)).isEqualTo(described);
  }

  /** Java's exceptions of these say the file's name alone. */
  @Test
  void saysWhatTheSystemSays() {
    says(
        "No such file or directory",
        "/x: No such file or directory",
        new NoSuchFileException("/x"));
    says("Permission denied", "/x: Permission denied", new AccessDeniedException("/x"));
    says("Not a directory", "/x: Not a directory", new NotDirectoryException("/x"));
    says("File exists", "/x: File exists", new FileAlreadyExistsException("/x"));
    says("Directory not empty", "/x: Directory not empty", new DirectoryNotEmptyException("/x"));
    says(
        "Is a directory",
        "/x: Is a directory",
        new FileSystemException("/x", null, "Is a directory"));
    says(
        "FileSystemLoopException",
        "/x: FileSystemLoopException",
        new FileSystemLoopException("/x"));
  }

  @Test
  void saysTheMessageOfOthers() {
    says("broken", "broken", new IOException("broken"));
    says("EOFException", "EOFException", new EOFException());
  }

  @Test
  void looksIntoWhatWasWrapped() {
    says("broken", "broken", new UncheckedIOException(new IOException("broken")));
    says(
        "Permission denied",
        "/x: Permission denied",
        new UncheckedIOException(new AccessDeniedException("/x")));
  }

  @Test
  void aFailureOfNoFileHasNoName() {
    assertThat(Failures.describe(new FileSystemException(null, null, "full"))).isEqualTo("full");
  }
}
