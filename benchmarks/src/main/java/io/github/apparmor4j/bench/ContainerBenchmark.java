package io.github.apparmor4j.bench;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.docker.ComposeConfinement;
import io.github.apparmor4j.docker.ComposeFile;
import io.github.apparmor4j.docker.ComposeProject;
import io.github.apparmor4j.docker.DockerDefaultProfile;
import io.github.apparmor4j.docker.DockerHost;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What tools for containers do again and again. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class ContainerBenchmark {

  private static final int SERVICES = 200;

  private final SourceText compose = SourceText.of("compose.yaml", compose());
  private final DockerHost host = DockerHost.of("28.5.2");

  private static String compose() {
    StringBuilder text = new StringBuilder("x-base: &base\n  restart: always\n\nservices:\n");
    for (int i = 0; i < SERVICES; i++) {
      text.append(
          """
            service%1$d: # the number %1$d
              <<: *base
              image: registry/image-%1$d:1.%1$d
              environment:
                NUMBER: "%1$d"
                OTHER: ${OTHER:-none}
              ports: ["80%1$d:80"]
              volumes:
                - data%1$d:/var/lib/data
                - %2$s
              security_opt:
                - no-new-privileges=true
                - apparmor%3$s
              privileged: %4$s
          """
              .formatted(
                  i,
                  i % 50 == 7 ? "/var/run/docker.sock:/var/run/docker.sock" : "logs:/var/log",
                  i % 10 == 3 ? ":old" : "=service" + i,
                  i % 20 == 9));
    }
    return text.toString();
  }

  /** Reads a compose file of 200 services and finds what is wrong with it. */
  @Benchmark
  public List<Diagnostic> composeFindings() {
    return ComposeProject.of(ComposeFile.parse(compose)).check(host, null);
  }

  /** Reads a compose file of 200 services and works out their profiles. */
  @Benchmark
  public Map<String, ComposeConfinement> composeProfiles() {
    return ComposeProject.of(ComposeFile.parse(compose)).effective(host);
  }

  /** Builds Docker's default profile and compiles it. */
  @Benchmark
  public CompiledPolicy dockerDefault() {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(DockerDefaultProfile.profile());
  }
}
