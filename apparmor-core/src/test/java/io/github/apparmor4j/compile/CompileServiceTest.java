package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.WorkLimits;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a host that compiles for others needs. */
class CompileServiceTest {

  private static final PolicyCompiler COMPILER = PolicyCompiler.forKernel(Features.LINUX_6_12);

  @TempDir private Path directory = Path.of("");

  private static Resolution resolve(String text) {
    return Resolver.of(IncludeResolver.none())
        .resolve(ProfileParser.parse(SourceText.of("test", text)));
  }

  /** Rules of which each remembers, for each other one, how far it is. */
  private static Resolution multiplying(int count) {
    return resolve(
        IntStream.range(0, count)
            .mapToObj(i -> "/**/a" + i + "/**/b" + i + " r,\n")
            .collect(Collectors.joining("", "profile p {\n/etc/passwd r,\n", "}\n")));
  }

  @Test
  void aDefaultAbiIsForPolicyWithoutOne() {
    PolicyCompiler compiler = COMPILER.withDefaultAbi(Features.DEFAULT_ABI);
    String profile = "profile p { userns, }";
    assertThat(compiler.compile(resolve(profile)).diagnostics())
        .extracting(Diagnostic::code)
        .containsExactly("AA-COMPILE-0006");
    assertThat(COMPILER.compile(resolve(profile)).diagnostics()).isEmpty();
    assertThat(compiler.withPolicyAbi(Features.LINUX_6_12).compile(resolve(profile)).diagnostics())
        .isEmpty();
  }

  // ---- limits

  @Test
  void namesTheRulesThatMultiply() {
    Compilation compilation = COMPILER.compile(multiplying(12));
    assertThat(compilation.isOk()).isFalse();
    assertThat(compilation.diagnostics())
        .extracting(Diagnostic::code)
        .containsExactly("AA-COMPILE-0005");
    assertThat(compilation.diagnostics().get(0).message())
        .contains("profile p")
        .contains("/**/a0/**/b0");
    Compilation.StateExplosion explosion = compilation.explosion().orElseThrow();
    assertThat(explosion.profile()).isEqualTo("p");
    assertThat(explosion.limit()).isEqualTo(65535);
    assertThat(explosion.rules())
        .extracting(rule -> rule.rule().toString())
        .hasSize(12)
        .allMatch(rule -> rule.contains("/**/a"));
  }

  @Test
  void wideTablesHoldWhatOthersDoNot() {
    Features wide = Features.parse(Features.LINUX_7_2.toString());
    assertThat(wide.has("policy/state32")).isTrue();
    Compilation compilation = PolicyCompiler.forKernel(wide).compile(multiplying(12));
    assertThat(compilation.profiles().get(0).binary().files())
        .satisfies(files -> assertThat(files.size()).isGreaterThan(65535));
  }

  @Test
  void endsAtEachLimit() {
    WorkLimits limits = WorkLimits.DEFAULT;
    List.of(
            limits.withSize(1000, 1_000_000),
            limits.withSize(1_000_000, 1000),
            limits.withTime(Duration.ofNanos(1)),
            new WorkLimits(1_000_000, 1_000_000, 100_000, Duration.ofMinutes(1)))
        .forEach(
            some ->
                assertThatThrownBy(
                        () -> COMPILER.withLimits(some).compile(multiplying(10)).orThrow())
                    .isInstanceOf(DiagnosticException.class)
                    .hasMessageContaining("what multiplies: '/**/a"));
  }

  @Test
  void anInterruptCancels() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> COMPILER.compile(multiplying(10)))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DfaBuilder", "Minimizer", "Packer"})
  void anInterruptCancelsAtEachStage(String stage) throws Exception {
    Resolution resolution = multiplying(12);
    PolicyCompiler compiler = PolicyCompiler.forKernel(Features.LINUX_7_2);
    FutureTask<Compilation> task = new FutureTask<>(() -> compiler.compile(resolution));
    Thread thread = new Thread(task);
    thread.start();
    while (thread.isAlive()
        && Stream.of(thread.getStackTrace()).noneMatch(at -> at.getClassName().endsWith(stage))) {
      Thread.onSpinWait();
    }
    assertThat(thread.isAlive()).as("%s is seen", stage).isTrue();
    thread.interrupt();
    assertThatThrownBy(task::get).hasCauseInstanceOf(CancellationException.class);
  }

  /** Compiles its argument; ends with 0 if it's refused as too complex. */
  static final class Refused {
    private Refused() {}

    public static void main(String[] arguments) {
      Resolution resolution = resolve(hostile(arguments[0]));
      try {
        PolicyCompiler.forKernel(Features.LINUX_7_2).compile(resolution).orThrow();
        System.out.println("compiled");
      } catch (DiagnosticException e) {
        System.out.println("refused");
      }
    }

    private static String hostile(String kind) {
      return switch (kind) {
        case "cuts" ->
            IntStream.range('b', 'b' + 40)
                .mapToObj(letter -> "[^" + (char) letter + "]")
                .collect(Collectors.joining("", "profile p {\n/**a", " r,\n}\n"));
        case "windows" ->
            IntStream.range(0, 20)
                .mapToObj(i -> "/**a" + "?".repeat(30) + "z" + i + " r,\n")
                .collect(Collectors.joining("", "profile p {\n", "}\n"));
        case "values" ->
            IntStream.range(0, 3000)
                .mapToObj(i -> "/@{x}/@{x}/r" + i + " r,\n")
                .collect(
                    Collectors.joining(
                        "",
                        IntStream.range(0, 300)
                            .mapToObj(i -> " value" + i)
                            .collect(Collectors.joining("", "@{x}=", "\nprofile p {\n")),
                        "}\n"));
        case "repetitions" ->
            IntStream.range(0, 500)
                .mapToObj(i -> "/" + "{a,b,c}{,d,e}".repeat(200) + "/" + i + "/** r,\n")
                .collect(Collectors.joining("", "profile p {\n", "}\n"));
        default -> throw new IllegalArgumentException(kind);
      };
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuts", "windows", "values", "repetitions"})
  void neverRunsOutOfMemory(String kind) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                "target/classes" + File.pathSeparator + "target/test-classes",
                Refused.class.getName(),
                kind)
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(out.strip()).isIn("refused", "compiled");
    assertThat(process.waitFor()).isZero();
  }

  // ---- what a kernel can't do

  @Test
  void tellsWhatIsNotEnforced() {
    Resolution resolution =
        resolve(
            """
            profile p {
              io_uring,
              network inet ip=127.0.0.1,
              unix type=stream,
              capability bpf,
            }
            profile q flags=(kill.signal=hup) { }
            """);
    PolicyCompiler old = PolicyCompiler.forKernel(Features.LINUX_6_1);
    List<Diagnostic> found = old.compile(resolution).diagnostics();
    assertThat(found)
        .extracting(d -> d.code() + " " + d.place().line())
        .containsExactly(
            "AA-COMPILE-0006 2", "AA-COMPILE-0007 3", "AA-COMPILE-0007 4", "AA-COMPILE-0007 7");
    assertThat(Diagnostic.errors(found)).isEmpty();
    assertThat(Diagnostic.errors(old.strict().compile(resolution).diagnostics()))
        .hasSameSizeAs(found);
  }

  // ---- progress

  @Test
  void tellsOfProgress() {
    List<String> told = new ArrayList<>();
    COMPILER
        .withListener(
            (profile, done, total, states) ->
                told.add(profile + " " + done + "/" + total + " " + (states > 0)))
        .compile(resolve("profile b { }\nprofile a { profile c { }\n }\n"));
    assertThat(told).containsExactly("a 1/3 true", "a//c 2/3 true", "b 3/3 true");
  }

  // ---- order

  private static final List<String> RULES =
      List.of(
          "/a/** rw,",
          "/a/*.so m,",
          "deny /a/secret r,",
          "owner /home/** rwk,",
          "/b ux,",
          "network inet,",
          "signal send peer=x,",
          "priority=2 /a/b w,",
          "audit /c r,");

  static List<Features> kernels() {
    return List.of(
        Features.DEFAULT_ABI, Features.LINUX_6_1, Features.LINUX_6_12, Features.LINUX_7_2);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void theOrderOfRulesDoesNotMatter(Features kernel) {
    List<String> rules = new ArrayList<>(RULES);
    String first = fingerprint(kernel, rules);
    for (int i = 0; i < rules.size(); i++) {
      Collections.rotate(rules, 1);
      assertThat(fingerprint(kernel, rules)).isEqualTo(first);
    }
    Collections.reverse(rules);
    assertThat(fingerprint(kernel, rules)).isEqualTo(first);
  }

  private static String fingerprint(Features kernel, List<String> rules) {
    return PolicyCompiler.forKernel(kernel)
        .compile(resolve("profile p {\n" + String.join("\n", rules) + "\n}\n"))
        .orThrow()
        .fingerprint();
  }

  // ---- caches

  private static final String HATS = "profile p { /a/** r,\n^x { /b/** r, }\n^y { /b/** r, }\n}\n";

  @Test
  void findsTablesAgain() {
    TableCache cache = TableCache.inMemory(1 << 20);
    byte[] plain = COMPILER.compile(resolve(HATS)).orThrow().toBytes();
    PolicyCompiler caching = COMPILER.withCache(cache);
    assertThat(caching.compile(resolve(HATS)).orThrow().toBytes()).isEqualTo(plain);
    assertThat(cache.hits()).as("the hats share a table, all three one").isEqualTo(3);
    assertThat(caching.compile(resolve(HATS)).orThrow().toBytes()).isEqualTo(plain);
    assertThat(cache.hits()).isEqualTo(9);
    caching.compile(resolve(HATS.replace("/a/**", "/c/**")));
    assertThat(cache.hits()).as("all but one automaton").isEqualTo(14);
  }

  @Test
  void aDirectoryOutlivesTheProcess() throws IOException {
    byte[] plain = COMPILER.compile(resolve(HATS)).orThrow().toBytes();
    Path place = directory.resolve("cache");
    COMPILER.withCache(TableCache.inMemory(1 << 20).withDirectory(place)).compile(resolve(HATS));
    List<Path> entries;
    try (Stream<Path> files = Files.list(place)) {
      entries = files.sorted().toList();
    }
    assertThat(entries).hasSize(3);
    TableCache second = TableCache.inMemory(0).withDirectory(place);
    assertThat(COMPILER.withCache(second).compile(resolve(HATS)).orThrow().toBytes())
        .isEqualTo(plain);
    assertThat(second.hits()).isEqualTo(6);
    // Other features, other tables.
    PolicyCompiler.forKernel(Features.LINUX_7_2).withCache(second).compile(resolve(HATS));
    assertThat(second.hits()).isEqualTo(9); // what the three share
    for (Path entry : entries) {
      damage(entry);
    }
    TableCache third = TableCache.inMemory(0).withDirectory(place);
    assertThat(COMPILER.withCache(third).compile(resolve(HATS)).orThrow().toBytes())
        .isEqualTo(plain);
    assertThat(third.hits()).as("only what was just rewritten").isEqualTo(3);
    TableCache fourth = TableCache.inMemory(0).withDirectory(place);
    COMPILER.withCache(fourth).compile(resolve(HATS));
    assertThat(fourth.hits()).isEqualTo(6);
  }

  private static void damage(Path entry) throws IOException {
    byte[] bytes = Files.readAllBytes(entry);
    bytes[bytes.length / 2] ^= 1;
    Files.write(entry, bytes);
  }

  /** Whoever can plant an entry could turn a deny into an allow, or have us wait for a pipe. */
  @Test
  void takesNothingThatOthersMayHavePlanted() throws Exception {
    Path place = Files.createDirectory(directory.resolve("open"));
    COMPILER.withCache(TableCache.inMemory(0).withDirectory(place)).compile(resolve(HATS));
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(place);
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(hits(place)).isZero();
    Files.setPosixFilePermissions(place, before);
    assertThat(hits(place)).isEqualTo(6);
    try (Stream<Path> entries = Files.list(place)) {
      for (Path entry : entries.toList()) {
        Path elsewhere = directory.resolve("elsewhere-" + entry.getFileName());
        Files.move(entry, elsewhere);
        Files.createSymbolicLink(entry, elsewhere);
      }
    }
    assertThat(hits(place)).as("only what was just written anew").isEqualTo(3);
  }

  private static long hits(Path place) {
    TableCache cache = TableCache.inMemory(0).withDirectory(place);
    COMPILER.withCache(cache).compile(resolve(HATS));
    return cache.hits();
  }

  @Test
  void manyMayWriteAtOnce() {
    byte[] plain = COMPILER.compile(resolve(HATS)).orThrow().toBytes();
    Path place = directory.resolve("shared");
    List<byte[]> results =
        IntStream.range(0, 64)
            .parallel()
            .mapToObj(
                i -> {
                  TableCache cache = TableCache.inMemory(1 << 20).withDirectory(place);
                  return COMPILER.withCache(cache).compile(resolve(HATS)).orThrow().toBytes();
                })
            .toList();
    assertThat(results).allSatisfy(bytes -> assertThat(bytes).isEqualTo(plain));
  }

  @Test
  void threadsShareACache() {
    List<Resolution> resolutions =
        IntStream.range(0, 8).mapToObj(i -> resolve(HATS.replace("/b/", "/" + i + "/"))).toList();
    List<byte[]> plain =
        resolutions.stream().map(r -> COMPILER.compile(r).orThrow().toBytes()).toList();
    // Small, so that what is put drives out what others use.
    TableCache cache = TableCache.inMemory(20_000).withDirectory(directory.resolve("threads"));
    PolicyCompiler caching = COMPILER.withCache(cache);
    IntStream.range(0, 400)
        .parallel()
        .forEach(
            i ->
                assertThat(caching.compile(resolutions.get(i % 8)).orThrow().toBytes())
                    .isEqualTo(plain.get(i % 8)));
    assertThat(cache.hits()).isPositive();
  }

  @Test
  void whatAKilledWriterLeftGoesAway() throws IOException {
    Path old = Files.createFile(directory.resolve("x.new"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    Path fresh = Files.createFile(directory.resolve("y.new")); // of a writer that is at work
    COMPILER.withCache(TableCache.inMemory(1).withDirectory(directory)).compile(resolve(HATS));
    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
  }

  /**
   * Entries of a directory outlive a compiler's version: when this fails, other tables are made of
   * the same rules; then raise {@code TableCache.COMPILER_VERSION}, and only then this.
   */
  @Test
  void aVersionMakesTheSameTables() {
    String made =
        kernels().stream()
            .map(kernel -> fingerprint(kernel, RULES).substring(0, 8))
            .collect(Collectors.joining(" "));
    assertThat(TableCache.COMPILER_VERSION + ": " + made)
        .isEqualTo("3: 515941dc 8bb105cf 9f206aab eb745a94");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNoError() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    TableCache cache = TableCache.inMemory(1 << 20).withDirectory(file);
    assertThat(COMPILER.withCache(cache).compile(resolve(HATS)).isOk()).isTrue();
  }
}
