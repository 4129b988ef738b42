package io.github.apparmor4j.aa;

import io.github.apparmor4j.access.Invariants;
import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code aa assert}: checks what must hold of a set of profiles. */
@Command(
    name = "assert",
    description = {
      "Checks invariants (docs/asking.md) of profiles. The exit status is 0 if all hold, 1 if one",
      "doesn't, 2 if the invariants can't be read, 3 if one can't be decided or files with errors",
      "were left out."
    })
final class AaAssert implements Callable<Integer> {

  @Mixin private Aa.Options options = new Aa.Options();

  @Mixin private Findings findings = new Findings();

  @Parameters(index = "0", paramLabel = "INVARIANTS")
  private Path invariants = Path.of("");

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR")
  private List<Path> paths = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Invariants read = Invariants.parse(SourceText.read(invariants));
    findings.add(read.problems());
    Policies policies = new Policies();
    PolicySet set = policies.read(paths, options);
    List<Diagnostic> found = read.check(set, LocalDate.now(ZoneOffset.UTC));
    findings.add(found);
    findings.fact("invariants", read.size());
    findings.fact("profiles", set.profiles().size());
    int status = findings.print("aa-assert/1");
    if (!read.problems().isEmpty()) {
      return 2;
    }
    boolean broken = found.stream().anyMatch(each -> each.code().equals("AA-ASK-0001"));
    return status == 0 || broken ? policies.status(status) : Policies.INCOMPLETE;
  }
}
