package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.testing.OverlappingRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterTry;

/**
 * Random policies in a real kernel, whose {@code .access} file answers as the evaluator and the
 * embedded kernel do; in a guest ({@link RealKernelsTest}). On the host, {@code
 * NaivePolicyProperties} compares the evaluator with what the same rules say one by one.
 */
@Tag("kernel")
class RandomPolicyProperties {

  private static final List<Access> QUESTIONS = Questions.overlapping();

  private final SecurityFsKernel kernel = SecurityFsKernel.open();
  private final EmbeddedKernel embedded =
      GuestCases.embedded(Files.readString(Path.of("/proc/sys/kernel/osrelease")));

  RandomPolicyProperties() throws IOException {}

  @Provide
  Arbitrary<List<Rule>> fileRules() {
    return OverlappingRules.ofFiles();
  }

  @Provide
  Arbitrary<List<Rule>> otherRules() {
    return OverlappingRules.ofOthers();
  }

  @AfterTry
  void clear() throws IOException {
    for (LoadedProfile profile : kernel.profiles()) {
      kernel.remove(profile.name());
    }
  }

  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void filesAreAsTheKernelSays(@ForAll("fileRules") List<Rule> rules) throws IOException {
    assertAgreed(rules);
  }

  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void everythingElseIsAsTheKernelSays(@ForAll("otherRules") List<Rule> rules) throws IOException {
    assertAgreed(rules);
  }

  private void assertAgreed(List<Rule> rules) throws IOException {
    ProfileFile file = ProfileFile.of(Profile.builder("p").addAll(rules).build());
    Compilation compilation =
        PolicyCompiler.forKernel(embedded.features())
            .compile(Resolver.of(IncludeResolver.none()).resolve(file));
    if (!compilation.isOk()) {
      return; // two ways to execute a file, or a mount that can't be
    }
    byte[] policy = compilation.orThrow().toBytes();
    kernel.replace(policy);
    embedded.replace(policy);
    List<String> wrong = new ArrayList<>();
    for (Access access : QUESTIONS) {
      Decision real = kernel.query("p", access);
      Decision inMemory = embedded.query("p", access);
      Decision offline = Decider.decide(compilation.profiles().get(0).binary(), access);
      if (!real.equals(inMemory)
          || real.allowed() != offline.allowed()
          || real.logged() != offline.logged()) {
        wrong.add(access + ": " + real + ", embedded: " + inMemory + ", offline: " + offline);
      }
    }
    assertThat(wrong).as(file.toString()).isEmpty();
  }
}
