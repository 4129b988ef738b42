package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.features.Features;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs in a guest on a real AppArmor kernel: replaces by each {@code *.policy} of a directory, puts
 * the hexadecimal queries of {@code *.queries} to {@code .access} by itself, asks {@link Questions}
 * through the library, and prints one line for each.
 */
final class GuestMain {

  private static final Path APPARMOR = Path.of("/sys/kernel/security/apparmor");

  private GuestMain() {}

  public static void main(String[] args) throws IOException {
    say("availability", SecurityFsKernel.availability().name());
    SecurityFsKernel kernel = SecurityFsKernel.open();
    Features known = args[1].equals("6.1") ? Features.LINUX_6_1 : Features.LINUX_6_12;
    Set<Map.Entry<String, String>> others = new HashSet<>(kernel.features().leaves().entrySet());
    others.removeAll(known.leaves().entrySet());
    Set<Map.Entry<String, String>> missing = new HashSet<>(known.leaves().entrySet());
    missing.removeAll(kernel.features().leaves().entrySet());
    say("features", others + " " + missing);
    List<Path> files;
    try (Stream<Path> listed = Files.list(Path.of(args[0]))) {
      files = listed.sorted().toList();
    }
    byte[] first = new byte[0];
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(".policy")) {
        byte[] policy = Files.readAllBytes(file);
        say(name, result(() -> kernel.replace(policy)));
        if (first.length == 0) {
          first = policy;
          say("profiles", kernel.profiles().toString());
        }
      } else if (name.endsWith(".queries")) {
        for (String line : Files.readAllLines(file)) {
          say(line, access(HexFormat.of().parseHex(line)));
        }
      }
    }
    List<Questions.Question> questions = Questions.all();
    for (int i = 0; i < questions.size(); i++) {
      Decision decision = kernel.query("asked", questions.get(i).access());
      say("q" + i, (decision.allowed() ? "allow" : "deny") + (decision.logged() ? " logged" : ""));
    }
    byte[] loaded = first;
    say("load", result(() -> kernel.load(loaded)));
    say("remove", result(() -> kernel.remove("nobody")));
    say("end", "-");
  }

  private static void say(String key, String answer) {
    System.out.println("@@ " + key + " " + answer);
  }

  private interface Change {
    void make() throws KernelException;
  }

  private static String result(Change change) {
    try {
      change.make();
      return "ok";
    } catch (KernelException e) {
      return e.errno().toString();
    }
  }

  private static String access(byte[] query) {
    try (RandomAccessFile file = new RandomAccessFile(APPARMOR.resolve(".access").toFile(), "rw")) {
      file.write(query);
      byte[] answer = new byte[200];
      int length = file.read(answer);
      return new String(answer, 0, length, StandardCharsets.US_ASCII).replace('\n', ' ').strip();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
