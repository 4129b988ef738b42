package io.github.apparmor4j.bench;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.AccessPattern;
import io.github.apparmor4j.access.Explanation;
import io.github.apparmor4j.access.PolicyDifference;
import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.access.TransitionGraph;
import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Questions about sets: one of the largest real profiles and a change of it, and a whole directory.
 * Compiling is not in the times. The profiles are those of {@link CorpusBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class AskBenchmark {

  private static final Path PROFILES =
      Path.of(System.getProperty("apparmor.shared", "../shared"), "corpus/profiles");
  private static final Path UPSTREAM = PROFILES.resolve("upstream/apparmor.d");
  private static final Path LARGE = PROFILES.resolve("roddhjav/groups/gnome/gnome-shell");

  private final PolicyCompiler compiler = PolicyCompiler.forKernel(Features.LINUX_6_12);
  private final AccessPattern cron = AccessPattern.parse("file w /etc/cron.d/**");
  private final Access refused = Access.parse("file w owner /etc/shadow");
  private PolicySet before = PolicySet.of(List.of());
  private PolicySet after = before;
  private PolicySet directory = before;

  /** Compiles. */
  @Setup
  public void compile() throws IOException, InterruptedException {
    IncludeResolver includes = IncludeResolver.directories(PROFILES.resolve("roddhjav"), UPSTREAM);
    SourceText text = SourceText.read(LARGE);
    int end = text.text().lastIndexOf('}');
    String changed = text.text().substring(0, end) + "  /etc/cron.d/* w,\n}\n";
    before = PolicySet.of(List.of(compiler.compile(text, includes)));
    after = PolicySet.of(List.of(compiler.compile(SourceText.of(text.name(), changed), includes)));
    List<Compilation> all =
        BatchCompiler.of(compiler, IncludeResolver.directories(UPSTREAM))
            .compile(ProfileDirectory.files(UPSTREAM))
            .stream()
            .map(BatchCompiler.Result::compilation)
            .toList();
    directory = PolicySet.of(all);
  }

  /** What a rule more in gnome-shell allows. */
  @Benchmark
  public PolicyDifference difference() {
    return PolicyDifference.between(before, after);
  }

  /** Who may write below a directory, of the profiles of upstream's directory. */
  @Benchmark
  public List<PolicySet.Grant> who() {
    return directory.who(cron);
  }

  /** The ways between the profiles of upstream's directory. */
  @Benchmark
  public TransitionGraph graph() {
    return TransitionGraph.of(directory);
  }

  /** Why gnome-shell may not write a file. */
  @Benchmark
  public Explanation explain() {
    return Explanation.of(before.profiles().iterator().next(), refused);
  }
}
