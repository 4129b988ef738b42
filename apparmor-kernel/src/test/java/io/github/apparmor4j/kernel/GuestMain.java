package io.github.apparmor4j.kernel;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs in a guest on a real AppArmor kernel: writes each {@code *.policy} of a directory to {@code
 * .replace}, puts the hexadecimal queries of {@code *.queries} to {@code .access}, and prints one
 * line for each.
 */
final class GuestMain {

  private static final Path APPARMOR = Path.of("/sys/kernel/security/apparmor");

  private GuestMain() {}

  public static void main(String[] args) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(Path.of(args[0]))) {
      files = listed.sorted().toList();
    }
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(".policy")) {
        System.out.println("@@ " + name + " " + replace(Files.readAllBytes(file)));
      } else if (name.endsWith(".queries")) {
        for (String line : Files.readAllLines(file)) {
          System.out.println("@@ " + line + " " + access(HexFormat.of().parseHex(line)));
        }
      }
    }
    System.out.println("@@ end -");
  }

  private static String replace(byte[] policy) {
    try (FileOutputStream out = new FileOutputStream(APPARMOR.resolve(".replace").toFile())) {
      out.write(policy);
      return "ok";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
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
