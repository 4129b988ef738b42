package io.github.apparmor4j.aa;

import io.github.apparmor4j.aa.parser.AaParser;
import io.github.apparmor4j.aa.parser.ParserArguments;
import io.github.apparmor4j.kernel.AppArmorKernel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;
import picocli.CommandLine;

/** Runs {@code aa} in this JVM. */
final class Tool {

  /** What a run left: its status, and what it printed; {@code out} holds a byte per character. */
  record Run(int status, String out, String errors) {}

  private Tool() {}

  /** Runs {@code aa}. */
  static Run aa(String input, String... arguments) {
    return run(input, () -> Aa.run(arguments));
  }

  /** Runs {@code aa parser} for a kernel. */
  static Run parser(AppArmorKernel kernel, String input, String... arguments) {
    return run(
        input,
        () ->
            ParserArguments.asGetoptDoes(new CommandLine(new AaParser(() -> kernel)))
                .execute(arguments));
  }

  private static Run run(String input, IntSupplier command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    PrintStream stdout = System.out;
    PrintStream stderr = System.err;
    InputStream stdin = System.in;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      int status = command.getAsInt();
      return new Run(
          status,
          out.toString(StandardCharsets.ISO_8859_1),
          errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(stdout);
      System.setErr(stderr);
      System.setIn(stdin);
    }
  }
}
