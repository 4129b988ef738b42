package io.github.apparmor4j.bench;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Large real profiles, from text to bytes. They lie in the developers' shared folder: property
 * {@code apparmor.shared}, by default {@code ../shared}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
@Fork(1)
public class CorpusBenchmark {

  private static final Path PROFILES =
      Path.of(System.getProperty("apparmor.shared", "../shared"), "corpus/profiles");
  private static final Path UPSTREAM = PROFILES.resolve("upstream/apparmor.d");

  /** Which of them. */
  @Param({
    "roddhjav/groups/gnome/gnome-shell",
    "roddhjav/profiles-a-f/calibre",
    "roddhjav/groups/umu/umu-game",
    "roddhjav/groups/freedesktop/xdg-desktop-portal-gnome",
    "upstream/extras/chromium_browser"
  })
  public String profile = "";

  private final PolicyCompiler compiler = PolicyCompiler.forKernel(Features.LINUX_6_12);

  /** Reads, resolves and compiles. */
  @Benchmark
  public byte[] compile() throws IOException {
    Path file = PROFILES.resolve(profile);
    Path base = PROFILES.resolve(profile.replaceFirst("^(upstream/[^/]*|[^/]*)/.*", "$1"));
    return compiler.compile(file, base, UPSTREAM).orThrow().toBytes();
  }
}
