package io.github.apparmor4j.services;

import io.github.apparmor4j.kernel.testing.Guest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs this package's tests of tag {@code kernel} with the servers of Debian's trixie. A package of
 * its own, since a guest runs all tests of one.
 */
@Tag("vm")
class RealServicesTest {

  private static final int SECONDS = 900;

  @TempDir private Path directory = Path.of("");

  @TestFactory
  Stream<DynamicContainer> services() throws Exception {
    return Guest.tests(
        List.of("6.12+services-trixie"),
        directory,
        RealServicesTest.class,
        SECONDS,
        RealServicesTest::prepare);
  }

  /** Lays the attacks and the service of ours where the guest finds them. */
  private static void prepare(Path results) throws Exception {
    for (String name : List.of("attacks.pl", "HelloService.class")) {
      try (var in =
          Objects.requireNonNull(RealServicesTest.class.getResourceAsStream(name), name)) {
        Files.copy(in, results.resolve(name));
      }
    }
  }
}
