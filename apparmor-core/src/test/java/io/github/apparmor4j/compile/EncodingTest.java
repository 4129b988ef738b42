package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.Rights;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What random profiles ({@link ReferenceProperties}) once showed to be encoded wrongly. */
class EncodingTest {

  private static final Features WITH_ARRAYS =
      Features.parse(Features.DEFAULT_ABI.toText() + "network {af_mask {unix inet\n}\n}\n");

  private static Compilation compile(Features kernel, String text) {
    return PolicyCompiler.forKernel(kernel)
        .compile(
            Resolver.of(IncludeResolver.none())
                .resolve(ProfileParser.parse(SourceText.of("test", text))));
  }

  private static KernelProfile rules(Features kernel, String rules) {
    return compile(kernel, "profile p { " + rules + " }").orThrow().profiles().get(0);
  }

  private static Rights file(KernelProfile profile, String string, boolean owner) {
    var files = Objects.requireNonNull(profile.files());
    return Rights.ofFile(files, files.walk(string.getBytes(StandardCharsets.ISO_8859_1)), owner);
  }

  @Test
  void aKernelThatCannotAskRefusesWhatIsToBeAskedFor() {
    KernelProfile profile =
        rules(Features.LINUX_6_12, "priority=1 prompt /a r, /a r, prompt /b r, /b r,");
    assertThat(file(profile, "/a", true).allow() & 4).isZero();
    assertThat(file(profile, "/b", true).allow() & 4).as("the same priority").isNotZero();
  }

  @Test
  void aProfileNamedAsTheProgramIsATransitionByName() {
    assertThat(rules(Features.LINUX_6_12, "/a px -> /a,").transitions()).containsExactly("/a");
    assertThat(rules(Features.LINUX_6_12, "/a cx -> /a,").transitions()).isEmpty();
  }

  @Test
  void linksOfOthersSayNothingOfTheOwners() {
    KernelProfile profile = rules(Features.LINUX_6_12, "other link subset /a -> /b,");
    assertThat(file(profile, "/a\0/b", true).allow() & 0x7f).isZero();
    assertThat(file(profile, "/a\0/b", false).allow() & 0x7f).isEqualTo(0x10);
  }

  @Test
  void aDeniedUnixSocketPutsAllSocketsInForce() {
    assertThat(rules(WITH_ARRAYS, "deny unix,").sockets()).isNotNull();
    assertThat(rules(WITH_ARRAYS, "/a r,").sockets()).isNull();
  }

  @Test
  void whatIsDeniedIsNotAudited() {
    KernelProfile.Sockets sockets =
        rules(WITH_ARRAYS, "audit network inet, deny network inet,").sockets();
    assertThat(Objects.requireNonNull(sockets).families())
        .allSatisfy(types -> assertThat(List.of(types.allow(), types.audit())).containsOnly(0));
  }

  @Test
  void namesKeepTheBackslashesOfPatterns() {
    Compilation compilation =
        compile(Features.LINUX_6_12, "profile \"/\\101\\*\" { /x px -> \"/\\102\\{\", }");
    KernelProfile profile = compilation.orThrow().profiles().get(0);
    assertThat(profile.name()).isEqualTo("/A\\*");
    assertThat(profile.transitions()).containsExactly("/B\\{");
  }

  @Test
  void anEmptyFirstChoiceBehindAnAtSignIsAnUndefinedVariable() {
    assertThat(compile(Features.LINUX_6_12, "profile p { /@{,c} r, }").diagnostics())
        .extracting(Diagnostic::code)
        .containsExactly("AA-RESOLVE-0004");
    assertThat(compile(Features.LINUX_6_12, "profile p { /@{a,c} r, }").diagnostics()).isEmpty();
  }
}
