package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

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

/**
 * Kills JVMs that edit a store, write a cache and keep an agent's state: 20, or 200 of them
 * (docs/real-kernels.md, "The long variants").
 */
class CrashTest {

  private static final int CRASHES = GuestCases.LONG ? 200 : 20;
  private static final String TEXT =
      "# a comment\nprofile web { /srv/** r, }\n" + "# more of it\n".repeat(2000);
  private static final String COMPLAINING = TEXT.replace("web {", "web flags=(complain) {");
  private static final FileTime TIME = FileTime.fromMillis(1_000_000);

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

  /** Edits and writes for ever: the argument is the directory that all is in. */
  static final class Editor {
    private Editor() {}

    /** Runs until killed. */
    public static void main(String[] arguments) throws IOException {
      Path root = Path.of(arguments[0]);
      PolicyStore store = PolicyStore.of(root.resolve("store"));
      PolicyCache cache = cache(root);
      try (PolicyDirectory agent = agent(root).open()) {
        for (Action action = Action.COMPLAIN; ; ) {
          boolean complains = action == Action.COMPLAIN;
          store.plan(action, Scope.FILE, store.find("web")).apply();
          cache.write("web", policy(complains ? COMPLAINING : TEXT), TIME);
          AtomicFiles.write(
              root.resolve("profiles/p"),
              SourceText.encode(complains ? "profile p { }" : "profile p { /a r, }"));
          agent.sync();
          System.out.println(action);
          action = complains ? Action.ENFORCE : Action.COMPLAIN;
        }
      }
    }
  }

  @Test
  void filesAreWholeAndOldOrNew(@TempDir Path root) throws Exception {
    Path store = Files.createDirectory(root.resolve("store"));
    Path file = Files.writeString(store.resolve("web"), TEXT);
    Files.createDirectory(root.resolve("cache"));
    Files.createDirectory(root.resolve("profiles"));
    List<byte[]> policies = List.of(policy(TEXT), policy(COMPLAINING));
    Random random = new Random(1);
    int complaints = 0;
    for (int crash = 0; crash < CRASHES; crash++) {
      Process editor =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  Guest.classPath(),
                  Editor.class.getName(),
                  root.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader output = editor.inputReader()) {
        assertThat(output.readLine()).as("it edits").isNotNull();
        Thread.sleep(random.nextInt(200)); // any moment of an edit: nothing is expected of the time
        editor.destroyForcibly().waitFor();
      }
      String text = Files.readString(file);
      assertThat(List.of(TEXT, COMPLAINING)).as("after crash %s", crash).contains(text);
      complaints += text.equals(COMPLAINING) ? 1 : 0;
      Optional<PolicyCache.Entry> entry = cache(root).find("web", TIME);
      assertThat(policies).contains(entry.orElseThrow().policy());
      try (PolicyDirectory agent = agent(root).open()) {
        assertThat(agent.sync().isReady()).as("it starts again").isTrue();
      }
    }
    System.out.printf("%d crashes: %d old, %d new%n", CRASHES, CRASHES - complaints, complaints);
    assertThat(PolicyStore.of(store).files()).as("remains are hidden").containsExactly(file);
    assertThat(shown(root)).containsExactly("cache", "profiles", "state", "state.lock", "store");
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
