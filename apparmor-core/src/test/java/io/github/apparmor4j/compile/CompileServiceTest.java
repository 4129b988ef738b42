package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.apparmor4j.automaton.DfaLimits;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    PolicyTooComplexException e =
        catchThrowableOfType(
            PolicyTooComplexException.class, () -> COMPILER.compile(multiplying(12)));
    assertThat(e).hasMessageContaining("profile p").hasMessageContaining("/**/a0/**/b0");
    assertThat(e.limit()).isEqualTo(65535);
    assertThat(e.rules())
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
    DfaLimits limits = DfaLimits.DEFAULT;
    List.of(
            limits.withSize(1000, 1_000_000),
            limits.withSize(1_000_000, 1000),
            limits.withTime(Duration.ofNanos(1)),
            new DfaLimits(1_000_000, 1_000_000, 100_000, Duration.ofMinutes(1)))
        .forEach(
            some ->
                assertThatThrownBy(() -> COMPILER.withLimits(some).compile(multiplying(10)))
                    .isInstanceOf(PolicyTooComplexException.class)
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

  @Test
  void theOrderOfRulesDoesNotMatter() {
    List<String> rules =
        new ArrayList<>(
            List.of(
                "/a/** rw,",
                "/a/*.so m,",
                "deny /a/secret r,",
                "owner /home/** rwk,",
                "/b ux,",
                "network inet,",
                "signal send peer=x,",
                "priority=2 /a/b w,",
                "audit /c r,"));
    String first = fingerprint(rules);
    for (int i = 0; i < rules.size(); i++) {
      Collections.rotate(rules, 1);
      assertThat(fingerprint(rules)).isEqualTo(first);
    }
    Collections.reverse(rules);
    assertThat(fingerprint(rules)).isEqualTo(first);
  }

  private static String fingerprint(List<String> rules) {
    return COMPILER
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
  void aPlaceThatCannotBeWrittenIsNoError() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    TableCache cache = TableCache.inMemory(1 << 20).withDirectory(file);
    assertThat(COMPILER.withCache(cache).compile(resolve(HATS)).isOk()).isTrue();
  }
}
