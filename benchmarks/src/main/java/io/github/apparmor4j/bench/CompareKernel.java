package io.github.apparmor4j.bench;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.kernel.PolicyStore;
import io.github.apparmor4j.kernel.PolicyStore.Loaded;
import io.github.apparmor4j.kernel.PolicyStore.Outcome;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * From text to enforced, beside {@code apparmor_parser -r}: run as root on a kernel with AppArmor,
 * which {@code benchmarks/compare kernel} boots. Prints Markdown.
 */
public final class CompareKernel {

  private static final int SEVERAL = 500;
  private static final int WARM_UP = 40;
  private static final int RUNS = 15;
  private static final double ENOUGH = 60_000;
  private static final int SECONDS = 3000;

  /** A profile's beginning; what it attaches to is dropped. */
  private static final Pattern HEADER =
      Pattern.compile("(?m)^(?:profile [^/ ]+ ?)?(?:/\\S+ )?(?=(?:flags=\\S+ )?\\{$)");

  private final SecurityFsKernel kernel = SecurityFsKernel.open();
  private final String rival;
  private final Path directory = Files.createTempDirectory("profiles");
  private final Path configuration = Files.createTempFile("empty", ".conf");
  private int edits;

  private CompareKernel(String rival) throws IOException {
    this.rival = rival;
  }

  /**
   * Takes the developers' folder of test data, a current {@code apparmor_parser}, and optionally
   * Debian 12's, which reads its own release's profiles only.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path corpus = Path.of(arguments[0]).resolve("corpus/profiles");
    System.out.println("Linux " + System.getProperty("os.version") + ", under emulation");
    System.out.println();
    System.out.println("| what | ours, ms | theirs, ms | ratio |");
    System.out.println("| --- | --- | --- | --- |");
    CompareKernel current = new CompareKernel(arguments[1]);
    Path upstream = corpus.resolve("upstream/apparmor.d");
    current.single(upstream, List.of("who", "usr.sbin.dnsmasq", "thunderbird"));
    current.several(
        List.of(upstream, corpus.resolve("roddhjav")), store -> current.profiles(corpus, store));
    if (arguments.length > 2) {
      CompareKernel debian = new CompareKernel(arguments[2]);
      Path own = corpus.resolve("debian-3.0.8");
      debian.single(own, List.of("usr.sbin.nscd", "usr.sbin.dnsmasq", "usr.bin.pidgin"));
      debian.several(List.of(own), store -> copies(own, store));
    }
  }

  private static void print(String what, double ours, double theirs) {
    System.out.println("| %s | %.1f | %.1f | %.3f |".formatted(what, ours, theirs, ours / theirs));
  }

  // ---- one profile

  private void single(Path base, List<String> names) throws IOException, InterruptedException {
    for (String name : names) {
      String text = Files.readString(base.resolve(name), StandardCharsets.ISO_8859_1);
      Path file = directory.resolve(name);
      for (int i = 0; i < WARM_UP; i++) {
        edit(file, text);
        replace(file, base);
      }
      double ours =
          Timing.median(
              RUNS,
              ENOUGH,
              () -> {
                edit(file, text);
                replace(file, base);
              });
      double theirs =
          Timing.median(
              RUNS,
              ENOUGH,
              () -> {
                edit(file, text);
                run(command(base, List.of(file)));
              });
      print("one profile, " + name, ours, theirs);
      clear();
      Files.delete(file);
    }
  }

  /** Writes another text each time: the kernel passes over what it holds already. */
  private void edit(Path file, String text) throws IOException {
    int end = text.lastIndexOf('}');
    String edited = text.substring(0, end) + "  /edit" + edits++ + " r,\n" + text.substring(end);
    Files.writeString(file, edited, StandardCharsets.ISO_8859_1);
  }

  private void replace(Path file, Path base) throws IOException {
    kernel.replace(
        PolicyCompiler.forKernel(kernel.features()).compile(file, base).orThrow().toBytes());
  }

  private List<String> command(Path base, List<Path> files) {
    List<String> command =
        new ArrayList<>(
            List.of(rival, "--config-file=" + configuration, "-r", "-K", "-T", "-b", "" + base));
    files.forEach(file -> command.add("" + file));
    return command;
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    int status = Timing.process(command, SECONDS);
    if (status != 0) {
      throw new IOException(command.get(0) + " ended with " + status);
    }
  }

  private void clear() throws IOException {
    for (String name : kernel.profiles().stream().map(LoadedProfile::name).toList()) {
      if (!name.startsWith(":") && name.indexOf("//", 1) < 0) {
        kernel.remove(name);
      }
    }
  }

  // ---- several

  /** Fills a store with profiles, and returns their files. */
  private interface Profiles {
    List<Path> write(Path store) throws IOException;
  }

  private void several(List<Path> includes, Profiles profiles)
      throws IOException, InterruptedException {
    Path store = Files.createDirectory(directory.resolve("store"));
    for (Path base : includes) {
      copyDirectories(base, store);
    }
    List<Path> files = profiles.write(store);
    PolicyStore ours = PolicyStore.of(store);
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clear();
      long start = System.nanoTime();
      List<Loaded> loaded = ours.loadAll(kernel);
      times.add((System.nanoTime() - start) / 1e6);
      for (Loaded one : loaded) {
        if (one.outcome() != Outcome.LOADED) {
          throw new IOException(one.toString());
        }
      }
    }
    System.out.println("(ours, from the first run on: " + times + ")");
    double[] warm = times.stream().skip(1).mapToDouble(time -> time).toArray();
    clear();
    double theirs = Timing.once(() -> run(command(store, files)));
    print(files.size() + " profiles", Timing.median(warm), theirs);
    clear();
  }

  /** Copies what profiles include. */
  private static void copyDirectories(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path relative = from.relativize(path);
        if (relative.getNameCount() > 1 && Files.isRegularFile(path)) {
          Path copy = to.resolve(relative);
          Files.createDirectories(copy.getParent());
          Files.write(copy, Files.readAllBytes(path));
        }
      }
    }
  }

  /** Copies accepted profiles from all over the corpus, none of the same file name twice. */
  private List<Path> profiles(Path corpus, Path store) throws IOException {
    List<String> accepted =
        Files.readAllLines(corpus.resolve("verdicts.tsv"), StandardCharsets.ISO_8859_1).stream()
            .map(line -> line.split("\t", -1))
            .filter(row -> row[1].equals("accept") && row[0].startsWith("roddhjav/"))
            .map(row -> row[0])
            .toList();
    Set<Path> files = new LinkedHashSet<>();
    for (int i = 0; i < SEVERAL; i++) {
      Path from = corpus.resolve(accepted.get(i * accepted.size() / SEVERAL));
      Path copy = store.resolve(from.getFileName());
      Files.write(copy, Files.readAllBytes(from));
      files.add(copy);
    }
    return List.copyOf(files);
  }

  /** Copies the profiles of a directory again and again, each under a name of its own. */
  private static List<Path> copies(Path from, Path store) throws IOException {
    List<Path> originals;
    try (Stream<Path> all = Files.list(from)) {
      originals = all.filter(Files::isRegularFile).sorted().toList();
    }
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < SEVERAL; i++) {
      Path original = originals.get(i % originals.size());
      String text = Files.readString(original, StandardCharsets.ISO_8859_1);
      String renamed =
          HEADER.matcher(text).replaceFirst("profile " + original.getFileName() + "-" + i + " ");
      files.add(
          Files.writeString(
              store.resolve(original.getFileName() + "-" + i),
              renamed,
              StandardCharsets.ISO_8859_1));
    }
    return files;
  }
}
