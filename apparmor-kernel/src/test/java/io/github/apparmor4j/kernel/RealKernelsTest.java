package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.testing.Guest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Boots real kernels and runs this package's tests of tag {@code kernel} on them
 * (docs/real-kernels.md).
 */
@Tag("vm")
class RealKernelsTest {

  private static final int SECONDS = GuestCases.LONG ? 1800 : 1200;

  @TempDir private Path directory = Path.of("");

  @TestFactory
  Stream<DynamicContainer> kernels() throws Exception {
    return Guest.tests(
        List.of("6.1", "6.12", "7.2"),
        directory,
        RealKernelsTest.class,
        SECONDS,
        results ->
            GuestCases.write(
                results.getFileName().toString(), Files.createDirectory(results.resolve("cases"))));
  }
}
