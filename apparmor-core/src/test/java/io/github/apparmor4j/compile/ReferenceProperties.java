package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.Arbitraries;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.UnixRule;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.PolicyComparison;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random profiles over every kind of rule beside what {@code apparmor_parser} 5.0.2 makes of them.
 */
@Tag("differential")
class ReferenceProperties {

  private static String reference = "";
  private static Path directory = Path.of("");

  @BeforeContainer
  static void install() throws IOException, InterruptedException {
    reference = Shared.run(Shared.path("tools/reference-parser")).text().strip();
    directory = Files.createTempDirectory("reference");
    Files.createFile(directory.resolve("empty.conf"));
  }

  @Provide
  Arbitrary<List<Rule>> ruleLists() {
    return Arbitraries.rules().list().ofMinSize(1).ofMaxSize(6);
  }

  private static boolean hasManyPermissions(Rule rule) {
    return rule instanceof NetworkRule
        || rule instanceof UnixRule
        || rule instanceof MqueueRule
        || rule instanceof AllRule;
  }

  private static final String OLD = "abi/kernel-5.4-outoftree-network";

  /** Where we differ on purpose: docs/compatibility.md, "Where the reference is wrong". */
  private static boolean isWrongThere(Rule rule, String kernel) {
    boolean prompt = rule.qualifiers().action() == Qualifiers.Action.PROMPT;
    if (rule instanceof AllRule) {
      return prompt || rule.qualifiers().isDeny();
    }
    boolean sockets = rule instanceof NetworkRule || rule instanceof UnixRule;
    return prompt
        && (rule instanceof CapabilityRule
            || rule instanceof ChangeProfileRule
            || (sockets && kernel.equals(OLD)));
  }

  @Provide
  Arbitrary<String> kernels() {
    return net.jqwik.api.Arbitraries.of("kernel-6.12-debian", "kernel-7.2-debian", OLD);
  }

  @Property(tries = 3000, seed = "20261124")
  void compilesAsTheReferenceDoes(
      @ForAll("ruleLists") List<Rule> all, @ForAll("kernels") String kernel) throws Exception {
    List<Rule> rules = new ArrayList<>(all);
    rules.removeIf(rule -> isWrongThere(rule, kernel));
    // Of several rules about sockets and queues it mixes permissions, and what is logged of them.
    if (rules.stream().filter(ReferenceProperties::hasManyPermissions).count() > 1) {
      rules.removeIf(rule -> rule instanceof UnixRule || rule.qualifiers().audit());
    }
    String text = ProfilePrinter.print(ProfileFile.of(Profile.builder("p").addAll(rules).build()));
    Path features = Shared.path("corpus/features").resolve(kernel);
    Path file = Files.write(directory.resolve("profile"), SourceText.encode(text));
    Shared.Output theirs =
        Shared.run(
            reference,
            "--config-file=" + directory.resolve("empty.conf"),
            "-QKS",
            "-j0",
            "-M",
            features,
            file);
    Compilation ours =
        PolicyCompiler.builder(Features.parse(Files.readString(features)))
            .semantics(Semantics.APPARMOR_5_0)
            .build()
            .compile(
                Resolver.of(IncludeResolver.none())
                    .resolve(ProfileParser.parse(SourceText.of("profile", text))));
    if (theirs.errors().contains("has merged rule")) {
      return; // a conflict of rules that are not the strongest: nothing comes of it
    }
    assertThat(ours.isOk())
        .as(text + theirs.errors() + ours.diagnostics())
        .isEqualTo(theirs.status() == 0);
    if (ours.isOk()) {
      assertThat(
              PolicyComparison.differences(
                  PolicyReader.read(theirs.bytes(), PolicyReader.Kernel.LINUX_7_2),
                  ours.orThrow().profiles()))
          .as(text)
          .isEmpty();
    }
  }
}
