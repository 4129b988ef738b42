package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.profile.Arbitraries;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CompileProperties {

  @Provide
  Arbitrary<List<Rule>> ruleLists() {
    return Arbitraries.rules().list().ofMaxSize(8);
  }

  private static Compilation compile(List<Rule> rules) {
    ProfileFile file = ProfileFile.of(Profile.builder("p").addAll(rules).build());
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compile(Resolver.of(IncludeResolver.none()).resolve(file));
  }

  @Property(tries = 500, seed = "20261123")
  void orderOfRulesNeverChangesTheBytes(@ForAll("ruleLists") List<Rule> rules) throws Exception {
    Compilation compilation = compile(rules);
    List<Rule> shuffled = new ArrayList<>(rules);
    Collections.shuffle(shuffled, new Random(1));
    Compilation other = compile(shuffled);
    assertThat(other.isOk()).isEqualTo(compilation.isOk());
    if (compilation.isOk()) {
      byte[] bytes = compilation.orThrow().toBytes();
      assertThat(other.orThrow().toBytes()).isEqualTo(bytes);
      assertThat(PolicyReader.read(bytes, PolicyReader.Kernel.LINUX_6_12))
          .isEqualTo(compilation.orThrow().profiles());
    }
  }
}
