package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.kernel.PolicyStore.Action;
import io.github.apparmor4j.kernel.PolicyStore.Scope;
import io.github.apparmor4j.kernel.testing.Guest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills JVMs that edit a store: 20, or 200 of them (docs/real-kernels.md, "The long variants"). */
class StoreCrashTest {

  private static final int CRASHES = GuestCases.LONG ? 200 : 20;
  private static final String TEXT =
      "# a comment\nprofile web { /srv/** r, }\n" + "# more of it\n".repeat(2000);

  /** Edits for ever: arguments are the store's directory. */
  static final class Editor {
    private Editor() {}

    /** Runs until killed. */
    public static void main(String[] arguments) throws IOException {
      PolicyStore store = PolicyStore.of(Path.of(arguments[0]));
      for (Action action = Action.COMPLAIN; ; ) {
        store.plan(action, Scope.FILE, store.find("web")).apply();
        System.out.println(action);
        action = action == Action.COMPLAIN ? Action.ENFORCE : Action.COMPLAIN;
      }
    }
  }

  @Test
  void filesAreWholeAndOldOrNew(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("web"), TEXT);
    String complaining = TEXT.replace("web {", "web flags=(complain) {");
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
                  directory.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader output = editor.inputReader()) {
        assertThat(output.readLine()).as("it edits").isNotNull();
        Thread.sleep(random.nextInt(200)); // any moment of an edit: nothing is expected of the time
        editor.destroyForcibly().waitFor();
      }
      String text = Files.readString(file);
      assertThat(List.of(TEXT, complaining)).as("after crash %s", crash).contains(text);
      complaints += text.equals(complaining) ? 1 : 0;
    }
    System.out.printf("%d crashes: %d old, %d new%n", CRASHES, CRASHES - complaints, complaints);
    assertThat(PolicyStore.of(directory).files()).as("remains are hidden").containsExactly(file);
  }
}
