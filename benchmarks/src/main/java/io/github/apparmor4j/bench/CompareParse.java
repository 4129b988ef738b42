package io.github.apparmor4j.bench;

import com.sun.management.ThreadMXBean;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Times the reading of a directory of profiles, warmed up and on one thread, beside one process of
 * {@code apparmor_parser -N} over the same files, and beside Python's {@code apparmor.aa}, which
 * reads a host's own profiles and Debian's extra ones.
 */
public final class CompareParse {

  private static final int RUNS = 15;
  private static final int WARM_UP = 150;
  private static final Path HOST = Path.of("/etc/apparmor.d");
  private static final Path EXTRAS = Path.of("/usr/share/apparmor/extra-profiles");

  // Prints the seconds of reading, without those of starting Python.
  private static final String PYTHON =
      """
      import apparmor.aa as aa, time
      start = time.time()
      aa.init_aa()
      aa.read_profiles()
      aa.read_inactive_profiles()
      print(time.time() - start)
      """;

  private CompareParse() {}

  /** Takes the project's directory, the path of {@code apparmor_parser} and the directory. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Path.of(arguments[2]);
    List<Path> files = files(directory, 1);
    Measure ours = measure(() -> resolveAll(files, directory));
    Path empty = Files.createTempFile("empty", ".conf");
    List<String> command =
        new ArrayList<>(
            List.of(
                arguments[1], "--config-file=" + empty, "-N", "-QK", "-b", directory.toString()));
    files.forEach(file -> command.add(file.toString()));
    double theirs = Timing.median(RUNS, 60_000, () -> Timing.process(command, 60));
    print(files.size() + " files, read and resolved", ours, theirs, "apparmor_parser -N");
    python();
  }

  private static void python() throws IOException, InterruptedException {
    Process probe =
        new ProcessBuilder("/usr/bin/python3", "-c", "import apparmor.aa")
            .redirectErrorStream(true)
            .start();
    probe.getInputStream().readAllBytes();
    if (probe.waitFor() != 0 || !Files.isDirectory(HOST) || !Files.isDirectory(EXTRAS)) {
      System.out.println("no python3-apparmor, or no profiles of the host and of Debian's extras");
      return;
    }
    double[] times = new double[RUNS];
    for (int run = 0; run < RUNS; run++) {
      Process process = new ProcessBuilder("/usr/bin/python3", "-c", PYTHON).start();
      String[] lines =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .strip()
              .split("\n", -1);
      process.waitFor();
      times[run] = 1000 * Double.parseDouble(lines[lines.length - 1]);
    }
    List<Path> files = new ArrayList<>(files(HOST, 9));
    files.addAll(files(EXTRAS, 1));
    Measure ours = measure(() -> parseAll(files));
    print(files.size() + " files, read", ours, Timing.median(times), "apparmor.aa");
  }

  private static List<Path> files(Path directory, int depth) throws IOException {
    try (Stream<Path> found = Files.walk(directory, depth)) {
      return found
          .filter(Files::isRegularFile)
          .filter(file -> !file.startsWith(directory.resolve("abi")))
          .filter(file -> !file.endsWith("README"))
          .sorted()
          .toList();
    }
  }

  /** Work that returns the number of bytes that it read. */
  private interface Work {
    long run() throws IOException;
  }

  private record Measure(double milliseconds, double allocated, long bytes) {}

  private static Measure measure(Work work) throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double[] times = new double[RUNS];
    long bytes = 0;
    long allocated = 0;
    for (int run = -WARM_UP; run < RUNS; run++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      bytes = work.run();
      if (run >= 0) {
        times[run] = (System.nanoTime() - start) / 1e6;
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
    }
    return new Measure(Timing.median(times), (double) allocated / bytes, bytes);
  }

  private static long resolveAll(List<Path> files, Path base) throws IOException {
    Resolver resolver = Resolver.of(IncludeResolver.directories(base));
    long bytes = 0;
    for (Path file : files) {
      ParseResult<ProfileFile> parsed = parse(file);
      bytes += parsed.source().text().length();
      resolver.resolve(parsed);
    }
    return bytes;
  }

  private static long parseAll(List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      String path = file.toString();
      // Python looks into these for the same, rules without a header.
      boolean fragment = path.contains("/abstractions/") || path.contains("/local/");
      SourceText text = SourceText.of(path, SourceText.decode(Files.readAllBytes(file)));
      bytes += text.text().length();
      if (fragment) {
        ProfileParser.parseBody(text);
      } else {
        ProfileParser.parse(text);
      }
    }
    return bytes;
  }

  private static ParseResult<ProfileFile> parse(Path file) throws IOException {
    return ProfileParser.parse(
        SourceText.of(file.toString(), SourceText.decode(Files.readAllBytes(file))));
  }

  private static void print(String what, Measure ours, double theirs, String whose) {
    System.out.printf(
        Locale.ROOT,
        "%s: ours %.1f ms, %s %.1f ms, ratio %.3f; %.0f bytes allocated per byte of %d%n",
        what,
        ours.milliseconds(),
        whose,
        theirs,
        ours.milliseconds() / theirs,
        ours.allocated(),
        ours.bytes());
  }
}
