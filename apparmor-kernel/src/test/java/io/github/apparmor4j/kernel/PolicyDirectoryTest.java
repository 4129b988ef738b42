package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.PolicyDirectory.PolicyFile;
import io.github.apparmor4j.kernel.PolicyDirectory.State;
import io.github.apparmor4j.kernel.PolicyDirectory.Status;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class PolicyDirectoryTest {

  private final EmbeddedKernel kernel = EmbeddedKernel.linux6_12();

  @TempDir private Path temporary = Path.of("");
  private Path files = temporary;
  private Path state = temporary;

  @BeforeEach
  void make() throws IOException {
    files = Files.createDirectory(temporary.resolve("profiles"));
    state = temporary.resolve("state/owned");
  }

  private PolicyDirectory.Builder builder() {
    return PolicyDirectory.builder(kernel, files).state(state).boot("one");
  }

  /** Looks once, as a process of its own. */
  private static Status sync(PolicyDirectory.Builder builder) throws IOException {
    try (PolicyDirectory directory = builder.open()) {
      return directory.sync();
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(files.resolve(name), text);
  }

  private void loadForeign(String text) throws KernelException {
    kernel.replace(
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compileOrThrow(ProfileParser.parseOrThrow(text))
            .toBytes());
  }

  private List<String> loaded() {
    return kernel.profiles().stream().map(LoadedProfile::toString).sorted().toList();
  }

  private static PolicyFile file(Status status, String name) {
    return status.files().stream().filter(file -> file.name().equals(name)).findAny().orElseThrow();
  }

  @Test
  void loadsWhatChangedOnly() throws IOException {
    write("web", "profile web { /srv/** r, }");
    write("db", "profile db { } profile db-tool { }");
    try (PolicyDirectory directory = builder().open()) {
      assertThat(directory.status().isReady()).isFalse();
      Status first = directory.sync();
      assertThat(first.isReady()).as(first.toString()).isTrue();
      assertThat(first.loads()).isEqualTo(2);
      assertThat(loaded()).containsExactly("db (enforce)", "db-tool (enforce)", "web (enforce)");
      long revision = kernel.revision();
      assertThat(directory.sync()).isEqualTo(first);
      assertThat(kernel.revision()).isEqualTo(revision);
      write("web", "profile web flags=(complain) { /srv/** r, }");
      Status second = directory.sync();
      assertThat(second.loads()).isEqualTo(3);
      assertThat(second.generation()).isNotEqualTo(first.generation());
      assertThat(loaded()).contains("web (complain)");
    }
  }

  @Test
  void keepsTheLastGoodPolicy() throws IOException {
    write("web", "profile web { /srv/** r, }");
    try (PolicyDirectory directory = builder().open()) {
      directory.sync();
      write("web", "profile web { /srv/** rr");
      write("other", "profile other { }");
      Status status = directory.sync();
      assertThat(status.isReady()).isFalse();
      assertThat(file(status, "web").state()).isEqualTo(State.INVALID);
      assertThat(file(status, "web").problem()).contains("web:1");
      assertThat(file(status, "web").profiles()).containsExactly("web");
      assertThat(file(status, "other").state()).isEqualTo(State.ENFORCED);
      kernel.remove("web");
      directory.sync();
      assertThat(loaded()).containsExactly("other (enforce)", "web (enforce)");
      write("web", "profile web { }");
      assertThat(directory.sync().isReady()).isTrue();
    }
  }

  @Test
  void saysWhatCantBeRead() throws IOException {
    write("empty", "");
    write("binary", "\0\1\2");
    write("twice", "profile a { }");
    write("twice2", "profile a { }");
    Files.createSymbolicLink(files.resolve("out"), Path.of("/etc/passwd"));
    try (PolicyDirectory directory = builder().open()) {
      Status status = directory.sync();
      assertThat(file(status, "empty").problem()).isEqualTo("it has no profile");
      assertThat(file(status, "binary").state()).isEqualTo(State.INVALID);
      assertThat(file(status, "out").problem()).isEqualTo("it leads out of the directory");
      assertThat(file(status, "twice").state()).isEqualTo(State.ENFORCED);
      assertThat(file(status, "twice2").problem()).isEqualTo("profile a is in twice, too");
    }
    PolicyDirectory missing = PolicyDirectory.builder(kernel, files.resolve("missing")).open();
    assertThat(missing.sync().problem()).contains("can't be read");
    assertThat(loaded()).containsExactly("a (enforce)");
  }

  @Test
  void touchesNothingOfOthers() throws IOException {
    loadForeign("profile web { /theirs r, }");
    loadForeign("profile theirs { }");
    write("web", "profile web { /ours r, }");
    write("new", "profile new { }");
    try (PolicyDirectory directory = builder().prune(true).open()) {
      Status status = directory.sync();
      assertThat(file(status, "web").state()).isEqualTo(State.REFUSED);
      assertThat(file(status, "web").problem()).isEqualTo("someone else has loaded profile web");
      assertThat(file(status, "new").state()).isEqualTo(State.ENFORCED);
      write("web", "profile web { /theirs r, }");
      assertThat(directory.sync().isReady()).as("it is what we would load").isTrue();
      Files.delete(files.resolve("web"));
      Files.delete(files.resolve("new"));
      assertThat(directory.sync().removals()).isEqualTo(1);
      assertThat(loaded()).containsExactly("theirs (enforce)", "web (enforce)");
      write("new", "profile new { }");
      directory.sync();
      assertThat(directory.removeAll()).containsExactly("new");
      assertThat(loaded()).containsExactly("theirs (enforce)", "web (enforce)");
    }
  }

  @Test
  void leavesLoadedWhatIsGoneUnlessToldOtherwise() throws IOException {
    write("web", "profile web-1 { }");
    try (PolicyDirectory directory = builder().open()) {
      directory.sync();
      write("web", "profile web-2 { }");
      Status status = directory.sync();
      assertThat(status.isReady()).isTrue();
      assertThat(status.leftOver()).containsExactly("web-1");
      assertThat(loaded()).containsExactly("web-1 (enforce)", "web-2 (enforce)");
    }
    try (PolicyDirectory directory = builder().prune(true).open()) {
      assertThat(directory.sync().removals()).isEqualTo(1);
      assertThat(loaded()).containsExactly("web-2 (enforce)");
    }
  }

  @Test
  void ownsWhatAnEarlierProcessLoaded() throws IOException {
    write("a b", "profile a { } profile \"x y\" { }");
    sync(builder());
    write("a b", "profile a { /x r, } profile \"x y\" { }");
    assertThat(sync(builder()).isReady()).isTrue();
    loadForeign("profile a { /theirs r, }");
    write("a b", "profile a { /y r, }");
    assertThat(file(sync(builder()), "a b").problem()).contains("someone else");
    assertThat(sync(builder().prune(true)).removals()).isZero();
    loadForeign("profile old { }");
    write("a b", "profile old { /x r, }");
    assertThat(file(sync(builder().boot("two")), "a b").state()).isEqualTo(State.REFUSED);
  }

  /** A file that can't be compiled after a restart may have what was loaded from it before. */
  @Test
  void prunesNothingOfAFileThatCantBeCompiled() throws IOException {
    write("web", "profile web { }");
    sync(builder());
    write("web", "profile web {");
    Status status = sync(builder().prune(true));
    assertThat(status.isReady()).isFalse();
    assertThat(loaded()).containsExactly("web (enforce)");
  }

  /** A profile that moved to a file that isn't enforced yet is in a file still. */
  @Test
  void prunesNothingWhileAFileIsNotEnforced() throws IOException {
    write("a", "profile p { }");
    sync(builder());
    Files.delete(files.resolve("a"));
    write("b", "profile p { } profile q {");
    assertThat(sync(builder().prune(true)).removals()).isZero();
    loadForeign("profile q { /theirs r, }");
    write("b", "profile p { } profile q { }");
    try (PolicyDirectory directory = builder().prune(true).open()) {
      assertThat(directory.sync().removals()).isZero();
      assertThat(directory.status().isReady()).isFalse();
      assertThat(directory.status().leftOver()).isEmpty();
      kernel.remove("q");
      assertThat(directory.sync().isReady()).isTrue();
      // What was ours and is somebody else's by now isn't removed.
      loadForeign("profile q { /theirs r, }");
      write("b", "profile p { }");
      assertThat(directory.sync().removals()).isZero();
      assertThat(directory.removeAll()).containsExactly("p");
    }
    assertThat(loaded()).containsExactly("q (enforce)");
  }

  /** Some kernels don't tell what was loaded. */
  @Test
  void replacesWhatChangedWithoutRawData() throws IOException {
    AppArmorKernel silent =
        AlteredKernel.of(
            kernel, (method, arguments) -> method.equals("rawData") ? Optional.empty() : null);
    write("web", "profile web { }");
    loadForeign("profile theirs { }");
    write("theirs", "profile theirs { }");
    try (PolicyDirectory directory =
        PolicyDirectory.builder(silent, files).state(state).boot("one").open()) {
      Status status = directory.sync();
      assertThat(status.loads()).isEqualTo(1);
      assertThat(file(status, "theirs").state()).isEqualTo(State.REFUSED);
      assertThat(directory.sync().loads()).isEqualTo(1);
      write("web", "profile web flags=(complain) { }");
      assertThat(directory.sync().loads()).isEqualTo(2);
      assertThat(loaded()).contains("web (complain)");
    }
    PolicyKeeper keeper = new PolicyKeeper(silent);
    CompiledPolicy policy =
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compileOrThrow(ProfileParser.parseOrThrow("profile web { }"));
    assertThat(keeper.put("web", policy)).isTrue();
    assertThat(keeper.put("web", policy)).isFalse();
    assertThat(loaded()).contains("web (enforce)");
  }

  @Test
  void letsOneProcessHaveAState() throws IOException {
    PolicyDirectory first = builder().open();
    assertThatThrownBy(() -> builder().open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in use");
    first.close();
    builder().open().close();
    assertThatThrownBy(() -> builder().interval(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAStateOfAnotherFormat() throws IOException {
    Files.createDirectories(state.getParent());
    for (String text : List.of("x", "apparmor4j-owned-profiles 1\none\nno entry\n", "a\nb\n")) {
      Files.writeString(state, text);
      assertThatThrownBy(() -> builder().open()).isInstanceOf(IOException.class);
    }
  }

  /** As kubelet does it: the files are links through ..data, which is exchanged as a whole. */
  @Test
  void readsAConfigMapsChangeAsOne() throws IOException {
    configMap("1", "profile a { } profile b { }", "profile c { }");
    Files.createSymbolicLink(files.resolve("first"), Path.of("..data/first"));
    Files.createSymbolicLink(files.resolve("second"), Path.of("..data/second"));
    try (PolicyDirectory directory = builder().open()) {
      assertThat(directory.sync().isReady()).isTrue();
      configMap("2", "profile a { }", "profile c { } profile b { }");
      Status status = directory.sync();
      assertThat(status.isReady()).as("b moved from one file to the other").isTrue();
      assertThat(file(status, "second").profiles()).containsExactly("b", "c");
      Files.delete(files.resolve("..data"));
      assertThat(directory.sync().files()).as("dangling links").isEmpty();
      assertThat(loaded()).hasSize(3);
    }
  }

  private void configMap(String version, String first, String second) throws IOException {
    Path data = Files.createDirectory(files.resolve("..version" + version));
    Files.writeString(data.resolve("first"), first);
    Files.writeString(data.resolve("second"), second);
    Path link = Files.createSymbolicLink(files.resolve("..data_tmp"), data.getFileName());
    Files.move(link, files.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  @Timeout(60)
  void seesChangesByItself() throws Exception {
    LinkedBlockingQueue<Status> seen = new LinkedBlockingQueue<>();
    try (PolicyDirectory directory = builder().interval(Duration.ofMinutes(10)).open()) {
      directory.watch(seen::add);
      assertThatThrownBy(() -> directory.watch(seen::add))
          .isInstanceOf(IllegalStateException.class);
      write("web", "profile web { }");
      await(seen, 1);
      kernel.remove("web");
      await(seen, 2);
      write("web", "profile web { /x r, }");
      await(seen, 3);
      assertThat(loaded()).containsExactly("web (enforce)");
    }
  }

  @Test
  @Timeout(60)
  void goesOnAfterALookThatWentWrong() throws Exception {
    LinkedBlockingQueue<Status> seen = new LinkedBlockingQueue<>();
    write("web", "profile web { }");
    int[] texts = new int[1];
    PolicyDirectory.Builder builder =
        builder()
            .interval(Duration.ofMillis(10))
            .compiler(
                text -> {
                  if (texts[0]++ == 0) {
                    throw new IllegalStateException("gone wrong");
                  }
                  return PolicyCompiler.forKernel(Features.LINUX_6_12)
                      .compile(
                          Resolver.of(IncludeResolver.none()).resolve(ProfileParser.parse(text)));
                });
    try (PolicyDirectory directory = builder.open()) {
      write("good", "profile good { }");
      directory.watch(
          status -> {
            seen.add(status);
            throw new IllegalStateException("the listener's fault");
          });
      Status first = seen.poll(50, TimeUnit.SECONDS);
      assertThat(first).isNotNull();
      assertThat(file(first, "good").problem()).isEqualTo("gone wrong");
      assertThat(file(first, "web").state()).isEqualTo(State.ENFORCED);
      await(seen, 2);
    }
  }

  @Test
  void enforcesTheOthersWhateverIsThrownAtOneFile() throws IOException {
    write("bad", "profile bad { }");
    write("good", "profile good { }");
    Throwable[] thrown = new Throwable[1];
    try (PolicyDirectory directory = builder().compiler(text -> compile(text, thrown)).open()) {
      assertThat(directory.sync().isReady()).isTrue();
      Map<Throwable, String> problems =
          Map.of(
              new AssertionError("boom"),
              "java.lang.AssertionError: boom",
              new StackOverflowError(),
              "java.lang.StackOverflowError",
              new IllegalStateException(""),
              "java.lang.IllegalStateException: ");
      int texts = 0;
      for (Map.Entry<Throwable, String> each : problems.entrySet()) {
        thrown[0] = each.getKey();
        write("bad", "profile bad { /%s r, }".formatted(++texts));
        write("good", "profile good { /%s r, }".formatted(texts));
        Status status = directory.sync();
        assertThat(file(status, "bad").state()).isEqualTo(State.INVALID);
        assertThat(file(status, "bad").problem()).isEqualTo(each.getValue());
        assertThat(file(status, "bad").profiles()).as("of the text before").containsExactly("bad");
        assertThat(file(status, "good").state()).isEqualTo(State.ENFORCED);
        assertThat(status.loads()).isEqualTo(2 + texts);
      }
      thrown[0] = new InternalError("dying");
      assertThatThrownBy(directory::sync).isSameAs(thrown[0]);
      thrown[0] = null;
      assertThat(directory.sync().isReady()).as("it is tried again").isTrue();
    }
  }

  /** Compiles a text, but of the file "bad" throws what there is. */
  private static Compilation compile(SourceText text, Throwable[] thrown) {
    if (text.name().equals("bad") && thrown[0] instanceof Error e) {
      throw e;
    } else if (text.name().equals("bad") && thrown[0] instanceof RuntimeException e) {
      throw e;
    }
    return PolicyCompiler.forKernel(Features.LINUX_6_12).compile(text, IncludeResolver.none());
  }

  private static void await(LinkedBlockingQueue<Status> seen, long loads) throws Exception {
    Status status;
    do {
      status = seen.poll(50, TimeUnit.SECONDS);
      assertThat(status).as("a look at what changed").isNotNull();
    } while (status.loads() < loads);
  }

  /** The kernel takes a policy of two namespaces in two pieces, and may refuse the second. */
  @Test
  void ownsWhatWasTakenOfAPolicyThatWasRefused() throws IOException {
    String deep = "profile :" + "n//".repeat(100) + "n:y { }"; // deeper than kernels go
    for (String other : List.of(deep, "profile :m:z { } " + deep)) {
      write("p", "profile p { } " + other);
      Status refused = sync(builder());
      assertThat(file(refused, "p").state()).isEqualTo(State.REFUSED);
      assertThat(file(refused, "p").profiles()).isEmpty();
      assertThat(refused.isReady()).isFalse();
      write("p", "profile p { /mended r, }");
      assertThat(file(sync(builder().prune(true)), "p").state()).isEqualTo(State.ENFORCED);
      assertThat(loaded()).containsExactly("p (enforce)");
    }
  }

  @Test
  void openStateIsNobodyElses() throws IOException {
    write("p", "profile p { }");
    sync(builder());
    Path lock = state.resolveSibling("owned.lock");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lock)))
        .isEqualTo("rw-------");
    Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("rw-r--r--"));
    sync(builder());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lock)))
        .isEqualTo("rw-------");
    Files.delete(lock);
    Files.createSymbolicLink(lock, temporary.resolve("elsewhere"));
    assertThatThrownBy(() -> builder().open()).isInstanceOf(IOException.class);
    assertThat(temporary.resolve("elsewhere")).doesNotExist();
  }
}
