package io.github.apparmor4j.aa;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileInputStream;
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
import java.util.Arrays;
import java.util.List;

/**
 * A JVM that runs {@code aa parser} for a small script in the place of {@code apparmor_parser}, so
 * that programs that call it hundreds of times don't start as many JVMs. Its working directory is
 * that of the programs: a JVM can't change it. One call after the other.
 */
final class AaServer implements AutoCloseable {

  /** The script: it leaves its arguments in a file and its process's number for standard input. */
  private static final String SCRIPT =
      """
      #!/bin/bash
      d=$(mktemp -d)
      printf '%%s\\0' "$@" > "$d/arguments"
      exec 3<> /dev/tcp/127.0.0.1/%s
      echo "$d $$" >&3
      read -r status <&3
      cat "$d/out"
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
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                AaServer.class.getName())
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String port = process.inputReader().readLine();
    Files.writeString(script, SCRIPT.formatted(port));
    if (!script.toFile().setExecutable(true)) {
      throw new IOException(script + " can't be made executable");
    }
    return new AaServer(process);
  }

  private static String absolute(String classPath) {
    List<String> entries =
        Arrays.stream(classPath.split(":")).map(e -> "" + Path.of(e).toAbsolutePath()).toList();
    return String.join(":", entries);
  }

  /** Ends the server. */
  @Override
  public void close() {
    process.destroy();
  }

  /** Serves, and prints the port. */
  public static void main(String[] none) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress())) {
      System.out.println(server.getLocalPort());
      while (true) {
        try (Socket socket = server.accept();
            BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            Writer out = new OutputStreamWriter(socket.getOutputStream(), UTF_8)) {
          String[] call = in.readLine().split(" ", -1);
          out.write(answer(Path.of(call[0]), Path.of("/proc", call[1], "fd/0")) + "\n");
        }
      }
    }
  }

  private static int answer(Path call, Path input) throws IOException {
    String arguments = "parser\0" + Files.readString(call.resolve("arguments"));
    PrintStream stdout = System.out;
    PrintStream stderr = System.err;
    try (PrintStream out = new PrintStream(Files.newOutputStream(call.resolve("out")));
        PrintStream errors = new PrintStream(Files.newOutputStream(call.resolve("errors")))) {
      System.setOut(out);
      System.setErr(errors);
      System.setIn(new Late(input));
      return Aa.run(arguments.substring(0, arguments.length() - 1).split("\0", -1));
    } finally {
      System.setOut(stdout);
      System.setErr(stderr);
    }
  }

  /** The content of a file that is opened when it is read for the first time. */
  private static final class Late extends InputStream {

    private final Path file;
    private InputStream in = InputStream.nullInputStream();
    private boolean open;

    Late(Path file) {
      this.file = file;
    }

    private InputStream opened() throws IOException {
      if (!open) {
        in = new FileInputStream(file.toFile());
        open = true;
      }
      return in;
    }

    @Override
    public int read() throws IOException {
      return opened().read();
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      return opened().read(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
