package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.kernel.PolicyNamespace.Node;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads and writes a tree of plain files that looks like AppArmor's in securityfs. */
class SecurityFsTreeTest {

  @TempDir private Path directory = Path.of("");
  private SecurityFsKernel kernel = SecurityFsKernel.at(directory);

  @BeforeEach
  void open() {
    kernel = SecurityFsKernel.at(directory);
  }

  private void write(String file, byte[] content) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, content);
  }

  private void write(String file, String content) throws IOException {
    write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes a profile's directory, which a kernel calls by a part of the name and a number. */
  private void profile(String at, String name, String mode, String attachment) throws IOException {
    write(at + "/name", name + "\n");
    write(at + "/mode", mode + "\n");
    write(at + "/attach", attachment + "\n");
  }

  private static CompiledPolicy compiled(String text) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(ProfileParser.parseOrThrow(text));
  }

  private static void assertRefused(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno));
  }

  // ---- what is there

  @Test
  void readsFeatures() throws IOException {
    Features.LINUX_6_12
        .leaves()
        .forEach(
            (path, value) -> {
              try {
                write("features/" + path, value + "\n");
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(kernel.features()).isEqualTo(Features.LINUX_6_12);
  }

  @Test
  void listsProfilesWithBlanksParenthesesAndEscapes() throws IOException {
    write(
        "profiles",
        """
        web (enforce)
        web//child of it (complain)
        :ns1:web (kill)
        a (b) (enforce)
         blanks  (unconfined)
        a\\012b (enforce)
        /usr/bin/µ (user)
        no profile
        """);
    assertThat(kernel.profiles())
        .containsExactly(
            new LoadedProfile("web", "enforce"),
            new LoadedProfile("web//child of it", "complain"),
            new LoadedProfile(":ns1:web", "kill"),
            new LoadedProfile("a (b)", "enforce"),
            new LoadedProfile(" blanks ", "unconfined"),
            new LoadedProfile("a\\012b", "enforce"),
            new LoadedProfile("/usr/bin/µ", "user"));
    write("profiles", "");
    assertThat(kernel.profiles()).isEmpty();
  }

  @Test
  void showsTheTree() throws IOException {
    profile("policy/profiles/web.2", "web", "enforce", "/usr/bin/web");
    write("policy/profiles/web.2/sha256", "0a1b\n");
    write("policy/profiles/web.2/sha1", "2c3d\n");
    profile("policy/profiles/web.2/profiles/hat.1", "hat", "complain", "hat");
    profile("policy/profiles/old.3", "old", "kill", "<unknown>");
    write("policy/profiles/old.3/sha1", "4e5f\n");
    profile("policy/namespaces/ns1/profiles/web.4", "web", "unconfined", "web");
    Files.createDirectories(directory.resolve("policy/namespaces/ns1/namespaces/below"));

    Node hat = new Node("web//hat", "complain", "hat", null, List.of());
    assertThat(kernel.policy())
        .isEqualTo(
            new PolicyNamespace(
                "",
                List.of(
                    new Node("old", "kill", "<unknown>", "4e5f", List.of()),
                    new Node("web", "enforce", "/usr/bin/web", "0a1b", List.of(hat))),
                List.of(
                    new PolicyNamespace(
                        "ns1",
                        List.of(new Node("web", "unconfined", "web", null, List.of())),
                        List.of(new PolicyNamespace("below", List.of(), List.of()))))));
    assertThat(kernel.namespaces()).containsExactly("ns1", "ns1//below");
  }

  @Test
  void leavesOutProfilesThatWentWhileItLooked() throws IOException {
    profile("policy/profiles/web.1", "web", "enforce", "web");
    profile("policy/profiles/gone.2", "gone", "enforce", "gone");
    Files.delete(directory.resolve("policy/profiles/gone.2/attach"));
    Files.createDirectories(directory.resolve("policy/profiles/nameless.3"));
    assertThat(kernel.policy().all().map(Node::name)).containsExactly("web");
  }

  @Test
  void readsBackWhatProfilesWereLoadedWith() throws IOException {
    byte[] bytes = {1, 0, (byte) 0xff, '\n'};
    write("policy/raw_data/0/raw_data", bytes);
    profile("policy/profiles/web.1", "web", "enforce", "web");
    Files.createSymbolicLink(
        directory.resolve("policy/profiles/web.1/raw_data"), Path.of("../../raw_data/0/raw_data"));
    profile("policy/profiles/web.1/profiles/hat.1", "/hat", "enforce", "/hat");
    write("policy/profiles/web.1/profiles/hat.1/raw_data", "hat");
    profile("policy/namespaces/ns1/profiles/web.1", "web", "enforce", "web");
    profile("policy/namespaces/ns1/namespaces/ns2/profiles/web.1", "web", "enforce", "web");
    write("policy/namespaces/ns1/namespaces/ns2/profiles/web.1/raw_data", "ns2");

    assertThat(kernel.rawData("web")).hasValue(bytes);
    assertThat(kernel.rawData("web///hat")).hasValue("hat".getBytes(StandardCharsets.UTF_8));
    assertThat(kernel.rawData(":ns1:web")).as("it keeps none").isEmpty();
    assertThat(kernel.rawData(":ns1//ns2:web")).hasValue("ns2".getBytes(StandardCharsets.UTF_8));
    for (String name : List.of("none", "web//none", ":none:web", ":ns1:", ":ns1", "")) {
      assertRefused(Errno.ENOENT, () -> kernel.rawData(name));
    }
  }

  /** A name is its line in the kernel's file, whatever characters it has. */
  @Test
  void findsProfilesOfStrangeNames() throws IOException {
    List<String> names = List.of(" blanks ", "a (b)", "a\\012b", "a\nb", "two words", "µ");
    for (int i = 0; i < names.size(); i++) {
      profile("policy/profiles/x." + i, names.get(i), "enforce", names.get(i));
      write("policy/profiles/x." + i + "/raw_data", names.get(i));
    }
    assertThat(kernel.policy().all().map(Node::name)).containsExactlyInAnyOrderElementsOf(names);
    assertThat(kernel.policy().all().map(Node::attachment))
        .containsExactlyInAnyOrderElementsOf(names);
    for (String name : names) {
      assertThat(kernel.rawData(name)).hasValue(name.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void tellsWhetherPolicyIsUpToDate() throws IOException {
    CompiledPolicy policy = compiled("profile web { /x r, }");
    profile("policy/profiles/web.1", "web", "enforce", "web");
    assertThat(kernel.isUpToDate(policy)).isFalse();
    write("policy/profiles/web.1/raw_data", policy.toBytes());
    assertThat(kernel.isUpToDate(policy)).isTrue();
    assertThat(kernel.isUpToDate(compiled("profile web { /x rw, }"))).isFalse();
  }

  @Test
  void readsTheRevision() throws Exception {
    write("revision", "12\n");
    assertThat(kernel.revision()).isEqualTo(12);
    assertThat(kernel.awaitChange(11, Duration.ofMinutes(1))).isEqualTo(12);
    write("revision", "none\n");
    assertRefused(Errno.OTHER, () -> kernel.revision());
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    assertRefused(Errno.ENOENT, () -> kernel.features());
    assertRefused(Errno.ENOENT, () -> kernel.profiles());
    assertRefused(Errno.ENOENT, () -> kernel.revision());
    assertRefused(Errno.ENOENT, () -> kernel.awaitChange(1, Duration.ZERO));
    assertRefused(Errno.ENOENT, () -> kernel.rawData("web"));
    assertRefused(Errno.ENOENT, () -> kernel.replace(compiled("profile web { }").toBytes()));
    assertRefused(Errno.ENOENT, () -> kernel.remove("web"));
    assertRefused(Errno.ENOENT, () -> kernel.ask("web", new byte[] {2}));
    assertRefused(Errno.ENOENT, () -> kernel.createNamespace("ns1"));
    assertThat(kernel.policy()).isEqualTo(new PolicyNamespace("", List.of(), List.of()));
  }

  // ---- changes

  @Test
  void writesPolicyAsItIs() throws IOException {
    write("features/policy/set_load", "yes\n");
    write("profiles", "web (enforce)\nweb//hat (enforce)\n");
    write(".load", "");
    write(".replace", "");
    byte[] policy = compiled("profile web { /x r, hat hat { } }").toBytes();
    kernel.load(policy);
    assertThat(directory.resolve(".load")).hasBinaryContent(policy);
    assertThat(directory.resolve(".replace")).isEmptyFile();
    byte[] other = compiled("profile web { /y r, hat hat { } }").toBytes();
    kernel.replace(other);
    assertThat(directory.resolve(".replace")).hasBinaryContent(other);
    assertThat(directory.resolve(".load")).hasBinaryContent(policy);
    assertRefused(Errno.EINVAL, () -> kernel.load(new byte[0]));
  }

  /** Each write begins the plain file again, so that the last profile's is there. */
  @Test
  void writesEachProfileOnItsOwnToKernelsThatTakeNoSets() throws IOException {
    write("features/policy/versions/v5", "yes\n");
    write("profiles", "a (enforce)\nb (enforce)\n");
    write(".load", "");
    kernel.load(compiled("profile a { } profile b { }").toBytes());
    assertThat(directory.resolve(".load")).hasBinaryContent(compiled("profile b { }").toBytes());
  }

  @Test
  void reportsAProfileThatIsNotListedOnceAfterwards() throws IOException {
    write("features/policy/set_load", "yes\n");
    write(".load", "");
    byte[] policy = compiled("profile web { }").toBytes();
    write("profiles", "other (enforce)\n");
    assertThatThrownBy(() -> kernel.load(policy))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("the kernel took profile web, but lists it 0 times");
    assertThat(directory.resolve(".load")).hasBinaryContent(policy);
    write("profiles", "web (enforce)\nweb (enforce)\n");
    assertThatThrownBy(() -> kernel.load(policy))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("lists it 2 times");
  }

  @Test
  void writesNamesOfProfilesToRemove() throws IOException {
    for (String name : List.of("web", "web//hat of it", ":ns1:web", "a (b)", "µ")) {
      write(".remove", "");
      kernel.remove(name);
      assertThat(directory.resolve(".remove"))
          .hasBinaryContent(name.getBytes(StandardCharsets.UTF_8));
    }
    assertRefused(Errno.EINVAL, () -> kernel.remove(""));
  }

  @Test
  void makesAndRemovesNamespaces() throws IOException {
    Files.createDirectories(directory.resolve("policy/namespaces"));
    kernel.createNamespace("ns1");
    assertThat(kernel.namespaces()).containsExactly("ns1");
    assertRefused(Errno.EEXIST, () -> kernel.createNamespace("ns1"));
    assertRefused(Errno.EINVAL, () -> kernel.createNamespace("../ns1"));
    kernel.removeNamespace("ns1");
    assertThat(kernel.namespaces()).isEmpty();
    assertRefused(Errno.ENOENT, () -> kernel.removeNamespace("ns1"));
  }

  @Test
  void aNamespaceLeadsToNoOtherDirectory() throws IOException {
    Path other = Files.createDirectories(directory.resolve("other/profiles/z"));
    Files.writeString(other.resolve("name"), "z\n");
    Files.writeString(other.resolve("raw_data"), "secret");
    for (String namespace :
        List.of(directory.resolve("other").toString(), "../other", "..//other", "a//../../other")) {
      assertThatThrownBy(() -> kernel.rawData(":" + namespace + ":z"))
          .isInstanceOf(KernelException.class)
          .hasMessageContaining("is not loaded");
    }
  }
}
