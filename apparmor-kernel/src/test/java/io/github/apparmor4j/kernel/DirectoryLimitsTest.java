package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.kernel.PolicyDirectory.State;
import io.github.apparmor4j.kernel.PolicyDirectory.Status;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of policy is read up to its limits; docs/limits.md names them. */
class DirectoryLimitsTest {

  @TempDir private Path temporary = Path.of("");

  private static void makeLarge(Path file, long size) throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(size);
    }
  }

  private PolicyDirectory open() throws IOException {
    return PolicyDirectory.builder(
            EmbeddedKernel.linux6_12(), Files.createDirectories(temporary.resolve("profiles")))
        .state(temporary.resolve("state"))
        .boot("one")
        .open();
  }

  @Test
  void oneLargeFileKeepsNoOtherFromBeingLoaded() throws IOException {
    try (PolicyDirectory directory = open()) {
      makeLarge(temporary.resolve("profiles/large"), (16 << 20) + 1);
      Files.writeString(temporary.resolve("profiles/p"), "profile p { }");
      Status status = directory.sync();
      assertThat(status.files())
          .extracting(file -> file.name() + " " + file.state())
          .containsExactly("large " + State.INVALID, "p " + State.ENFORCED);
    }
  }

  @Test
  void looksAtTenThousandFiles() throws IOException {
    try (PolicyDirectory directory = open()) {
      for (int i = 0; i <= 10_000; i++) {
        Files.createFile(temporary.resolve("profiles/p" + i));
      }
      assertThat(directory.sync().problem()).contains("more than 10000 files");
    }
  }

  @Test
  void aStateThatNobodyCanHaveWrittenIsRefused() throws IOException {
    makeLarge(temporary.resolve("state"), (64 << 20) + 1);
    assertThatThrownBy(this::open).isInstanceOf(IOException.class);
  }
}
