package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.PolicyReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

  private final List<Questions.Question> questions = Questions.all();

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
    List<String> queries = new ArrayList<>();
    for (Questions.Question question : questions) {
      queries.add(hex(Questions.bytes("label", 0, "asked", 0)) + hex(question.string()));
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
      Questions.Question question = questions.get(i);
      String theirs = decision(String.valueOf(answers.get(queries.get(i))), question.mask());
      String opened = String.valueOf(answers.get("q" + i));
      Decision decision = kernel.query("asked", question.access());
      String ours = (decision.allowed() ? "allow" : "deny") + (decision.logged() ? " logged" : "");
      if (!theirs.equals(ours) || !opened.equals(ours)) {
        differences.add(question.access() + ": " + theirs + "; " + opened + ", embedded: " + ours);
      }
    }
    // Later point releases of 6.1 list one feature more, which no rule depends on.
    assertThat(answers.get("features")).isIn("[] []", "[] [network_v8/tcp-fast-open=yes]");
    assertThat(answers)
        .containsEntry("availability", "ENABLED")
        .containsEntry("profiles", "[asked (enforce)]")
        .containsEntry("load", "EEXIST")
        .containsEntry("remove", "ENOENT");
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
        case EPROTO, EPROTONOSUPPORT, EACCES, EEXIST, ENOENT -> e.errno().toString();
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

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copied = to.resolve(from.relativize(file).toString());
        Files.createDirectories(Objects.requireNonNull(copied.getParent()));
        Files.copy(file, copied, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static Map<String, String> run(Path guest, String version, Path cases) throws Exception {
    Path script = cases.resolve("run.sh");
    Path classes = Files.createDirectory(cases.resolve("classes"));
    copy(Path.of("target/test-classes"), classes);
    for (Class<?> type : List.of(AppArmorKernel.class, PolicyReader.class, Native.class)) {
      Path location = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(location)) {
        copy(location, classes);
      } else {
        Files.copy(location, classes.resolve(String.valueOf(location.getFileName())));
      }
    }
    Files.writeString(
        script,
        // The kernel's own messages go to the same console.
        "echo 1 > /proc/sys/kernel/printk\n'%s/bin/java' -XX:TieredStopAtLevel=1 -cp '%s:%s/*' %s '%s' %s\n"
            .formatted(
                System.getProperty("java.home"),
                classes,
                classes,
                GuestMain.class.getName(),
                cases,
                version));
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
