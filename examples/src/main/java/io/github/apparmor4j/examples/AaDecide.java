package io.github.apparmor4j.examples;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa decide}: answers questions on standard input. */
@Command(
    name = "decide",
    description = {
      "Answers questions on standard input, one a line:",
      "  file PERMS [owner] PATH [-> TARGET]",
      "  capability NAME",
      "  network FAMILY TYPE [PERM]",
      "  signal send|receive SIGNAL PEER",
      "  ptrace PERM PEER",
      "  mount FSTYPE OPTIONS SOURCE TARGET",
      "  umount TARGET"
    })
final class AaDecide implements Callable<Integer> {

  @Mixin private Aa.Options options = new Aa.Options();

  @Option(names = "--profile", paramLabel = "NAME", required = true)
  private String profile = "";

  @Parameters(paramLabel = "FILE")
  private Path file = Path.of("");

  @Override
  public Integer call() throws IOException {
    Compilation compiled =
        PolicyCompiler.forKernel(options.kernel())
            .compile(options.resolver().resolve(ProfileParser.parse(Aa.read(file))));
    compiled.diagnostics().forEach(diagnostic -> System.err.print(diagnostic.render()));
    if (!compiled.isOk()) {
      return 1;
    }
    Compilation.CompiledProfile asked =
        compiled
            .profile(profile)
            .orElseThrow(
                () -> new IllegalArgumentException("no profile " + profile + " in " + file));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    StringBuilder out = new StringBuilder();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (!line.isBlank()) {
        out.append(answer(Decider.decide(asked, question(line)))).append('\n');
      }
    }
    System.out.print(out);
    System.out.flush();
    return 0;
  }

  private static String answer(Decision decision) {
    String rules =
        decision.rules().stream().map(AaDecide::place).distinct().collect(Collectors.joining(","));
    return (decision.allowed() ? "allow" : "deny")
        + "\t"
        + (decision.logged() ? "logged" : "silent")
        + "\t"
        + (rules.isEmpty() ? "-" : rules);
  }

  private static String place(ResolvedRule rule) {
    return rule.place().source().name() + ":" + rule.place().line();
  }

  /** Reads a question; words are separated by blanks, quotes keep blanks. */
  static Access question(String line) {
    List<String> words = words(line);
    String kind = words.get(0);
    int count = words.size() - 1;
    if (kind.equals("file") && count >= 2) {
      boolean owner = words.get(2).equals("owner") && count > 2;
      int path = owner ? 3 : 2;
      boolean target = words.size() == path + 3 && words.get(path + 1).equals("->");
      if (words.size() == path + 1 || target) {
        return new Access.File(
            words.get(path),
            FilePermissions.of(words.get(1)),
            owner,
            target ? words.get(path + 2) : null);
      }
    } else if (kind.equals("capability") && count == 1) {
      return Access.capability(known(Capability.named(words.get(1)), words.get(1)));
    } else if (kind.equals("network") && (count == 2 || count == 3)) {
      String permission = count == 3 ? words.get(3) : "create";
      return new Access.Network(
          known(NetworkFamily.named(words.get(1)), words.get(1)),
          known(SocketType.named(words.get(2)), words.get(2)),
          known(NetworkPermission.named(permission), permission));
    } else if (kind.equals("signal") && count == 3) {
      return new Access.Signal(
          known(SignalPermission.named(words.get(1)), words.get(1)),
          known(Signal.named(words.get(2)), words.get(2)),
          words.get(3));
    } else if (kind.equals("ptrace") && count == 2) {
      return new Access.Ptrace(
          known(PtracePermission.named(words.get(1)), words.get(1)), words.get(2));
    } else if (kind.equals("mount") && count == 4) {
      List<MountOption> mountOptions = new ArrayList<>();
      for (String option : words.get(2).split("[,()]+", -1)) {
        if (!option.isEmpty() && !option.equals("-")) {
          mountOptions.add(known(MountOption.named(option), option));
        }
      }
      return new Access.Mount(words.get(1), mountOptions, words.get(3), words.get(4));
    } else if (kind.equals("umount") && count == 1) {
      return new Access.Umount(words.get(1));
    }
    throw new IllegalArgumentException("no question: " + line);
  }

  private static <T> T known(@Nullable T value, String word) {
    if (value == null) {
      throw new IllegalArgumentException("unknown word '" + word + "'");
    }
    return value;
  }

  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    boolean open = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && quoted && i + 1 < line.length()) {
        word.append(line.charAt(++i));
      } else if (c == '"') {
        quoted = !quoted;
        open = true;
      } else if (!quoted && (c == ' ' || c == '\t')) {
        if (open) {
          words.add(word.toString());
        }
        word.setLength(0);
        open = false;
      } else {
        word.append(c);
        open = true;
      }
    }
    if (open) {
      words.add(word.toString());
    }
    return words;
  }
}
