package io.github.apparmor4j.bench;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.WorkLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Times this compiler beside {@code apparmor_parser} on the same files in one run, from text to
 * bytes: this one warmed up and on one thread, without any cache; and whole cold processes of both.
 * Prints Markdown.
 */
public final class CompareCompile {

  private static final int RUNS = 7;
  private static final double ENOUGH = 1500;
  private static final int PATIENCE = 100;
  private static final List<String> NAMED =
      List.of("gnome-shell", "calibre", "umu-game", "xdg-desktop-portal-gnome", "chromium_browser");
  private static final List<String> MADE_UP = List.of("literals 5000", "globs 1600", "between 10");
  private static final List<Integer> HEAPS =
      List.of(8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048);

  /** Growth is measured beyond the usual limits. */
  private static final WorkLimits WITHOUT_END =
      new WorkLimits(
          1 << 24,
          1 << 30,
          Runtime.getRuntime().maxMemory() / 2,
          WorkLimits.DEFAULT.time().multipliedBy(5));

  private final Path root;
  private final Path work;
  private final Path shared;
  private final Rival rival;
  private final Map<String, Path> features = new LinkedHashMap<>();
  private final Map<String, PolicyCompiler> compilers = new LinkedHashMap<>();
  private final Map<String, List<Path>> includes = new LinkedHashMap<>();

  private CompareCompile(Path root, String rival, Path shared)
      throws IOException, InterruptedException {
    this.root = root;
    this.work = Files.createTempDirectory("compare");
    this.shared = shared;
    Map<String, Features> kernels = Map.of("6.12", Features.LINUX_6_12, "7.2", Features.LINUX_7_2);
    for (Map.Entry<String, Features> kernel : kernels.entrySet()) {
      Path file = work.resolve("features-" + kernel.getKey());
      Files.writeString(file, kernel.getValue().toText());
      features.put(kernel.getKey(), file);
      compilers.put(kernel.getKey(), PolicyCompiler.forKernel(kernel.getValue()));
    }
    this.rival = new Rival(rival, features("6.12"));
  }

  /**
   * Takes the project's directory, the path of {@code apparmor_parser}, and either the shared
   * folder or {@code -b BASE FILE...}.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path root = Path.of(arguments[0]);
    boolean some = arguments.length > 3 && arguments[2].equals("-b");
    CompareCompile compare =
        new CompareCompile(root, arguments[1], Path.of(some ? "." : arguments[2]));
    print("An empty profile takes the other %.2f ms, taken off below.%n", compare.rival.start());
    if (some) {
      List<Path> base = List.of(Path.of(arguments[3]));
      compare.files(base, Arrays.stream(arguments).skip(4).map(Path::of).toList());
    } else {
      compare.everything();
    }
  }

  private void files(List<Path> base, List<Path> files) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (Path file : files) {
      rows.add(row(String.valueOf(file.getFileName()), file, base, "6.12", 10));
    }
    table(rows);
  }

  private void everything() throws IOException, InterruptedException {
    Path profiles = shared.resolve("corpus/profiles");
    Path upstream = profiles.resolve("upstream/apparmor.d");
    Path extras = profiles.resolve("upstream/extras");
    includes.put("upstream/apparmor.d", List.of(upstream));
    includes.put("upstream/extras", List.of(extras, upstream));
    includes.put("roddhjav", List.of(profiles.resolve("roddhjav"), upstream));
    includes.put("debian-3.0.8", List.of(profiles.resolve("debian-3.0.8")));
    corpus(verdicts("accept"));
    synthetic();
    tooComplex();
    unfinished(verdicts("timeout40s"));
    cold("upstream/apparmor.d", 7);
    cold("roddhjav", 3);
    heap();
    growth("6.12", 6400);
    growth("7.2", 25_600);
  }

  // ---- one file

  /** Times of one file in milliseconds. */
  private record Row(String name, double ours, double theirs) {
    double ratio() {
      return ours / theirs;
    }
  }

  private Row row(String name, Path file, List<Path> directories, String kernel, int warmUps)
      throws IOException, InterruptedException {
    PolicyCompiler compiler = compiler(kernel);
    for (int i = 0; i < warmUps; i++) {
      compile(compiler, file, directories);
    }
    double ours = Timing.median(RUNS, ENOUGH, () -> compile(compiler, file, directories));
    return new Row(name, ours, rival.time(features(kernel), directories, file, PATIENCE));
  }

  /** Compiles a file, its includes read as if it were the first. */
  private static Compilation compile(PolicyCompiler compiler, Path file, List<Path> directories)
      throws IOException {
    Compilation compilation = tried(compiler, file, directories);
    if (compilation.orThrow().toBytes().length == 0 && !compilation.profiles().isEmpty()) {
      throw new AssertionError("nothing compiled");
    }
    return compilation;
  }

  /** The same of a file that may be too complex. */
  private static Compilation tried(PolicyCompiler compiler, Path file, List<Path> directories)
      throws IOException {
    return compiler.compile(file, IncludeResolver.directories(directories.toArray(Path[]::new)));
  }

  private static void table(List<Row> rows) {
    print("%n| profile | ours, ms | theirs, ms | ratio |%n| --- | --- | --- | --- |%n");
    for (Row row : rows) {
      print(
          "| %s | %.1f | %s | %s |%n",
          row.name(),
          row.ours(),
          milliseconds(row.theirs()),
          Double.isNaN(row.theirs()) ? "" : String.format(Locale.ROOT, "%.3f", row.ratio()));
    }
  }

  private static String milliseconds(double time) {
    return Double.isInfinite(time)
        ? "over " + PATIENCE + " s"
        : Double.isNaN(time) ? "refused" : String.format(Locale.ROOT, "%.1f", time);
  }

  // ---- the corpus

  private List<String> verdicts(String verdict) throws IOException {
    Path table = shared.resolve("corpus/profiles/verdicts.tsv");
    try (Stream<String> lines = Files.lines(table, StandardCharsets.ISO_8859_1)) {
      return lines
          .map(line -> line.split("\t", -1))
          .filter(columns -> columns[1].equals(verdict))
          .map(columns -> columns[0])
          .toList();
    }
  }

  private Path profile(String name) {
    return shared.resolve("corpus/profiles").resolve(name);
  }

  private List<Path> includes(String name) {
    return includes.entrySet().stream()
        .filter(entry -> name.startsWith(entry.getKey() + "/"))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  private void corpus(List<String> names) throws IOException, InterruptedException {
    for (int pass = 0; pass < 3; pass++) {
      for (String name : names) {
        compile(compiler("6.12"), profile(name), includes(name));
      }
    }
    List<Row> rows = new ArrayList<>();
    for (String name : names) {
      rows.add(row(name, profile(name), includes(name), "6.12", 1));
    }
    rows.sort(Comparator.comparingDouble(Row::theirs).reversed());
    List<Row> small = rows.stream().filter(row -> row.theirs() < 5).toList();
    List<Row> large = rows.subList(0, rows.size() - small.size());
    List<Row> slowest = rows.subList(0, rows.size() / 10);
    double[] ratios = large.stream().mapToDouble(Row::ratio).toArray();
    print("%n## The corpus%n%n| profiles | ours, ms | theirs, ms | ratio |%n");
    print("| --- | --- | --- | --- |%n");
    print(
        "| the median of %d of at least 5 ms | | | %.3f |%n", large.size(), Timing.median(ratios));
    sums("sum of these", large);
    sums("the slowest tenth of all", slowest);
    sums("those under 5 ms", small);
    table(rows.stream().filter(row -> NAMED.stream().anyMatch(isNamed(row.name()))).toList());
    print("%nThe worst ratios of at least 5 ms:%n");
    table(
        large.stream().sorted(Comparator.comparingDouble(Row::ratio).reversed()).limit(5).toList());
  }

  private static Predicate<String> isNamed(String path) {
    return name -> path.endsWith("/" + name);
  }

  private static void sums(String what, List<Row> rows) {
    double ours = rows.stream().mapToDouble(Row::ours).sum();
    double theirs = rows.stream().mapToDouble(Row::theirs).sum();
    print("| %s, %d | %.0f | %.0f | %.3f |%n", what, rows.size(), ours, theirs, ours / theirs);
  }

  // ---- made up

  /** Returns a file of rules that are made up. */
  private Path rules(String kindAndCount) throws IOException, InterruptedException {
    String[] words = kindAndCount.split(" ", -1);
    Path file = work.resolve(kindAndCount);
    if (!Files.exists(file)) {
      Process maker =
          new ProcessBuilder("" + shared.resolve("tools/make-rules"), words[0], words[1])
              .redirectOutput(file.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (maker.waitFor() != 0) {
        throw new IOException("make-rules failed");
      }
    }
    return file;
  }

  private void synthetic() throws IOException, InterruptedException {
    print("%n## Made up (`make-rules`)%n");
    List<Row> rows = new ArrayList<>();
    for (String name : MADE_UP) {
      rows.add(row(name, rules(name), List.of(), "6.12", 10));
    }
    table(rows);
  }

  private void tooComplex() throws IOException, InterruptedException {
    print("%n## More states than 16 bits number%n%n");
    print("| profile | refused for 6.12 after, ms | naming | for 7.2, ms | theirs for 7.2, ms |%n");
    print("| --- | --- | --- | --- | --- |%n");
    for (String name : List.of("literals 9000", "globs 3200", "between 12")) {
      Path file = rules(name);
      String[] named = {"nothing"};
      double refused =
          Timing.median(
              3,
              ENOUGH,
              () -> {
                named[0] =
                    tried(compiler("6.12"), file, List.of())
                        .explosion()
                        .map(Compilation.StateExplosion::rules)
                        .map(rules -> rules.size() + " rules, first '" + rules.get(0).rule() + "'")
                        .orElse("not refused");
              });
      Row large = row("", file, List.of(), "7.2", 3);
      print(
          "| %s | %.0f | %s | %.0f | %s |%n",
          name, refused, named[0], large.ours(), milliseconds(large.theirs()));
    }
  }

  private void unfinished(List<String> names) throws IOException, InterruptedException {
    print("%n## Profiles that the reference does not finish in 40 s%n%n");
    print("| profile | ours, ms | states |%n| --- | --- | --- |%n");
    for (String name : names) {
      long[] states = new long[1];
      double time =
          Timing.median(
              RUNS,
              2 * ENOUGH,
              () -> states[0] = states(compile(compiler("7.2"), profile(name), includes(name))));
      print("| %s | %.0f | %,d |%n", name, time, states[0]);
    }
  }

  private static long states(Compilation compilation) {
    return compilation.profiles().stream()
        .flatMap(profile -> Stream.of(profile.binary().files(), profile.binary().policyDb()))
        .flatMap(Stream::ofNullable)
        .mapToLong(dfa -> dfa.size())
        .sum();
  }

  // ---- whole processes

  private List<String> tool(String kernel, List<Path> directories, String... options) {
    List<String> command = new ArrayList<>(List.of(options));
    command.add("--features=" + features(kernel));
    directories.stream().limit(1).forEach(base -> command.add("--base=" + base));
    directories.forEach(directory -> command.addAll(List.of("-I", "" + directory)));
    return command;
  }

  private void cold(String collection, int runs) throws IOException, InterruptedException {
    List<Path> files =
        verdicts("accept").stream()
            .filter(name -> name.startsWith(collection + "/"))
            .map(this::profile)
            .toList();
    List<Path> directories = includes(collection + "/");
    Path out = Files.createTempDirectory(work, "out");
    List<String> command =
        tool(
            "6.12",
            directories,
            "" + root.resolve("examples/aa/aa"),
            "compile",
            "-j2",
            "-o=" + out);
    files.forEach(file -> command.add("" + file));
    double ours = Timing.median(runs, 1e6, () -> succeed(command));
    List<String> other = rival.command(features("6.12"), directories, "-j2", files);
    double theirs = Timing.median(runs, 60_000, () -> succeed(other));
    print("%n## Cold processes, two jobs: %d files of %s%n%n", files.size(), collection);
    print("`aa compile` %.2f s, ", ours / 1000);
    print("`apparmor_parser` %.2f s, ratio %.3f%n", theirs / 1000, ours / theirs);
  }

  private static void succeed(List<String> command) throws IOException, InterruptedException {
    int status = Timing.process(command, 600);
    if (status != 0) {
      throw new IOException(command.subList(0, 2) + " ended with " + status);
    }
  }

  private void heap() throws IOException, InterruptedException {
    print(
        "%n## Memory%n%nThe smallest heap (`-Xmx`) in which a process of ours compiles the file,");
    print(" and the most memory that the other's process holds.%n%n");
    print("| profile | heap, MiB | theirs, MiB |%n| --- | --- | --- |%n");
    List<String> accepted = verdicts("accept");
    for (String name : NAMED) {
      String path = accepted.stream().filter(p -> isNamed(p).test(name)).findFirst().orElseThrow();
      heap(name, profile(path), includes(path));
    }
    for (String name : MADE_UP) {
      heap(name, rules(name), List.of());
    }
  }

  private void heap(String name, Path file, List<Path> directories)
      throws IOException, InterruptedException {
    String jar = "" + root.resolve("examples/target/aa.jar");
    String needed = "more than " + HEAPS.get(HEAPS.size() - 1);
    for (int size : HEAPS) {
      List<String> command =
          tool(
              "6.12",
              directories,
              "java",
              "-XX:+UseSerialGC",
              "-Xmx" + size + "m",
              "-jar",
              jar,
              "compile",
              "-j1",
              "-o=" + work);
      command.add("" + file);
      if (Timing.process(command, PATIENCE) == 0) {
        needed = "" + size;
        break;
      }
    }
    double theirs = rival.memory(features("6.12"), directories, file);
    print("| %s | %s | %.0f |%n", name, needed, theirs);
  }

  // ---- growth

  private void growth(String kernel, int most) throws IOException, InterruptedException {
    print("%n## Growth, features of Linux %s%n%n", kernel);
    print("| rules | states | ours, ms | µs a rule | ns per n·log₂ n states | theirs, ms |%n");
    print("| --- | --- | --- | --- | --- | --- |%n");
    PolicyCompiler compiler = compiler(kernel).withLimits(WITHOUT_END);
    List<Plot.Curve> curves = new ArrayList<>();
    for (String kind : List.of("literals", "globs")) {
      List<double[]> ours = new ArrayList<>();
      List<double[]> theirs = new ArrayList<>();
      boolean patient = true;
      for (int count = 100; count <= most; count *= 2) {
        String name = kind + " " + count;
        Path file = rules(name);
        Compilation first = tried(compiler, file, List.of());
        if (first.explosion().isPresent()) {
          long limit = first.explosion().get().limit();
          print("| %s | too complex: over %,d | | | | |%n", name, limit);
        } else {
          double states = states(first);
          double time = Timing.median(RUNS, 2 * ENOUGH, () -> compile(compiler, file, List.of()));
          double other = Double.POSITIVE_INFINITY;
          if (patient) {
            other = rival.time(features(kernel), List.of(), file, PATIENCE);
            patient = Double.isFinite(other);
          }
          ours.add(new double[] {states, time});
          if (Double.isFinite(other)) {
            theirs.add(new double[] {states, other});
          }
          print(
              "| %s | %,.0f | %.1f | %.1f | %.1f | %s |%n",
              name,
              states,
              time,
              1000 * time / count,
              1e6 * time / (states * Math.log(states) / Math.log(2)),
              milliseconds(other));
        }
      }
      String color = kind.equals("globs") ? "#1f77b4" : "#d62728";
      curves.add(new Plot.Curve(kind + ", ours", color, false, ours));
      curves.add(new Plot.Curve(kind + ", apparmor_parser", color, true, theirs));
    }
    curves.add(guide(curves));
    Path plots = Files.createDirectories(root.resolve("docs/benchmarks"));
    Plot plot = new Plot("Compiling for Linux " + kernel, "states", "milliseconds", curves);
    Files.writeString(plots.resolve("growth-" + kernel + ".svg"), plot.toSvg());
    print("%n![times over states](benchmarks/growth-%s.svg)%n", kernel);
  }

  /** Returns n·log n over all states, through the first point. */
  private static Plot.Curve guide(List<Plot.Curve> curves) {
    double[] first = curves.get(0).points().get(0);
    double most =
        curves.stream()
            .flatMap(curve -> curve.points().stream())
            .mapToDouble(point -> point[0])
            .max()
            .orElse(first[0]);
    double scale = first[1] / (first[0] * Math.log(first[0]));
    List<double[]> points = new ArrayList<>();
    for (double n = first[0]; n <= most; n *= 2) {
      points.add(new double[] {n, scale * n * Math.log(n)});
    }
    return new Plot.Curve("n·log n", "#999999", true, points);
  }

  // ----

  private Path features(String kernel) {
    return Objects.requireNonNull(features.get(kernel));
  }

  private PolicyCompiler compiler(String kernel) {
    return Objects.requireNonNull(compilers.get(kernel));
  }

  private static void print(String format, Object... values) {
    System.out.print(String.format(Locale.ROOT, format, values));
    System.out.flush();
  }
}
