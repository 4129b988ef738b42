package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.CompiledPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every kernel does: the one in memory and, in a guest, real ones. */
abstract class KernelContract {

  private AppArmorKernel kernel = EmbeddedKernel.linux6_12();

  /** Opens the kernel, which may hold policy of others. */
  abstract AppArmorKernel open() throws KernelException;

  @BeforeEach
  void prepare() throws KernelException {
    kernel = open();
    clear();
  }

  @AfterEach
  void clear() throws KernelException {
    for (String namespace : kernel.namespaces()) {
      if (!namespace.contains("//")) {
        kernel.removeNamespace(namespace);
      }
    }
    for (LoadedProfile profile : kernel.profiles()) {
      if (!profile.name().contains("//")) {
        kernel.remove(profile.name());
      }
    }
  }

  private CompiledPolicy compiled(String text) throws KernelException {
    return PolicyCompiler.forKernel(kernel.features())
        .compileOrThrow(ProfileParser.parseOrThrow(text));
  }

  private byte[] policy(String text) throws KernelException {
    return compiled(text).toBytes();
  }

  private List<String> listed() throws KernelException {
    return kernel.profiles().stream().map(LoadedProfile::toString).toList();
  }

  private static void assertRefused(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno));
  }

  @Test
  void listsTheNewestFirstAndChildrenBehindTheirParents() throws KernelException {
    kernel.load(policy("profile a { hat h { /x r, } profile c { } }"));
    kernel.load(policy("profile b { /x r, } profile d { }"));
    assertThat(listed())
        .containsExactly(
            "d (enforce)", "b (enforce)", "a (enforce)", "a//h (enforce)", "a//c (enforce)");
  }

  @Test
  void takesChildrenWhoseNamesBeginWithASlash() throws KernelException {
    kernel.load(policy("profile a { ^/app { /x r, } profile /b { profile /c { } } }"));
    assertThat(names()).containsExactlyInAnyOrder("a", "a///app", "a///b", "a///b///c");
    assertThat(kernel.policy().profile("a///b")).isPresent();
    assertThat(kernel.rawData("a///b///c")).isPresent();
    kernel.remove("a///b");
    assertThat(names()).containsExactlyInAnyOrder("a", "a///app");
  }

  @Test
  void showsModes() throws KernelException {
    kernel.load(
        policy(
            "profile c flags=(complain) { } profile k flags=(kill) { }"
                + " profile u flags=(unconfined) { }"));
    assertThat(listed()).containsExactly("u (unconfined)", "k (kill)", "c (complain)");
  }

  @Test
  void loadsAllOfASetOrNothing() throws KernelException {
    kernel.load(policy("profile a { /old r, }"));
    assertRefused(Errno.EEXIST, () -> kernel.load(policy("profile n { } profile a { }")));
    assertThat(listed()).containsExactly("a (enforce)");
    kernel.replace(policy("profile n { } profile a flags=(complain) { }"));
    assertThat(listed()).containsExactlyInAnyOrder("n (enforce)", "a (complain)");
  }

  @Test
  void keepsChildrenOfAReplacedProfile() throws KernelException {
    kernel.load(policy("profile a { hat h { } profile c { } }"));
    kernel.replace(policy("profile a { /x r, }"));
    assertThat(listed())
        .containsExactlyInAnyOrder("a (enforce)", "a//h (enforce)", "a//c (enforce)");
  }

  @Test
  void removesWithChildrenAndChildrenAlone() throws KernelException {
    kernel.load(policy("profile a { hat h { } profile c { } } profile b { }"));
    kernel.remove("a//h");
    assertThat(listed()).containsExactly("b (enforce)", "a (enforce)", "a//c (enforce)");
    kernel.remove("a");
    assertThat(listed()).containsExactly("b (enforce)");
    assertRefused(Errno.ENOENT, () -> kernel.remove("a"));
    assertRefused(Errno.ENOENT, () -> kernel.remove("b//x"));
    assertRefused(Errno.ENOENT, () -> kernel.remove(":none:b"));
    assertThat(listed()).containsExactly("b (enforce)");
  }

  @Test
  void refusesWhatIsNoPolicy() throws KernelException {
    byte[] policy = policy("profile a { /x r, }");
    assertRefused(Errno.EINVAL, () -> kernel.load(new byte[0]));
    assertRefused(
        Errno.EPROTONOSUPPORT, () -> kernel.load("garbage".getBytes(StandardCharsets.US_ASCII)));
    assertRefused(Errno.EPROTO, () -> kernel.load(Arrays.copyOf(policy, policy.length - 1)));
    assertRefused(Errno.EPROTO, () -> kernel.replace(Arrays.copyOf(policy, policy.length / 2)));
    byte[] newer = policy.clone();
    newer[12] = 10; // the header's version: kernels know 5 to 9 at most
    assertRefused(Errno.EPROTONOSUPPORT, () -> kernel.load(newer));
    assertThat(listed()).isEmpty();
  }

  @Test
  void keepsNamespacesApart() throws KernelException {
    kernel.load(policy("profile a { }"));
    kernel.load(policy("profile :ns1:a flags=(complain) { hat h { } }"));
    kernel.createNamespace("ns2");
    assertThat(kernel.namespaces()).containsExactly("ns1", "ns2");
    assertThat(listed())
        .containsExactlyInAnyOrder("a (enforce)", ":ns1:a (complain)", ":ns1:a//h (enforce)");
    assertRefused(Errno.EEXIST, () -> kernel.createNamespace("ns2"));
    assertRefused(Errno.ENOENT, () -> kernel.removeNamespace("ns3"));
    kernel.remove(":ns1:a//h");
    kernel.remove(":ns1:");
    assertRefused(Errno.ENOENT, () -> kernel.remove(":ns1:"));
    kernel.removeNamespace("ns2");
    assertThat(kernel.namespaces()).isEmpty();
    assertThat(listed()).containsExactly("a (enforce)");
  }

  /** Written at once, these would end with a name twice in the list, and a kernel that crashes. */
  @Test
  void loadsReplacesAndRemovesFamiliesOfSeveralNamespaces() throws KernelException {
    byte[] families =
        policy(
            """
            profile gamma { /old r, hat h { } }
            profile :n1:gamma { /old r, profile c { hat i { } } }
            profile :n2:gamma { hat h { } }
            profile :n2:delta { }
            profile beta { }
            """);
    List<String> names =
        List.of(
            "beta",
            "gamma",
            "gamma//h",
            ":n1:gamma",
            ":n1:gamma//c",
            ":n1:gamma//c//i",
            ":n2:delta",
            ":n2:gamma",
            ":n2:gamma//h");
    for (int i = 0; i < 50; i++) {
      kernel.load(families);
      assertThat(names()).containsExactlyInAnyOrderElementsOf(names);
      assertRefused(Errno.EEXIST, () -> kernel.load(families));
      kernel.replace(families);
      kernel.replace(policy("profile :n2:gamma flags=(complain) { } profile gamma { /new r, }"));
      assertThat(names()).containsExactlyInAnyOrderElementsOf(names);
      assertThat(listed()).contains(":n2:gamma (complain)", "gamma (enforce)");
      for (String name : names) {
        if (name.indexOf("//") < 0) {
          kernel.remove(name);
        }
      }
      assertThat(names()).isEmpty();
    }
  }

  private List<String> names() throws KernelException {
    return kernel.profiles().stream().map(LoadedProfile::name).toList();
  }

  @Test
  void refusesAChildOfAnotherNamespaceThanItsParents() throws KernelException {
    for (String text :
        List.of(
            "profile p { ^:ns4:y { } }",
            "profile p { profile :ns4:y { } }",
            "@{A}=\":ns4:y\"\nprofile p { ^@{A} { } }")) {
      assertRefused(Errno.ENOENT, () -> kernel.load(policy(text)));
      assertThat(names()).as("of " + text).isEmpty();
      assertThat(kernel.namespaces()).as("of " + text).isEmpty();
    }
  }

  @Test
  void loadsEachNamespaceOfAPolicyOnItsOwn() throws KernelException {
    byte[] both = joined(policy("profile :ns1:a { }"), policy("profile :ns2:b { } profile c { }"));
    kernel.load(both);
    assertThat(listed())
        .containsExactlyInAnyOrder(":ns2:b (enforce)", ":ns1:a (enforce)", "c (enforce)");
    assertThat(kernel.rawData(":ns1:a")).hasValue(policy("profile :ns1:a { }"));
  }

  @Test
  void refusesANameThatIsInAPolicyTwice() throws KernelException {
    byte[] one = policy("profile :ns1:a { /x r, }");
    byte[] twice = joined(policy("profile b { }"), joined(one, one));
    assertRefused(Errno.EEXIST, () -> kernel.load(twice));
    assertRefused(Errno.EEXIST, () -> kernel.replace(twice));
    assertThat(listed()).isEmpty();
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  @Test
  void refusesAChildWithoutItsParent() throws KernelException {
    byte[] orphan = policy("profile :ns1:a//b { }");
    assertRefused(Errno.ENOENT, () -> kernel.load(orphan));
    assertThat(kernel.namespaces()).as("nothing is done").isEmpty();
    byte[] grandchild = policy("profile :ns2:g//h//i { } profile :ns2:g { }");
    assertRefused(Errno.ENOENT, () -> kernel.replace(grandchild));
    assertThat(listed()).isEmpty();
    kernel.load(policy("profile :ns3:c//d { } profile :ns3:c { }"));
    kernel.load(policy("profile :ns3:c//e { }"));
    assertThat(listed())
        .containsExactly(":ns3:c (enforce)", ":ns3:c//e (enforce)", ":ns3:c//d (enforce)");
  }

  @Test
  void showsATree() throws KernelException {
    kernel.load(policy("profile a /usr/bin/a { hat h { } profile c /x { } } profile g /b* { }"));
    kernel.load(policy("profile :ns1:n { }"));
    PolicyNamespace tree = kernel.policy();
    assertThat(tree.profiles().stream().map(PolicyNamespace.Node::name)).containsExactly("a", "g");
    assertThat(tree.all().map(PolicyNamespace.Node::name))
        .containsExactly("a", "a//c", "a//h", "g");
    assertThat(tree.profile("a//c").orElseThrow().mode()).isEqualTo("enforce");
    assertThat(tree.profile("g").orElseThrow().attachment()).isEqualTo("<unknown>");
    assertThat(tree.profile("a//h").orElseThrow().attachment()).isEqualTo("h");
    assertThat(tree.namespace("ns1").orElseThrow().profile("n")).isPresent();
  }

  @Test
  void readsBackWhatWasLoaded() throws KernelException {
    CompiledPolicy policy = compiled("profile a { /x r, hat h { /y w, } }");
    assertThat(kernel.isUpToDate(policy)).isFalse();
    assertThat(kernel.update(policy)).isTrue();
    assertThat(kernel.rawData("a//h")).hasValue(policy.toBytes());
    assertThat(kernel.isUpToDate(policy)).isTrue();
    assertThat(kernel.update(policy)).isFalse();
    assertThat(kernel.isUpToDate(compiled("profile a { /x rw, hat h { /y w, } }"))).isFalse();
    assertRefused(Errno.ENOENT, () -> kernel.rawData("b"));
  }

  @Test
  void countsChanges() throws Exception {
    long before = kernel.revision();
    assertThat(kernel.awaitChange(before, Duration.ofMillis(50))).isEqualTo(before);
    kernel.load(policy("profile a { }"));
    long loaded = kernel.revision();
    assertThat(loaded).isGreaterThan(before);
    assertThat(kernel.awaitChange(before, Duration.ZERO)).isEqualTo(loaded);
    CompletableFuture<Long> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return kernel.awaitChange(loaded, Duration.ofSeconds(30));
              } catch (KernelException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    kernel.replace(policy("profile a { /x r, }"));
    assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo(kernel.revision());
  }

  @Test
  void answersInItsOwnWords() throws KernelException {
    kernel.load(
        policy(
            """
            profile a {
              /srv/** rmix,
              owner /own rw,
              deny /secret r,
              audit /srv/log w,
              network inet stream,
              deny signal send peer=b,
            }
            profile u flags=(unconfined) { }
            """));
    assertThat(ask("a", "\2/srv/x").allow()).isEqualTo(0x10245);
    assertThat(ask("a", "\2/own").allow() & 0xf).isEqualTo(0xe);
    assertThat(ask("a", "\2/secret")).isEqualTo(new AccessWords(0x200, 0, 0, 0x44));
    assertThat(ask("a", "\2/srv/log").audit()).isEqualTo(0x317a);
    assertThat(ask("a", "\12\1b").quiet() & 2).isEqualTo(2);
    assertThat(ask("u", "\2/srv/x")).isEqualTo(new AccessWords(-1, 0, 0, -1));
    assertRefused(Errno.ENOENT, () -> ask("none", "\2/"));
    assertRefused(Errno.ENOENT, () -> ask("a//&u", "\2/"));
  }

  private AccessWords ask(String label, String question) throws KernelException {
    return kernel.ask(label, question.getBytes(StandardCharsets.ISO_8859_1));
  }
}
