package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.kernel.testing.Guest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs this package's tests of tag {@code kernel} with the container daemons of Debian's suites.
 */
@Tag("vm")
class RealDaemonsTest {

  private static final int SECONDS = 1200;

  @TempDir private Path directory = Path.of("");

  @TestFactory
  Stream<DynamicContainer> daemons() throws Exception {
    return Guest.tests(
        List.of("6.12+bookworm", "7.2+sid"),
        directory,
        RealDaemonsTest.class,
        SECONDS,
        RealDaemonsTest::prepare);
  }

  /**
   * Makes what the image of {@code examples/aa/Dockerfile} is built of: a base with a Java runtime,
   * and {@code aa.jar}, which is packaged after tests only; here it names this build's classes,
   * which lie in the base.
   */
  private static void prepare(Path results) throws Exception {
    Path base = Files.createDirectory(results.resolve("base"));
    run(
        Path.of(System.getProperty("java.home"), "bin/jlink").toString(),
        "--add-modules",
        "java.base,java.desktop,java.sql,jdk.httpserver,jdk.unsupported",
        "--strip-debug",
        "--no-man-pages",
        "--no-header-files",
        "--output",
        base.resolve("java").toString());
    // As every JDK comes: with an archive of its own classes.
    run(base.resolve("java/bin/java").toString(), "-Xshare:dump");
    Path classes = Files.createDirectory(base.resolve("classes"));
    StringBuilder names = new StringBuilder();
    for (String entry : Guest.classPath().split(":", -1)) {
      String name =
          classes.toFile().list().length + (Files.isDirectory(Path.of(entry)) ? "/" : ".jar");
      if (Files.exists(Path.of(entry))) {
        run("cp", "-r", entry, classes.resolve(name).toString());
        names.append("classes/").append(name).append(' ');
      }
    }
    Path context = Files.createDirectories(results.resolve("aa/target"));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Aa.class.getName());
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, names.toString());
    new JarOutputStream(Files.newOutputStream(context.resolve("aa.jar")), manifest).close();
    Files.copy(Path.of("Dockerfile"), results.resolve("aa/Dockerfile"));
    Files.copy(Path.of(".dockerignore"), results.resolve("aa/.dockerignore"));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(command[0]).isZero();
  }
}
