package io.github.apparmor4j.containerd;

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
 * Runs this package's tests of tag {@code kernel} with the containerd of Debian's suites: 1.6 of
 * bookworm, 2.1 of sid.
 */
@Tag("vm")
class RealContainerdTest {

  private static final int SECONDS = 1200;

  @TempDir private Path directory = Path.of("");

  @TestFactory
  Stream<DynamicContainer> daemons() throws Exception {
    return Guest.tests(
        List.of("6.12+bookworm", "7.2+sid"),
        directory,
        RealContainerdTest.class,
        SECONDS,
        LoadedDefault::prepare);
  }
}
