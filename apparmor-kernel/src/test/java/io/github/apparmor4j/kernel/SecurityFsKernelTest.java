package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.AccessWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real kernel beside the embedded one; in a guest ({@link RealKernelsTest}). */
@Tag("kernel")
class SecurityFsKernelTest {

  private static final int ENOUGH = 20_000;

  /** The fewest accesses that are known to be allowed. */
  private static final int ENOUGH_WITNESSES = 2_000;

  private static final int LOOKS = 500;

  /** Milliseconds between two changes, many times as long as a look takes on a slow machine. */
  private static final int PAUSE = 20;

  private SecurityFsKernel kernel;
  private EmbeddedKernel embedded = EmbeddedKernel.linux6_12();

  SecurityFsKernelTest() throws IOException {
    kernel = SecurityFsKernel.open();
  }

  @BeforeEach
  void open() throws IOException {
    embedded = GuestCases.embedded(Files.readString(Path.of("/proc/sys/kernel/osrelease")));
    clear();
  }

  @AfterEach
  void clear() throws IOException {
    for (LoadedProfile profile : kernel.profiles()) {
      if (!profile.name().contains("//")) {
        kernel.remove(profile.name());
      }
    }
    for (PolicyNamespace namespace : kernel.policy().namespaces()) {
      kernel.removeNamespace(namespace.name());
    }
  }

  @Test
  void isAvailable() {
    assertThat(SecurityFsKernel.availability()).isEqualTo(Availability.ENABLED);
  }

  @Test
  void hasTheFeaturesThatAreKnownOfIt() throws IOException {
    Set<Map.Entry<String, String>> more = new HashSet<>(kernel.features().leaves().entrySet());
    Set<Map.Entry<String, String>> known = new HashSet<>(embedded.features().leaves().entrySet());
    Set<Map.Entry<String, String>> missing = new HashSet<>(known);
    missing.removeAll(more);
    more.removeAll(known);
    assertThat(more).isEmpty();
    // Later point releases of 6.1 list one feature more, which no rule depends on.
    assertThat(missing.stream().map(Map.Entry::getKey))
        .isSubsetOf("network_v8/tcp-fast-open/yes", "network_v8/tcp-fast-open");
  }

  @Test
  void listsEveryProfileOnceWhileOthersChangePolicy() throws Exception {
    PolicyCompiler compiler = PolicyCompiler.forKernel(embedded.features());
    List<String> staying = List.of("a", "b", "c");
    for (String name : staying) {
      kernel.load(
          compiler
              .compileOrThrow(ProfileParser.parseOrThrow("profile " + name + " { }"))
              .toBytes());
    }
    byte[] other =
        compiler.compileOrThrow(ProfileParser.parseOrThrow("profile other { }")).toBytes();
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> changes =
        CompletableFuture.runAsync(
            () -> {
              while (!done.get()) {
                try {
                  kernel.load(other);
                  Thread.sleep(PAUSE); // there must be quiet moments to look in
                  kernel.remove("other");
                  Thread.sleep(PAUSE);
                } catch (KernelException | InterruptedException e) {
                  throw new CompletionException(e);
                }
              }
            });
    try {
      for (int i = 0; i < LOOKS; i++) {
        assertThat(kernel.profiles().stream().map(LoadedProfile::name))
            .containsAll(staying)
            .doesNotHaveDuplicates();
      }
    } finally {
      done.set(true);
      changes.join();
    }
  }

  @Test
  void loadsReplacesAndRemovesTheWholeCorpus() throws IOException {
    assumeTrue(GuestCases.hasCorpus(), "no corpus here (property apparmor.shared)");
    List<LoadedProfile> before = kernel.profiles();
    List<String> wrong = new ArrayList<>();
    GuestCases.corpus(
        one -> {
          if (one.policy().length == 0) {
            return;
          }
          try {
            kernel.load(one.policy());
            Set<String> there =
                kernel.profiles().stream().map(LoadedProfile::name).collect(Collectors.toSet());
            if (!there.equals(Set.copyOf(one.names()))) {
              wrong.add(one.file() + ": " + there + ", not " + one.names());
            }
            kernel.replace(one.policy());
            for (String name : one.names()) {
              if (!name.contains("//")) {
                kernel.remove(name);
              }
            }
          } catch (KernelException e) {
            wrong.add(one.file() + ": " + e.getMessage());
          }
        });
    assertThat(wrong).isEmpty();
    assertThat(kernel.profiles()).isEqualTo(before);
  }

  /**
   * Asks about strings that the policies' automata lead to, and some beside them; and about the
   * witnesses of sets of accesses, all of which must be allowed.
   */
  @Test
  void decidesAsTheEmbeddedKernelDoes() throws IOException {
    assumeTrue(GuestCases.hasCorpus(), "no corpus here (property apparmor.shared)");
    List<String> wrong = new ArrayList<>();
    int[] asked = new int[1];
    int[] witnesses = new int[1];
    GuestCases.corpus(
        one -> {
          if (one.policy().length == 0) {
            return;
          }
          kernel.load(one.policy());
          for (GuestCases.Question question : one.questions()) {
            AccessWords answer = kernel.ask(question.label(), question.question());
            asked[0]++;
            witnesses[0] += question.witness() != 0 ? 1 : 0;
            if (!answer.equals(question.answer()) || !answer.allows(question.witness())) {
              wrong.add(
                  String.format(
                      "%s '%s': %s, embedded: %s",
                      question.label(),
                      new String(question.question(), java.nio.charset.StandardCharsets.ISO_8859_1),
                      answer,
                      question.answer()));
            }
          }
          clear();
        });
    assertThat(wrong).isEmpty();
    assertThat(asked[0]).isGreaterThan(ENOUGH);
    assertThat(witnesses[0]).isGreaterThan(ENOUGH_WITNESSES);
  }

  @Test
  void refusesFaultyPolicyWithTheSameErrors() throws IOException {
    List<String> wrong = new ArrayList<>();
    int[] count = new int[1];
    GuestCases.faulty(
        one -> {
          String answer = GuestCases.answer(kernel, one.policy());
          // Of more, names become others' children by chance (docs/real-kernels.md, "Not copied").
          if (!answer.equals(one.answer()) && count[0] < GuestCases.COMPARED) {
            wrong.add(count[0] + ": " + answer + ", embedded: " + one.answer());
          }
          count[0]++;
        });
    assertThat(wrong).isEmpty();
    assertThat(count[0]).isEqualTo(GuestCases.MUTATIONS);
  }

  /** Trees, the hashes of profiles among them, and revisions after the same calls. */
  @Test
  void showsTheSameTree() throws IOException {
    PolicyCompiler compiler = PolicyCompiler.forKernel(embedded.features());
    long revision = kernel.revision() - embedded.revision();
    List<String> texts =
        List.of(
            "profile a /usr/bin/a { /x r, hat h { /y w, } } profile b { }",
            "profile a /usr/bin/a flags=(complain) { /x rw, hat h { /y w, } }",
            "profile a /usr/bin/a flags=(complain) { /x rw, hat h { /y w, } }",
            "profile :n:c /c* { capability kill, network inet, }");
    for (String text : texts) {
      byte[] policy = compiler.compileOrThrow(ProfileParser.parseOrThrow(text)).toBytes();
      kernel.replace(policy);
      embedded.replace(policy);
      assertThat(kernel.policy()).isEqualTo(embedded.policy());
      assertThat(kernel.revision()).as(text).isEqualTo(embedded.revision() + revision);
    }
    assertThat(kernel.policy().profile("a//h").orElseThrow().hash()).isNotNull();
  }

  @Test
  void answersQuestionsAboutAccesses() throws IOException {
    byte[] policy =
        PolicyCompiler.forKernel(embedded.features())
            .compileOrThrow(ProfileParser.parseOrThrow(Questions.ASKED))
            .toBytes();
    kernel.load(policy);
    embedded.load(policy);
    List<String> wrong = new ArrayList<>();
    for (Access access : Questions.all()) {
      Decision here = kernel.query("asked", access);
      Decision there = embedded.query("asked", access);
      if (!here.equals(there)) {
        wrong.add(access + ": " + here + ", embedded: " + there);
      }
    }
    assertThat(wrong).isEmpty();
  }
}
