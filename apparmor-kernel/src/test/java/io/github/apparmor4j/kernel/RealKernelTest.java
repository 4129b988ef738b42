package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The embedded kernel beside real ones, booted in a virtual machine: what they load, what they
 * refuse and with which error, and what they answer.
 */
@Tag("kernel")
class RealKernelTest {

  private static final int MUTATIONS = 600;

  private static final String ASKED =
      """
      profile asked /usr/sbin/asked {
        /srv/www/** r,
        /usr/bin/tool rix,
        /usr/lib/*.so* rm,
        /var/lock/* rwk,
        owner /home/*/log w,
        deny /srv/www/secret r,
        audit deny /etc/shadow r,
        audit /var/log/web a,
        network inet stream,
        audit network inet6 dgram,
        deny network unix,
        signal (receive) set=(term) peer=init,
        ptrace (readby) peer=monitor,
        mount fstype=tmpfs options=(rw, nosuid) tmpfs -> /tmp/x/,
        mount options=(rw, bind) /a/ -> /b/,
        remount options=(ro) /c/,
        umount /tmp/x/,
      }
      """;

  /** A question in both forms: for the embedded kernel, and as bytes for a real one's .access. */
  private record Question(Access access, byte[] string, int mask) {}

  private final List<Question> questions = new ArrayList<>();

  // The bits of .access answers are the kernel's own, not those of the tables.
  private static final Map<Character, Integer> FILE_BITS =
      Map.of('x', 1, 'w', 2, 'r', 4, 'a', 8, 'k', 0x8000, 'm', 0x10000);

  private void file(String path, String letters) {
    // The kernel is asked by root, who owns what root owns.
    int mask = letters.chars().map(c -> FILE_BITS.getOrDefault((char) c, 0)).sum();
    questions.add(
        new Question(
            new Access.File(path, FilePermissions.of(letters), true, null), bytes(2, path), mask));
  }

  private void socket(NetworkFamily family, SocketType type) {
    questions.add(
        new Question(
            Access.socket(family, type),
            bytes(14, 0, family.number(), 0, type.number()),
            io.github.apparmor4j.profile.NetworkPermission.CREATE.bit()));
  }

  private static byte[] bytes(Object... fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object field : fields) {
      if (field instanceof Integer code) {
        out.write(code);
      } else {
        out.writeBytes(field.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toByteArray();
  }

  private void ask() {
    for (String path :
        List.of(
            "/srv/www/index.html",
            "/srv/www/",
            "/srv/www/secret",
            "/etc/shadow",
            "/etc/passwd",
            "/usr/bin/tool",
            "/usr/lib/libc.so.6",
            "/usr/lib/x/libc.so.6",
            "/var/lock/a",
            "/var/log/web",
            "/home/u/log",
            "/home/u/v/log",
            "/")) {
      for (String letters : List.of("r", "w", "a", "m", "k")) {
        file(path, letters);
      }
    }
    questions.add(new Question(Access.file("/usr/bin/tool", "x"), bytes(2, "/usr/bin/tool"), 1));
    for (NetworkFamily family :
        List.of(NetworkFamily.INET, NetworkFamily.INET6, NetworkFamily.UNIX, NetworkFamily.X25)) {
      for (SocketType type : List.of(SocketType.STREAM, SocketType.DGRAM, SocketType.RAW)) {
        socket(family, type);
      }
    }
    for (String name : List.of("term", "kill")) {
      Signal signal = Objects.requireNonNull(Signal.named(name));
      for (String peer : List.of("init", "other")) {
        for (SignalPermission permission : SignalPermission.values()) {
          questions.add(
              new Question(
                  new Access.Signal(permission, signal, peer),
                  bytes(10, signal.code(), peer),
                  permission.bit()));
        }
      }
    }
    for (PtracePermission permission : PtracePermission.values()) {
      for (String peer : List.of("monitor", "init")) {
        questions.add(
            new Question(new Access.Ptrace(permission, peer), bytes(9, peer), permission.bit()));
      }
    }
    questions.add(
        new Question(
            new Access.Mount("tmpfs", List.of(MountOption.NOSUID), "tmpfs", "/tmp/x/"),
            bytes(7, "/tmp/x/", 0, "tmpfs", 0, "tmpfs", 0, 2),
            2));
    questions.add(
        new Question(
            new Access.Mount("tmpfs", List.of(), "tmpfs", "/tmp/x/"),
            bytes(7, "/tmp/x/", 0, "tmpfs", 0, "tmpfs", 0),
            2));
    questions.add(
        new Question(
            new Access.Mount("none", List.of(MountOption.BIND), "/a/", "/b/"),
            bytes(7, "/b/", 0, "/a/", 0, 0, 13),
            2));
    questions.add(new Question(new Access.Umount("/tmp/x/"), bytes(7, "/tmp/x/"), 4));
    questions.add(new Question(new Access.Umount("/"), bytes(7, "/"), 4));
  }

  @ParameterizedTest(name = "Linux {0}")
  @ValueSource(strings = {"6.1", "6.12"})
  void agreesWithTheRealKernel(String version) throws Exception {
    Path guest =
        Path.of(System.getProperty("apparmor.shared", "../../shared"), "tools/guest").normalize();
    assumeTrue(Files.exists(guest), "no guest at " + guest + " (property apparmor.shared)");
    EmbeddedKernel kernel =
        version.equals("6.1") ? EmbeddedKernel.linux6_1() : EmbeddedKernel.linux6_12();
    // The guest sees this machine's files but those below /tmp, and a checkout may lie there.
    Path cases = Files.createTempDirectory(Path.of(System.getProperty("user.home")), ".guest");
    try {
      compare(kernel, version, guest, cases);
    } finally {
      try (Stream<Path> files = Files.walk(cases)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  private void compare(EmbeddedKernel kernel, String version, Path guest, Path cases)
      throws Exception {
    PolicyCompiler compiler = PolicyCompiler.forKernel(kernel.features());
    byte[] asked = compiler.compile(ProfileParser.parseOrThrow(ASKED)).toBytes();
    byte[] small =
        compiler
            .compile(
                ProfileParser.parseOrThrow(
                    "profile m flags=(attach_disconnected) { /a{b,c} rpx -> d, capability kill,"
                        + " signal, hat h { /e/** r, } }"))
            .toBytes();

    Map<String, byte[]> policies = new LinkedHashMap<>();
    policies.put("0.policy", asked);
    policies.put("1.policy", small);
    Random random = new Random(20261123);
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutated = small.clone();
      mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      policies.put(String.format("m%03d.policy", i), mutated);
    }
    for (Map.Entry<String, byte[]> policy : policies.entrySet()) {
      Files.write(cases.resolve(policy.getKey()), policy.getValue());
    }
    ask();
    List<String> queries = new ArrayList<>();
    for (Question question : questions) {
      queries.add(HexFormat.of().formatHex(bytes("label", 0, "asked", 0)) + hex(question.string()));
    }
    Files.write(cases.resolve("0.queries"), queries);

    Map<String, String> answers = run(guest, version, cases);

    List<String> differences = new ArrayList<>();
    policies.forEach(
        (name, policy) -> {
          String ours = replaced(kernel, policy);
          String theirs = String.valueOf(answers.get(name));
          if (!theirs.equals(ours)) {
            differences.add(name + ": " + theirs + ", embedded: " + ours);
          }
        });
    kernel.replace(asked);
    for (int i = 0; i < questions.size(); i++) {
      Question question = questions.get(i);
      String theirs = decision(String.valueOf(answers.get(queries.get(i))), question.mask());
      Decision decision = kernel.query("asked", question.access());
      String ours = (decision.allowed() ? "allow" : "deny") + (decision.logged() ? " logged" : "");
      if (!theirs.equals(ours)) {
        differences.add(question.access() + ": " + theirs + ", embedded: " + ours);
      }
    }
    assertThat(differences).isEmpty();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static String replaced(EmbeddedKernel kernel, byte[] policy) {
    try {
      kernel.replace(policy);
      return "ok";
    } catch (KernelException e) {
      return switch (e.errno()) {
        case EPROTO -> "Protocol error";
        case EPROTONOSUPPORT -> "Protocol not supported";
        case EACCES -> "Permission denied";
        default -> e.toString();
      };
    }
  }

  private static final Pattern WORDS =
      Pattern.compile("allow 0x(\\w+) deny 0x(\\w+) audit 0x(\\w+) quiet 0x(\\w+)");

  private static String decision(String answer, int mask) {
    Matcher words = WORDS.matcher(answer);
    if (!words.matches()) {
      return answer;
    }
    int allow = Integer.parseUnsignedInt(words.group(1), 16);
    int audit = Integer.parseUnsignedInt(words.group(3), 16);
    int quiet = Integer.parseUnsignedInt(words.group(4), 16);
    if ((allow & mask) == mask) {
      return "allow" + ((audit & mask) != 0 ? " logged" : "");
    }
    return "deny" + ((mask & ~allow & ~quiet) != 0 ? " logged" : "");
  }

  private static Map<String, String> run(Path guest, String version, Path cases)
      throws IOException, InterruptedException {
    Path script = cases.resolve("run.sh");
    String name = GuestMain.class.getName();
    Path copy = cases.resolve(name.replace('.', '/') + ".class");
    Files.createDirectories(Objects.requireNonNull(copy.getParent()));
    try (InputStream in = GuestMain.class.getResourceAsStream("GuestMain.class")) {
      Files.write(copy, Objects.requireNonNull(in).readAllBytes());
    }
    Files.writeString(
        script,
        // The kernel's own messages go to the same console.
        "echo 1 > /proc/sys/kernel/printk\n'%s/bin/java' -XX:TieredStopAtLevel=1 -cp '%s' %s '%s'\n"
            .formatted(System.getProperty("java.home"), cases, name, cases));
    Path output = Files.createTempFile(cases, "output", ".txt");
    Process process =
        new ProcessBuilder(guest.toString(), version, script.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.waitFor();
    Map<String, String> answers = new HashMap<>();
    for (String line : Files.readAllLines(output)) {
      String[] words = line.split(" ", 3);
      if (words.length == 3 && words[0].equals("@@")) {
        answers.put(words[1], words[2]);
      }
    }
    assertThat(answers).as("answers of the guest: %s", output).containsKey("end");
    return answers;
  }
}
