package io.github.apparmor4j.kernel.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;

/**
 * A class path with an archive of its classes, as the JVM wants them: a third of what the start of
 * a JVM costs in a guest is reading and verifying classes. A JVM that can't use the archive does
 * without.
 *
 * @param classPath of jars, which an archive needs
 */
public record ClassData(String classPath, Path archive) {

  // Of many classes, hardly any of which a guest uses.
  private static final String LEFT_OUT = ".*/(kubernetes-|byte-buddy)[^/]*";

  /**
   * Packs the directories of a class path, and makes the archive.
   *
   * @param directory for both; its path must be the same in the guest
   */
  public static ClassData of(String classPath, Path directory)
      throws IOException, InterruptedException {
    List<String> jars = new ArrayList<>();
    for (String part : new LinkedHashSet<>(List.of(classPath.split(File.pathSeparator, -1)))) {
      Path path = Path.of(part);
      if (Files.isDirectory(path)) {
        path = pack(path, directory.resolve(jars.size() + ".jar"));
      }
      if (Files.exists(path)) {
        jars.add(path.toString());
      }
    }
    ClassData data =
        new ClassData(
            String.join(File.pathSeparator, jars),
            directory.resolve("classes.jsa").toAbsolutePath());
    Path log = directory.resolve("classes.log");
    int status =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ArchiveClassesAtExit=" + data.archive,
                "-XX:+UseSerialGC",
                "-cp",
                data.classPath,
                ClassData.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException("no archive of classes: " + Files.readString(log));
    }
    return data;
  }

  private static Path pack(Path classes, Path jar) throws IOException {
    ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
    int status =
        tool.run(
            System.out,
            System.err,
            "-c",
            "-0",
            "-f",
            jar.toString(),
            "-C",
            classes.toString(),
            ".");
    if (status != 0) {
      throw new IOException("could not pack " + classes);
    }
    return jar.toAbsolutePath();
  }

  /** Returns a JVM's options, for a shell. */
  public String options() {
    return "-XX:SharedArchiveFile='%s' -cp '%s'".formatted(archive, classPath);
  }

  /** Loads every class of the class path, that the archive has it. */
  public static void main(String[] arguments) throws IOException {
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (part.matches(LEFT_OUT)) {
        continue;
      }
      try (JarFile jar = new JarFile(part)) {
        Collections.list(jar.entries()).stream()
            .map(JarEntry::getName)
            .filter(name -> name.endsWith(".class") && !name.contains("-"))
            .forEach(name -> load(name.replaceFirst("[.]class$", "").replace('/', '.')));
      }
    }
  }

  private static Optional<Class<?>> load(String name) {
    try {
      return Optional.of(Class.forName(name, false, ClassData.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.empty(); // what it needs is not there, and so it isn't used either
    }
  }
}
