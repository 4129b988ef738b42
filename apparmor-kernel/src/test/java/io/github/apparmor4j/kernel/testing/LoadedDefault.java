package io.github.apparmor4j.kernel.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.testing.PolicyComparison;
import io.github.apparmor4j.testing.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The default profile that a daemon in a guest has loaded, beside ours. */
public final class LoadedDefault {

  private LoadedDefault() {}

  /** Puts {@code policycmp.py} where {@link #assertSame} finds it; a {@link Guest.Preparation}. */
  public static void prepare(Path results) throws Exception {
    Files.copy(Shared.path("tools/policycmp.py"), results.resolve("policycmp.py"));
  }

  /**
   * Fails unless the kernel holds under a name what we compile of a file, by our comparison and by
   * {@code policycmp.py}.
   *
   * @param file ours
   */
  public static void assertSame(SecurityFsKernel kernel, String name, ProfileFile file)
      throws Exception {
    // Debian's parser takes policies that pin no ABI to be written for this one.
    Features unpinned =
        Features.parse(Files.readString(Path.of("/usr/share/apparmor-features/features")));
    byte[] ours =
        PolicyCompiler.forKernel(kernel.features())
            .withDefaultAbi(unpinned)
            .compile(
                Resolver.of(IncludeResolver.directories(Path.of("/etc/apparmor.d"))).resolve(file))
            .orThrow()
            .toBytes();
    byte[] theirs = kernel.rawData(name).orElseThrow();
    PolicyReader.Kernel limits =
        System.getProperty("os.version").startsWith("6.")
            ? PolicyReader.Kernel.LINUX_6_12
            : PolicyReader.Kernel.LINUX_7_2;
    List<String> differences =
        PolicyComparison.differences(
            PolicyReader.read(theirs, limits), PolicyReader.read(ours, limits));
    Path left = Files.write(Guest.RESULTS.resolve("theirs.bin"), theirs);
    Path right = Files.write(Guest.RESULTS.resolve("ours.bin"), ours);
    Shared.Output verdict =
        Shared.run("python3", Guest.RESULTS.resolve("policycmp.py"), "compare", left, right);
    if (Shell.sh("apparmor_parser --version").orThrow().contains("version 3.0.8\n")) {
      // What 3.0.8 and 5.0.2, and ours with it, make of the same text differs for mounts with flags
      // that no kernel has and sockets of types that there aren't; nothing else may.
      assertThat(differences)
          .containsExactly(name + " policydb '\\x07\\x00\\x00\\x00\\x0a': 0/100 and 0/0");
      assertThat(verdict.text().lines().filter(line -> line.contains("\\x")).map(String::strip))
          .containsExactly(
              "\"\\x07\\x00\\x00\\x00x\" (class 7 mount)",
              "\"\\x0e\\x00\\x00\\x00x\" (class 14 net_v8)");
    } else {
      assertThat(differences).as(verdict.text()).isEmpty();
      assertThat(verdict.status()).as(verdict.text() + verdict.errors()).isZero();
    }
  }
}
