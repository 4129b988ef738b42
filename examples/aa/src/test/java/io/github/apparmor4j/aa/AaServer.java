package io.github.apparmor4j.aa;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A JVM that runs {@code aa parser} for a small script in the place of {@code apparmor_parser}, so
 * that programs that call it hundreds of times don't start as many JVMs. Its working directory is
 * that of the programs: a JVM can't change it. One call after the other.
 */
final class AaServer implements AutoCloseable {

  /** The script: it leaves its arguments, and its input if it names no file, in a directory. */
  private static final String SCRIPT =
      """
      #!/bin/bash
      d=$(mktemp -d)
      printf '%%s\\0' "$@" > "$d/arguments"
      [ $# -gt 0 ] && [ -e "${*: -1}" ] || cat > "$d/input"
      exec 3<> /dev/tcp/127.0.0.1/%s
      echo "$d" >&3
      read -r status <&3
      cat "$d/output"
      cat "$d/errors" >&2
      rm -r "$d"
      exit "$status"
      """;

  private final Process process;

  private AaServer(Process process) {
    this.process = process;
  }

  /**
   * Starts a server.
   *
   * @param directory its working directory
   * @param script the script that calls it; written here
   */
  static AaServer start(Path directory, Path script) throws IOException {
    List<String> command = new ArrayList<>(command());
    command.add(script.toString());
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.inputReader().readLine() == null) {
      throw new IOException("the server does not start");
    }
    return new AaServer(process);
  }

  /** Returns the command that starts a server; the script's path is to be added. */
  static List<String> command() {
    String classes =
        Arrays.stream(System.getProperty("java.class.path").split(":", -1))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(":"));
    return List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        classes,
        AaServer.class.getName());
  }

  /** Ends the server. */
  @Override
  public void close() {
    process.destroy();
  }

  /** Writes the script and says so, then serves. */
  public static void main(String[] arguments) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress())) {
      Path script = Path.of(arguments[0]);
      Path whole = script.resolveSibling("." + script.getFileName());
      Files.writeString(whole, SCRIPT.formatted(server.getLocalPort()));
      Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(whole, script, StandardCopyOption.ATOMIC_MOVE);
      System.out.println("ready");
      while (true) {
        try (Socket socket = server.accept();
            BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            Writer out = new OutputStreamWriter(socket.getOutputStream(), UTF_8)) {
          out.write(answer(Path.of(in.readLine())) + "\n");
        }
      }
    }
  }

  private static int answer(Path call) throws IOException {
    String arguments = "parser\0" + Files.readString(call.resolve("arguments"));
    Path input = call.resolve("input");
    PrintStream stdout = System.out;
    PrintStream stderr = System.err;
    try (PrintStream out = new PrintStream(Files.newOutputStream(call.resolve("output")));
        PrintStream errors = new PrintStream(Files.newOutputStream(call.resolve("errors")));
        InputStream in =
            Files.exists(input) ? Files.newInputStream(input) : InputStream.nullInputStream()) {
      System.setOut(out);
      System.setErr(errors);
      System.setIn(in);
      return Aa.run(arguments.substring(0, arguments.length() - 1).split("\0", -1));
    } finally {
      System.setOut(stdout);
      System.setErr(stderr);
    }
  }
}
