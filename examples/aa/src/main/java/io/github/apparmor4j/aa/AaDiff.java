package io.github.apparmor4j.aa;

import io.github.apparmor4j.access.AccessSet;
import io.github.apparmor4j.access.PolicyDifference;
import io.github.apparmor4j.access.PolicyDifference.Change;
import io.github.apparmor4j.access.PolicyDifference.Effect;
import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.glob.GlobCover;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa diff}: what a change of policy allows and refuses. */
@Command(
    name = "diff",
    description = {
      "Says what a policy allows that another didn't, and the other way round: by meaning, for",
      "every path and label, not by text. OLD and NEW are files or directories; with OLD alone, it",
      "is compared with itself for other features or semantics: what doesn't a kernel enforce?",
      "Lines: effect, profile, subject, paths or detail, witness, lines of the rules. Two files with",
      "one profile each are compared whatever the profiles are called."
    })
final class AaDiff implements Callable<Integer> {

  /** What makes the exit status 1. */
  enum FailOn {
    WIDENED,
    NARROWED,
    ANY,
    NEVER
  }

  @Mixin private Aa.Options options = new Aa.Options();

  @Mixin private Findings findings = new Findings();

  @Option(
      names = "--fail-on",
      paramLabel = "WHAT",
      description = "exit with 1 if it is so: widened, narrowed, any; default: never")
  private FailOn failOn = FailOn.NEVER;

  @Option(
      names = "--old-features",
      paramLabel = "PATH",
      description = "compile OLD for another kernel than NEW")
  private @Nullable Path oldFeatures;

  @Option(
      names = "--old-semantics",
      paramLabel = "RELEASE",
      description = "take the rules of OLD as another release of AppArmor does: 5.0 or 6.0")
  private @Nullable String oldSemantics;

  @Option(names = "--markdown", description = "print a table for a pull request instead")
  private boolean markdown;

  @Option(
      names = "--universe",
      paramLabel = "FILE",
      description = "count in a list of paths, one a line, how many are affected")
  private @Nullable Path universe;

  @Parameters(index = "0", paramLabel = "OLD")
  private Path before = Path.of("");

  @Parameters(index = "1", arity = "0..1", paramLabel = "NEW")
  private @Nullable Path after;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Policies policies = new Policies();
    Aa.Options old = options.with(oldFeatures, oldSemantics);
    PolicySet first = policies.read(List.of(before), old);
    PolicySet second = policies.read(List.of(after == null ? before : after), options);
    PolicyDifference difference = compare(first, second);
    List<String> files =
        universe == null ? List.of() : SourceText.read(universe).text().lines().toList();
    findings.fact("verdict", verdict(difference));
    findings.list("changes");
    StringBuilder table = new StringBuilder("| | profile | what | where | such as | line |\n");
    table.append("| --- | --- | --- | --- | --- | --- |\n");
    for (Change change : difference.changes()) {
      report(change, files, table);
    }
    findings.note(difference.widenings());
    if (markdown) {
      AaDocker.print("**" + verdict(difference) + "**\n\n" + table);
    } else {
      findings.say(verdict(difference));
      findings.print("aa-diff/1");
    }
    return policies.status(fails(difference) ? 1 : 0);
  }

  private static PolicyDifference compare(PolicySet first, PolicySet second) {
    if (first.profiles().size() == 1 && second.profiles().size() == 1) {
      String one = first.profiles().iterator().next().binary().qualifiedName();
      String other = second.profiles().iterator().next().binary().qualifiedName();
      return PolicyDifference.between(first, one, second, other);
    }
    return PolicyDifference.between(first, second);
  }

  private static String verdict(PolicyDifference difference) {
    boolean unknown =
        difference.changes().stream().anyMatch(change -> change.effect() == Effect.UNKNOWN);
    boolean wider = difference.isWidened();
    boolean narrower = difference.isNarrowed();
    return unknown
        ? "unknown"
        : wider && narrower
            ? "wider and narrower"
            : wider
                ? "wider"
                : narrower ? "narrower" : difference.isEmpty() ? "equal" : "equal but for details";
  }

  private boolean fails(PolicyDifference difference) {
    return switch (failOn) {
      case WIDENED -> difference.isWidened();
      case NARROWED -> difference.isNarrowed();
      case ANY -> !difference.isEmpty();
      case NEVER -> false;
    };
  }

  private void report(Change change, List<String> files, StringBuilder table) {
    AccessSet set = change.accesses();
    GlobCover globs = Policies.globs(set, change.rules());
    String effect = change.effect().name().toLowerCase(Locale.ROOT);
    List<String> affected =
        set == null || files.isEmpty() ? List.of() : files.stream().filter(set::hasPath).toList();
    String paths = Policies.paths(globs);
    String count = affected.isEmpty() ? "" : affected.size() + " of " + files.size() + " files";
    String where = String.join("; ", nonEmpty(change.detail(), paths, count));
    String witness = Policies.shown(change.witness());
    findings.say(
        String.join(
            "\t",
            effect,
            change.profile(),
            change.subject(),
            where,
            witness,
            Policies.places(change.rules())));
    Map<String, Object> universeCount = new LinkedHashMap<>();
    universeCount.put("affected", affected.size());
    universeCount.put("of", files.size());
    findings.fact(
        "changes",
        "effect",
        effect,
        "profile",
        change.profile(),
        "subject",
        change.subject(),
        "detail",
        change.detail().isEmpty() ? null : change.detail(),
        "paths",
        Policies.json(globs),
        "witness",
        change.witness() == null ? null : witness,
        "files",
        files.isEmpty() ? null : universeCount,
        "rules",
        Policies.rules(change.rules()));
    table.append("| ").append(effect.equals("widened") ? ":warning: widened" : effect);
    for (String cell :
        List.of(
            change.profile(), change.subject(), where, witness, Policies.places(change.rules()))) {
      table.append(" | ").append(cell.equals("-") || cell.isEmpty() ? "" : code(cell));
    }
    table.append(" |\n");
  }

  /** Returns a text as code in a table; what could end either is escaped. */
  private static String code(String text) {
    String clean = SourceText.printable(text).replace("|", "\\|");
    String fence = clean.contains("`") ? "``" : "`";
    return clean.contains("``") ? clean.replace("`", "'") : fence + clean + fence;
  }

  private static List<String> nonEmpty(String... texts) {
    return List.of(texts).stream()
        .filter(text -> !text.isEmpty())
        .collect(Collectors.toCollection(ArrayList::new));
  }
}
