package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.PolicyStore.Action;
import io.github.apparmor4j.kernel.PolicyStore.Scope;
import io.github.apparmor4j.kernel.testing.Guest;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.SourceText;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kills JVMs that edit a store, write a cache and keep an agent's state: 20, or 200 of them
 * (docs/real-kernels.md, "The long variants"). And makes the system's calls fail under them.
 */
class CrashTest {

  private static final int CRASHES = GuestCases.LONG ? 200 : 20;
  private static final String TEXT =
      "# a comment\nprofile web { /srv/** r, }\n" + "# more of it\n".repeat(2000);
  private static final String COMPLAINING = TEXT.replace("web {", "web flags=(complain) {");
  private static final FileTime TIME = FileTime.fromMillis(1_000_000);

  /** The calls that change files. */
  private static final String CHANGES =
      "write,fsync,fdatasync,ftruncate,pwrite64,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
          + "symlink,symlinkat,mkdir,chmod,fchmod,chown,fchown,lchown,utimensat,fsetxattr";

  private static byte[] policy(String text) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(ProfileParser.parseOrThrow(text))
        .toBytes();
  }

  private static PolicyCache cache(Path root) throws IOException {
    return PolicyCache.create("features", List.of(root.resolve("cache")));
  }

  private static PolicyDirectory.Builder agent(Path root) {
    return PolicyDirectory.builder(EmbeddedKernel.linux6_12(), root.resolve("profiles"))
        .state(root.resolve("state"))
        .boot("one");
  }

  /**
   * Edits and writes: the first argument is the directory that all is in, the second the number of
   * rounds. A failure of the system is counted, and the next step tried.
   */
  static final class Editor {
    private final Path root;
    private int done;
    private int failed;

    private Editor(Path root) {
      this.root = root;
    }

    /** A change of a file. */
    private interface Step {
      void run() throws IOException;
    }

    private void step(Step step) {
      try {
        step.run();
        done++;
      } catch (IOException e) {
        failed++;
      }
    }

    private void requireWhole() throws IOException {
      String text = Files.readString(root.resolve("store/web"));
      if (!text.equals(TEXT) && !text.equals(COMPLAINING)) {
        throw new IllegalStateException("half written: " + text.length());
      }
    }

    private static void requireEqual(Object wanted, Object found) {
      if (!wanted.equals(found)) {
        throw new IllegalStateException("wanted " + wanted + ", found " + found);
      }
    }

    private void edit(PolicyStore store, Action action) throws IOException {
      store.plan(action, Scope.FILE, store.find("web")).apply();
      // Nobody is told that something is done that isn't.
      if (action == Action.DISABLE) {
        requireEqual(true, Files.isSymbolicLink(root.resolve("store/disable/web")));
      } else {
        String text = action == Action.COMPLAIN ? COMPLAINING : TEXT;
        requireEqual(text, Files.readString(root.resolve("store/web")));
      }
    }

    private void round(PolicyStore store, PolicyDirectory agent, Action action) {
      String text = action == Action.COMPLAIN ? COMPLAINING : TEXT;
      step(() -> edit(store, action));
      step(() -> cache(root).write("web", policy(text), TIME));
      step(
          () ->
              AtomicFiles.write(
                  root.resolve("profiles/p"),
                  SourceText.encode("profile p { /" + action + " r, }")));
      step(agent::sync);
    }

    /** Runs until all rounds are done, or it is killed. */
    public static void main(String[] arguments) throws IOException {
      Editor editor = new Editor(Path.of(arguments[0]));
      PolicyStore store = PolicyStore.of(editor.root.resolve("store"));
      List<Action> actions = List.of(Action.COMPLAIN, Action.ENFORCE, Action.DISABLE);
      try (PolicyDirectory agent = agent(editor.root).open()) {
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
          editor.round(store, agent, actions.get(i % actions.size()));
          editor.requireWhole();
          System.out.println(editor.done + " " + editor.failed);
        }
      }
    }
  }

  private static Path prepare(Path root) throws IOException {
    Files.createDirectory(root.resolve("cache"));
    Files.createDirectory(root.resolve("profiles"));
    return Files.writeString(Files.createDirectory(root.resolve("store")).resolve("web"), TEXT);
  }

  private static Process start(List<String> before, Path root, int rounds) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-cp",
            Guest.classPath(),
            Editor.class.getName(),
            root.toString(),
            "" + rounds));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Checks that each file is the old or the new, and that a later start heals; returns a text. */
  private static String checkWhole(Path root, String when) throws IOException {
    String text = Files.readString(root.resolve("store/web"));
    assertThat(List.of(TEXT, COMPLAINING)).as(when).contains(text);
    Optional<PolicyCache.Entry> entry = cache(root).find("web", TIME);
    assertThat(List.of(policy(TEXT), policy(COMPLAINING))).contains(entry.orElseThrow().policy());
    try (PolicyDirectory agent = agent(root).open()) {
      assertThat(agent.sync().isReady()).as("it starts again").isTrue();
    }
    PolicyStore store = PolicyStore.of(root.resolve("store"));
    assertThat(store.files()).as("remains are hidden").containsExactly(root.resolve("store/web"));
    assertThat(shown(root)).containsExactly("cache", "profiles", "state", "state.lock", "store");
    return text;
  }

  @Test
  void filesAreWholeAndOldOrNew(@TempDir Path root) throws Exception {
    prepare(root);
    Random random = new Random(1);
    int complaints = 0;
    for (int crash = 0; crash < CRASHES; crash++) {
      Process editor = start(List.of(), root, Integer.MAX_VALUE);
      try (BufferedReader output = editor.inputReader()) {
        assertThat(output.readLine()).as("it edits").isNotNull();
        Thread.sleep(random.nextInt(200)); // any moment of an edit: nothing is expected of the time
        editor.destroyForcibly().waitFor();
      }
      complaints += checkWhole(root, "after crash " + crash).equals(COMPLAINING) ? 1 : 0;
    }
    System.out.printf("%d crashes: %d old, %d new%n", CRASHES, CRASHES - complaints, complaints);
  }

  /**
   * Every so many calls that change files fail, for each kind of failure: {@code strace} does it,
   * so these are the system's own answers.
   */
  @ParameterizedTest
  @CsvSource({"EIO, 2, 7", "ENOSPC, 1, 4", "EINTR, 1, 3"})
  void filesAreWholeWhenCallsFail(String error, int first, int step, @TempDir Path root)
      throws Exception {
    assumeTrue(hasStrace(), "strace is not here, or may not trace");
    prepare(root);
    String fault = CHANGES + ":error=" + error + ":when=" + first + "+" + step;
    List<String> strace =
        List.of("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + CHANGES);
    List<String> command = new ArrayList<>(strace);
    command.addAll(List.of("-e", "inject=" + fault));
    Process editor = start(command, root, 60);
    String last = "";
    try (BufferedReader output = editor.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        last = line;
      }
    }
    assertThat(editor.waitFor()).as("ends by itself: " + last).isZero();
    System.out.println(error + ": steps done and failed: " + last);
    assertThat(last).as("steps failed").doesNotEndWith(" 0");
    Process healthy = start(List.of(), root, 1);
    assertThat(healthy.waitFor()).isZero();
    checkWhole(root, "after " + error);
  }

  private static boolean hasStrace() throws InterruptedException {
    try {
      return new ProcessBuilder("strace", "-qq", "-o", "/dev/null", "true").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> shown(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<String> names =
          new ArrayList<>(files.map(file -> String.valueOf(file.getFileName())).sorted().toList());
      names.removeIf(name -> name.startsWith("."));
      return names;
    }
  }
}
