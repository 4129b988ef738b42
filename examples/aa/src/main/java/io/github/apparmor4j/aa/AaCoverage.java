package io.github.apparmor4j.aa;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Explanation;
import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.audit.AuditEvent;
import io.github.apparmor4j.audit.AuditLog;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa coverage}: which rules a log used, and what would allow what it says was refused. */
@Command(
    name = "coverage",
    description = {
      "Says of the profiles that logs name which rules the logged accesses used, which never, and",
      "for each access that the profiles refuse, the smallest change that would allow it. Accesses",
      "that were allowed are in a log only if they were audited. Lines: used COUNT, unused, or",
      "refused COUNT; profile; rule or access; place or change. Lost records are counted, and the",
      "exit status is 3 if there are any, or if files with errors were left out."
    })
final class AaCoverage implements Callable<Integer> {

  @Mixin private Aa.Options options = new Aa.Options();

  @Mixin private Findings findings = new Findings();

  @Option(
      names = "--in",
      paramLabel = "FILE|DIR",
      required = true,
      description = "the profiles: files, or directories of them")
  private List<Path> paths = new ArrayList<>();

  @Option(names = "--profile", paramLabel = "NAME", description = "only this profile")
  private @Nullable String profile;

  @Parameters(paramLabel = "LOG", arity = "1..*", description = "logs of any form; - for input")
  private List<String> logs = new ArrayList<>();

  private long missing;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Policies policies = new Policies();
    PolicySet set = policies.read(paths, options);
    Map<String, List<Access>> accesses = new LinkedHashMap<>();
    for (String log : logs) {
      AuditLog read =
          log.equals("-") ? AuditLog.of("standard input", System.in) : AuditLog.of(Path.of(log));
      try (Stream<AuditEvent> events = read.events()) {
        events.forEach(event -> take(event, accesses));
      }
    }
    findings.list("profiles");
    for (Map.Entry<String, List<Access>> each : accesses.entrySet()) {
      boolean wanted = profile == null || profile.equals(each.getKey());
      CompiledProfile known = set.profile(each.getKey()).orElse(null);
      if (wanted && known != null) {
        report(set.coverage(each.getKey(), each.getValue()), known);
      } else if (wanted) {
        findings.say("unknown\t" + each.getKey() + "\t" + each.getValue().size() + " accesses");
        findings.fact("profiles", "profile", each.getKey(), "unknown", true);
      }
    }
    findings.fact("missing", missing);
    findings.print("aa-coverage/1");
    if (missing > 0) {
      Terminal.problem("aa: records that are missing or could not be read: " + missing);
    }
    return policies.status(missing > 0 ? Policies.INCOMPLETE : 0);
  }

  private void take(AuditEvent event, Map<String, List<Access>> accesses) {
    if (event instanceof AuditEvent.Loss || event instanceof AuditEvent.Unreadable) {
      missing++;
    } else if (!event.accesses().isEmpty()) {
      event
          .profile()
          .ifPresent(
              name ->
                  accesses
                      .computeIfAbsent(name, key -> new ArrayList<>())
                      .addAll(event.accesses()));
    }
  }

  private void report(PolicySet.Coverage coverage, CompiledProfile known) {
    String name = coverage.profile();
    List<Object> used = new ArrayList<>();
    coverage
        .used()
        .forEach(
            (rule, count) -> {
              findings.say("used " + count + "\t" + name + "\t" + shown(rule));
              used.add(json(rule, count));
            });
    coverage.unused().forEach(rule -> findings.say("unused\t" + name + "\t" + shown(rule)));
    List<Object> refused = new ArrayList<>();
    coverage
        .refused()
        .forEach(
            (access, count) -> {
              List<Explanation.Mend> mends = Explanation.of(known, access).mends();
              String mend = mends.isEmpty() ? "-" : mends.get(0).toString();
              findings.say("refused " + count + "\t" + name + "\t" + access + "\t" + mend);
              Map<String, Object> object = new LinkedHashMap<>();
              object.put("access", access.toString());
              object.put("count", count);
              object.put("mends", mends.stream().map(Object::toString).toList());
              refused.add(object);
            });
    findings.fact(
        "profiles",
        "profile",
        name,
        "used",
        used,
        "unused",
        Policies.rules(coverage.unused()),
        "refused",
        refused);
  }

  private static String shown(ResolvedRule rule) {
    return rule.written() + "\t" + Policies.places(List.of(rule));
  }

  private static Map<String, Object> json(ResolvedRule rule, long count) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("rule", rule.written().toString());
    object.put("count", count);
    object.put("place", Findings.place(rule.place()));
    return object;
  }
}
