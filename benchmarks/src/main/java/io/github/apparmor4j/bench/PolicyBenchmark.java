package io.github.apparmor4j.bench;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.SourceText;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The stages of the chain, over kinds and numbers of rules. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PolicyBenchmark {

  /** What kind of rules. */
  @Param({"literals", "globs"})
  public String kind = "literals";

  /** How many rules. */
  @Param({"100", "1000"})
  public int rules;

  private SourceText text = SourceText.of("", "");
  private ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
  private Compilation compiled = compile();
  private Access access = Access.file("/", "r");

  /** Makes the profile, and checks what is measured. */
  @Setup
  public void prepare() {
    text = SourceText.of("synthetic", Synthetic.profile(kind, rules));
    parsed = parse();
    if (parsed.orThrow().profiles().get(0).rules().size() != rules) {
      throw new AssertionError("lost rules");
    }
    compiled = compile();
    access = Access.file("/no/such/file/anywhere", "w");
    if (!compiled.isOk() || decide().allowed()) {
      throw new AssertionError("wrong decision");
    }
  }

  /** Text to model. */
  @Benchmark
  public ParseResult<ProfileFile> parse() {
    return ProfileParser.parse(text);
  }

  /** Model to binary policy, resolution included. */
  @Benchmark
  public Compilation compile() {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compile(Resolver.of(IncludeResolver.none()).resolve(parsed));
  }

  /** A question to the tables. */
  @Benchmark
  public Decision decide() {
    KernelProfile profile = compiled.profiles().get(0).binary();
    return Decider.decide(profile, access);
  }
}
