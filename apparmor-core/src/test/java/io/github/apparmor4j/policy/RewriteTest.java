package io.github.apparmor4j.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.profile.RuleSamples;
import io.github.apparmor4j.profile.RuleSamples.Sample;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.SourceText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A policy that is read and written again has the same bytes, whatever rule it was made of. */
class RewriteTest {

  private static final List<String> OTHERS =
      List.of(
          "profile p /bin/{a,b}* flags=(complain, attach_disconnected=/x, audit) { /a r, }",
          "profile p flags=(kill.signal=hup) xattrs=(user.a=b* security.c=\"d\") /x { }",
          "profile :ns:p { hat h { /b w, } profile c { /c ix, } }",
          "profile p { set rlimit nofile <= 100, set rlimit cpu <= 5s, capability, deny /e rw, }",
          "profile p flags=(unconfined) { }",
          "profile p { " + "/**a?b?c[d-f]* rw,\n/{a,b/**}/c px -> x,\n".repeat(2) + "}");

  @ParameterizedTest
  @EnumSource(KernelRelease.class)
  void policiesAreWrittenAsTheyWereRead(KernelRelease release) throws PolicyFormatException {
    List<String> texts = new ArrayList<>(OTHERS);
    for (Sample sample : RuleSamples.samples()) {
      texts.add("@{HOME} = /home/u\n@{p_x} = px\nprofile p { " + sample.text() + "\n}\n");
    }
    Set<Integer> different = new HashSet<>();
    for (String text : texts) {
      Compilation compiled =
          PolicyCompiler.forKernel(release.features())
              .compile(SourceText.of("f", text), IncludeResolver.none());
      if (!compiled.isOk()) {
        continue; // a sample that says what nobody can compile alone
      }
      byte[] policy = compiled.orThrow().toBytes();
      List<KernelProfile> read = PolicyReader.read(policy, PolicyReader.Kernel.LINUX_7_2);
      assertThat(new CompiledPolicy(read).toBytes()).as(text).isEqualTo(policy);
      assertThat(read).as(text).isEqualTo(compiled.orThrow().profiles());
      different.add(Arrays.hashCode(policy));
    }
    assertThat(different).hasSizeGreaterThan(20);
  }
}
