package io.github.apparmor4j.docker;

import io.github.apparmor4j.kernel.testing.Guest;
import io.github.apparmor4j.kernel.testing.LoadedDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs this package's tests of tag {@code kernel} with the Docker daemons of Debian's suites: 20.10
 * of bookworm, 28 of sid.
 */
@Tag("vm")
class RealDockerTest {

  private static final int SECONDS = 1200;

  @TempDir private Path directory = Path.of("");

  @TestFactory
  Stream<DynamicContainer> daemons() throws Exception {
    return Guest.tests(
        List.of("6.12+bookworm", "7.2+sid"),
        directory,
        RealDockerTest.class,
        SECONDS,
        LoadedDefault::prepare);
  }
}
