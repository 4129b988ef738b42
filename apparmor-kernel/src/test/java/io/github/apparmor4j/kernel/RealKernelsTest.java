package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Boots real kernels and runs the tests of tag {@code kernel} on them; each is a test here, and one
 * that fails there fails here with its stack trace (docs/real-kernels.md). Property {@code
 * apparmor.kernels} says which, all by default.
 */
@Tag("vm")
class RealKernelsTest {

  @TempDir private Path directory = Path.of("");

  @TestFactory
  Stream<DynamicContainer> kernels() {
    return Stream.of(System.getProperty("apparmor.kernels", "6.1,6.12,7.2").split(",", -1))
        .map(version -> dynamicContainer("Linux " + version, tests(version).stream()));
  }

  private List<DynamicNode> tests(String version) {
    List<DynamicNode> nodes = new ArrayList<>();
    try {
      Path results = Files.createDirectory(directory.resolve(version));
      GuestCases.write(version, Files.createDirectory(results.resolve("cases")));
      List<Guest.Result> found = Guest.run(version, results);
      nodes.add(dynamicTest("some tests ran", () -> assertThat(found).hasSizeGreaterThan(10)));
      nodes.add(dynamicTest("the kernel is well", () -> assertWell(results)));
      found.forEach(result -> nodes.add(dynamicTest(result.name(), result::check)));
    } catch (Exception | AssertionError e) {
      nodes.add(
          dynamicTest(
              "runs",
              () -> {
                throw e;
              }));
    }
    return nodes;
  }

  private static void assertWell(Path results) throws IOException {
    assertThat(Guest.text(results.resolve("dmesg")).lines())
        .noneMatch(line -> line.matches(".*(BUG:|Oops|WARNING:|general protection|Call Trace).*"));
  }
}
