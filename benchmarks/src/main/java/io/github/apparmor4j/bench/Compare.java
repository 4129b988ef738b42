package io.github.apparmor4j.bench;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Times this compiler, warmed up and on one thread, beside {@code apparmor_parser} on the same
 * files in one run. The time of compiling an empty profile is taken off the other's, so that no
 * process start is compared.
 */
public final class Compare {

  private static final int RUNS = 7;

  private final String rival;
  private final Path base;
  private final Path features;
  private final Path configuration;

  private Compare(String rival, Path base, Path directory) throws IOException {
    this.rival = rival;
    this.base = base;
    this.features = Files.writeString(directory.resolve("features"), Features.LINUX_6_12.toText());
    this.configuration = Files.createFile(directory.resolve("empty.conf"));
  }

  /**
   * Takes the path of {@code apparmor_parser}, the base directory of includes, and files; without
   * files it makes some up.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("compare");
    List<Path> files = new ArrayList<>();
    Arrays.stream(arguments).skip(2).map(Path::of).filter(Files::isRegularFile).forEach(files::add);
    if (files.isEmpty()) {
      for (String kind : List.of("literals", "globs")) {
        for (int count : new int[] {200, 1000}) {
          files.add(
              Files.writeString(
                  directory.resolve(kind + "-" + count), Synthetic.profile(kind, count)));
        }
      }
    }
    Path empty = Files.writeString(directory.resolve("empty"), "profile empty { }\n");
    Compare compare = new Compare(arguments[0], Path.of(arguments[1]), directory);
    compare.print(files, compare.theirs(empty));
  }

  private void print(List<Path> files, double start) throws IOException, InterruptedException {
    System.out.printf(
        Locale.ROOT, "an empty profile takes the other %.1f ms, taken off below%n", start);
    System.out.println("file                              ours ms  theirs ms  ratio");
    List<Double> ratios = new ArrayList<>();
    for (Path file : files) {
      double ours = ours(file);
      double theirs = theirs(file) - start;
      String name = String.valueOf(file.getFileName());
      if (ours < 0 || theirs + start < 0) {
        System.out.printf(
            "%-32s  not compiled by %s%n", name, ours < 0 ? "this compiler" : "the other");
        continue;
      }
      double ratio = ours / Math.max(theirs, 0.1);
      ratios.add(ratio);
      System.out.printf(Locale.ROOT, "%-32s %8.2f %10.2f %6.2f%n", name, ours, theirs, ratio);
    }
    if (!ratios.isEmpty()) {
      Collections.sort(ratios);
      System.out.printf(
          Locale.ROOT, "median ratio of %d: %.2f%n", ratios.size(), ratios.get(ratios.size() / 2));
    }
  }

  /**
   * Returns the median of a warm compilation in milliseconds, negative if the file does not
   * compile.
   */
  private double ours(Path file) throws IOException {
    SourceText text = SourceText.of(file.toString(), SourceText.decode(Files.readAllBytes(file)));
    IncludeResolver includes = IncludeResolver.directories(base);
    PolicyCompiler compiler = PolicyCompiler.forKernel(Features.LINUX_6_12);
    double[] times = new double[RUNS];
    try {
      for (int run = -2 * RUNS; run < RUNS; run++) {
        long start = System.nanoTime();
        compiler
            .compile(Resolver.of(includes).resolve(ProfileParser.parse(text)))
            .orThrow()
            .toBytes();
        if (run >= 0) {
          times[run] = (System.nanoTime() - start) / 1e6;
        }
      }
    } catch (DiagnosticException e) {
      return -1;
    }
    return median(times);
  }

  private double theirs(Path file) throws IOException, InterruptedException {
    double[] times = new double[RUNS];
    for (int run = 0; run < RUNS; run++) {
      long start = System.nanoTime();
      int status =
          new ProcessBuilder(
                  rival,
                  "--config-file=" + configuration,
                  "-QKS",
                  "-j0",
                  "-M",
                  features.toString(),
                  "-b",
                  base.toString(),
                  file.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (status != 0) {
        return -1e9;
      }
      times[run] = (System.nanoTime() - start) / 1e6;
    }
    return median(times);
  }

  private static double median(double[] times) {
    Arrays.sort(times);
    return times[times.length / 2];
  }
}
