package io.github.apparmor4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

class SmokeTest {

  @Test
  void everyBenchmarkRuns() throws Exception {
    var options =
        new OptionsBuilder()
            .include(PolicyBenchmark.class.getName())
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(50))
            .param("rules", "100")
            .verbosity(VerboseMode.SILENT)
            .build();
    assertThat(new Runner(options).run()).hasSize(6);
  }

  @Test
  void aFleetEndsAsItShould() throws Exception {
    FleetSimulation.main(new String[] {"100", "20"});
  }
}
