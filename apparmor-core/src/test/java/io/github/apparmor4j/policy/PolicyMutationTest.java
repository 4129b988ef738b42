package io.github.apparmor4j.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever happens to a policy's bytes: it is refused, or its tables can be walked. */
class PolicyMutationTest {

  private static final byte[] POLICY =
      PolicyCompiler.forKernel(Features.LINUX_6_12)
          .compileOrThrow(
              ProfileParser.parseOrThrow(
                  """
                  profile p /bin/p flags=(attach_disconnected.path=/x, mediate_deleted) {
                    /a/** rw, deny /a/s r, /x Px -> y, /z cx -> k,
                    network inet stream, capability kill, umount /m/,
                    hat h { /q r, }
                  }
                  """))
          .toBytes();

  @Test
  void mutatedBytesAreRefusedOrSafe() {
    int refused = 0;
    int accepted = 0;
    Random random = new Random(1);
    for (int offset = 0; offset < POLICY.length; offset++) {
      for (int value :
          new int[] {0, 0xff, POLICY[offset] ^ 1, POLICY[offset] ^ 0x80, POLICY[offset] + 1}) {
        byte[] mutated = POLICY.clone();
        mutated[offset] = (byte) value;
        try {
          for (KernelProfile profile : PolicyReader.read(mutated, PolicyReader.Kernel.LINUX_6_12)) {
            walk(profile, random);
          }
          accepted++;
        } catch (PolicyFormatException e) {
          assertThat(e.offset()).isBetween(0, mutated.length);
          refused++;
        }
      }
    }
    assertThat(refused).isPositive();
    assertThat(accepted).isPositive();
  }

  private static void walk(KernelProfile profile, Random random) {
    Stream.<@Nullable PolicyDfa>of(
            profile.attachment() == null ? null : profile.attachment().dfa(),
            profile.policyDb(),
            profile.files())
        .forEach(
            dfa -> {
              if (dfa != null) {
                for (int state = 0; state < dfa.size(); state++) {
                  int to = dfa.walk(state, (byte) random.nextInt(), (byte) random.nextInt());
                  assertThat(to).isBetween(0, dfa.size() - 1);
                }
              }
            });
  }

  @Test
  void truncatedPoliciesAreRefused() throws PolicyFormatException {
    int second = PolicyReader.read(POLICY, PolicyReader.Kernel.LINUX_6_12).size();
    assertThat(second).isEqualTo(2);
    int boundary = 0;
    for (int length = 0; length < POLICY.length; length++) {
      byte[] cut = Arrays.copyOf(POLICY, length);
      try {
        PolicyReader.read(cut, PolicyReader.Kernel.LINUX_6_12);
        boundary++;
      } catch (PolicyFormatException e) {
        assertThat(e).hasMessageContaining("offset");
      }
    }
    assertThat(boundary).as("cuts between two profiles").isEqualTo(1);
  }

  @Test
  void limitsAreTheKernels() {
    byte[] abi9 = POLICY.clone();
    abi9[12] = 9; // the ABI in the first version word
    assertThatThrownBy(() -> PolicyReader.read(abi9, PolicyReader.Kernel.LINUX_6_1))
        .isInstanceOf(PolicyFormatException.class);
  }
}
