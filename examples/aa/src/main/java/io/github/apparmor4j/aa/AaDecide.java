package io.github.apparmor4j.aa;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.access.Explanation;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa decide}: answers questions from standard input. */
@Command(
    name = "decide",
    description = {
      "Answers questions on standard input, one a line, as soon as it has read them:",
      "  file PERMS [owner|other] PATH",
      "  exec [owner|other] PATH",
      "  link [owner|other] PATH TARGET",
      "  capability NAME",
      "  network FAMILY TYPE [PERM] [ip= port= peer_ip= peer_port= ...]",
      "  unix PERM TYPE [addr=@NAME] [peer_addr=@NAME peer=LABEL]",
      "  signal send|receive SIGNAL PEER",
      "  ptrace PERM PEER",
      "  dbus PERM bus=BUS [name= label= path= interface= member=]",
      "  mount FSTYPE OPTIONS SOURCE TARGET | remount OPTIONS TARGET | umount TARGET",
      "  pivot_root NEW OLD",
      "  change_profile [PROGRAM ->] LABEL | change_hat NAME",
      "  mqueue PERM posix|sysv NAME [LABEL]",
      "  io_uring sqpoll | io_uring override_creds LABEL",
      "  userns create",
      "Blank lines and those that begin with # are passed over. With 'expect allow', 'expect deny'",
      "or 'expect silent' before a question, the exit status is 1 if any answer is another.",
      "An answer is a line: allow or deny, logged or silent, the rules that decided, and what a",
      "program runs as or whose files alone are allowed, with tabs between."
    })
final class AaDecide implements Callable<Integer> {

  private static final String EXPECT = "expect ";

  @Mixin private Aa.Options options = new Aa.Options();

  @Option(names = "--profile", paramLabel = "NAME", required = true)
  private String profile = "";

  @Option(
      names = "--explain",
      description = "after each refusal, print the changes that would allow it, one a line")
  private boolean explain;

  @Parameters(paramLabel = "FILE")
  private Path file = Path.of("");

  @Override
  public Integer call() throws IOException {
    Compilation compiled =
        options.compiler(options.kernel()).build().compile(file, options.includes());
    compiled.diagnostics().forEach(diagnostic -> System.err.print(diagnostic.render()));
    if (!compiled.isOk()) {
      return 1;
    }
    if (compiled.profile(profile).isEmpty()) {
      throw new IllegalArgumentException("there is no profile " + profile + " in " + file);
    }
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int status = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String question = line.strip();
      if (!question.isEmpty() && !question.startsWith("#")) {
        status = Math.max(status, answer(compiled, question));
        System.out.flush();
      }
    }
    return status;
  }

  /** Prints an answer; returns 1 if another was expected. */
  private int answer(Compilation compiled, String question) {
    String expected = "";
    String words = question;
    if (question.startsWith(EXPECT)) {
      String rest = question.substring(EXPECT.length()).strip();
      int blank = rest.indexOf(' ');
      expected = blank < 0 ? rest : rest.substring(0, blank);
      words = rest.substring(expected.length()).strip();
      if (!List.of("allow", "deny", "silent").contains(expected)) {
        throw new IllegalArgumentException(
            "expect what? allow, deny or silent, not '" + expected + "': " + question);
      }
    }
    Access access = Access.parse(words);
    Decision decision = Decider.decide(compiled, profile, access);
    String verdict = decision.allowed() ? "allow" : "deny";
    boolean met =
        switch (expected) {
          case "" -> true;
          case "silent" -> !decision.logged();
          default -> expected.equals(verdict);
        };
    Terminal.println(shown(decision) + (met ? "" : "\texpected " + expected + ": " + words));
    if (explain) {
      Explanation.of(compiled.profile(profile).orElseThrow(), access)
          .mends()
          .forEach(mend -> Terminal.println("\t" + mend));
    }
    return met ? 0 : 1;
  }

  private static String shown(Decision decision) {
    List<String> columns = new ArrayList<>();
    columns.add(decision.allowed() ? "allow" : "deny");
    columns.add(decision.logged() ? "logged" : "silent");
    String rules =
        decision.rules().stream().map(AaDecide::place).distinct().collect(Collectors.joining(","));
    columns.add(rules.isEmpty() ? "-" : rules);
    Decision.Execution execution = decision.execution();
    if (execution != null) {
      columns.add(
          "as "
              + execution.label()
              + (execution.cleanEnvironment() ? ", environment cleaned" : ""));
    }
    if (decision.onlyFor() != null) {
      columns.add("only for " + decision.onlyFor().name().toLowerCase(Locale.ROOT));
    }
    return String.join("\t", columns);
  }

  private static String place(ResolvedRule rule) {
    return rule.place().source().name() + ":" + rule.place().line();
  }
}
