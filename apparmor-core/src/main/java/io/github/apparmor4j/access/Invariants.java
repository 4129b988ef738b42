package io.github.apparmor4j.access;

import io.github.apparmor4j.access.TransitionGraph.Edge;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a set of profiles, whatever becomes of the rules: a text, a line for each
 * invariant, that a build checks. Immutable and thread-safe.
 *
 * <pre>{@code
 * group  @network-facing = nginx, sshd, *-proxy
 * never  file w /etc/cron.d/**, /etc/ld.so.preload   except dpkg, apt*
 * never  reach unconfined                            by @network-facing
 * only   capability sys_admin                        by container-runtime
 * must   file r /etc/ssl/certs/**                    by web
 * waive  never-1 by legacy until 2027-06-30 "ticket 4711"
 * }</pre>
 *
 * <p>docs/asking.md describes the language. Every violation is found by automata, so none is missed
 * for want of a sample, and has a witness and the rules that permit it.
 */
public final class Invariants {

  private static final Pattern LINE =
      Pattern.compile("(never|only|must)\\s+(.+?)(?:\\s+(by|except)\\s+(.+?))?\\s*");
  private static final Pattern GROUP = Pattern.compile("group\\s+(@\\S+)\\s*=\\s*(.+?)\\s*");
  private static final Pattern WAIVER =
      Pattern.compile("waive\\s+(\\S+)\\s+by\\s+(.+?)\\s+until\\s+(\\S+)\\s+\"([^\"]+)\"\\s*");
  private static final Pattern REACH = Pattern.compile("(reach|exec)\\s+(unconfined)");

  /** The most characters of a line, since the patterns above look at some of them repeatedly. */
  private static final int LONGEST_LINE = 10_000;

  /** The most names of profiles in a line, those of groups counted each time. */
  private static final int MOST_NAMES = 10_000;

  /** What is asked for. */
  private enum Kind {
    NEVER,
    ONLY,
    MUST
  }

  /**
   * An invariant.
   *
   * @param name its kind and its number among those of the kind, such as {@code never-2}
   * @param patterns the accesses; none if it is about a label to be reached
   * @param reach whether it is about labels that are reached in any number of steps, or by one
   *     execution
   * @param profiles which profiles it is about
   */
  private record Invariant(
      Kind kind,
      String name,
      List<AccessPattern> patterns,
      @Nullable String reach,
      Profiles profiles,
      SourcePlace place) {}

  /** Profiles by their names, or all others. */
  private record Profiles(List<Aare> names, boolean others) {
    boolean has(String profile) {
      return names.stream().anyMatch(name -> name.matches(profile)) != others;
    }
  }

  /** An invariant that some profiles need not keep until a day. */
  private record Waiver(
      String invariant, Profiles profiles, LocalDate until, String reason, SourcePlace place) {}

  private final List<Invariant> invariants;
  private final List<Waiver> waivers;
  private final List<Diagnostic> problems;

  private Invariants(List<Invariant> invariants, List<Waiver> waivers, List<Diagnostic> problems) {
    this.invariants = List.copyOf(invariants);
    this.waivers = List.copyOf(waivers);
    this.problems = List.copyOf(problems);
  }

  /** Reads invariants. What isn't understood becomes a problem; the other lines count. */
  public static Invariants parse(SourceText text) {
    return new Reader(text).read();
  }

  /** Returns the lines that were not understood, as errors. */
  public List<Diagnostic> problems() {
    return problems;
  }

  /** Returns how many invariants there are. */
  public int size() {
    return invariants.size();
  }

  /**
   * Checks a set of profiles.
   *
   * @param today the day that waivers are compared with
   * @return an error for each invariant and profile that breaks it ({@code AA-ASK-0001}), or can't
   *     be decided ({@code AA-ASK-0003}); a warning for each that is waived, and for each waiver
   *     that isn't needed; empty if all is well
   */
  public List<Diagnostic> check(PolicySet set, LocalDate today) {
    return new Check(set, today).run();
  }

  // ---- reading

  private static final class Reader {
    private final SourceText text;
    private final Map<String, List<Aare>> groups = new HashMap<>();
    private final Map<Kind, Integer> counts = new HashMap<>();
    private final List<Invariant> invariants = new ArrayList<>();
    private final List<Waiver> waivers = new ArrayList<>();
    private final List<Diagnostic> problems = new ArrayList<>();

    Reader(SourceText text) {
      this.text = text;
    }

    Invariants read() {
      int start = 0;
      for (String line : text.text().split("\n", -1)) {
        String words = line.replaceFirst("(^|\\s)#.*", "").strip();
        if (!words.isEmpty()) {
          SourceSpan span = new SourceSpan(start, start + line.length());
          SourcePlace place = SourcePlace.of(text, span);
          try {
            read(words, place);
          } catch (IllegalArgumentException | TooComplexException e) {
            problems.add(
                Diagnostic.of(
                    AccessProblem.NOT_AN_INVARIANT, place, String.valueOf(e.getMessage())));
          }
        }
        start += line.length() + 1;
      }
      return new Invariants(invariants, waivers, problems);
    }

    private void read(String line, SourcePlace place) {
      if (line.length() > LONGEST_LINE) {
        throw new IllegalArgumentException("more than " + LONGEST_LINE + " characters");
      }
      Matcher group = GROUP.matcher(line);
      Matcher waiver = WAIVER.matcher(line);
      Matcher invariant = LINE.matcher(line);
      if (group.matches()) {
        groups.put(group.group(1), names(group.group(2)));
      } else if (waiver.matches()) {
        LocalDate until = day(waiver.group(3));
        Profiles who = profiles(waiver.group(2), false);
        waivers.add(new Waiver(waiver.group(1), who, until, waiver.group(4), place));
      } else if (invariant.matches()) {
        Kind kind = Kind.valueOf(invariant.group(1).toUpperCase(Locale.ROOT));
        boolean except = "except".equals(invariant.group(3));
        if (kind != Kind.NEVER && (except || invariant.group(3) == null)) {
          throw new IllegalArgumentException(
              "'" + invariant.group(1) + "' needs 'by' and the profiles");
        }
        String who = invariant.group(4);
        Profiles profiles =
            who == null
                ? new Profiles(List.of(), true)
                : profiles(who, except || kind == Kind.ONLY);
        String subject = invariant.group(2);
        Matcher reach = REACH.matcher(subject);
        boolean reaches = reach.matches();
        if (reaches && kind == Kind.MUST) {
          throw new IllegalArgumentException("nothing must be unconfined");
        }
        String name = invariant.group(1) + "-" + counts.merge(kind, 1, Integer::sum);
        invariants.add(
            new Invariant(
                kind,
                name,
                reaches ? List.of() : patterns(subject),
                reaches ? reach.group(1) : null,
                profiles,
                place));
      } else {
        throw new IllegalArgumentException(
            "neither 'never', 'only', 'must', 'waive' nor 'group', or not as they are written");
      }
    }

    private static LocalDate day(String word) {
      try {
        return LocalDate.parse(word);
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("'" + word + "' is no day such as 2027-06-30", e);
      }
    }

    /** Reads accesses; after a comma and a blank, another path or label follows. */
    private static List<AccessPattern> patterns(String subject) {
      String[] parts = subject.split(",\\s+", -1);
      String first = parts[0];
      String words = first.substring(0, first.lastIndexOf(' ') + 1);
      List<AccessPattern> patterns = new ArrayList<>();
      for (int i = 0; i < parts.length; i++) {
        patterns.add(AccessPattern.parse(i == 0 ? first : words + parts[i]));
      }
      return patterns;
    }

    private Profiles profiles(String words, boolean others) {
      return new Profiles(names(words), others);
    }

    private List<Aare> names(String words) {
      List<Aare> names = new ArrayList<>();
      for (String word : words.split(",\\s*", -1)) {
        List<Aare> known = groups.get(word);
        if (word.startsWith("@") && known == null) {
          throw new IllegalArgumentException("there is no group " + word + " before this line");
        }
        if (known != null) {
          names.addAll(known);
        } else {
          try {
            names.add(Aare.label(word));
          } catch (GlobSyntaxException e) {
            throw new IllegalArgumentException("'" + word + "' is no expression", e);
          }
        }
      }
      if (names.size() > MOST_NAMES) {
        throw new IllegalArgumentException("more than " + MOST_NAMES + " names");
      }
      return List.copyOf(names);
    }
  }

  // ---- checking

  private final class Check {
    private final PolicySet set;
    private final LocalDate today;
    private final List<Diagnostic> found = new ArrayList<>();
    private final Map<Waiver, Integer> used = new HashMap<>();
    private @Nullable TransitionGraph graph;

    Check(PolicySet set, LocalDate today) {
      this.set = set;
      this.today = today;
    }

    List<Diagnostic> run() {
      for (Invariant invariant : invariants) {
        int seen = 0;
        for (CompiledProfile profile : set.profiles()) {
          String name = profile.binary().qualifiedName();
          // Who names all profiles means those that confine something.
          boolean meant =
              !invariant.profiles().others() || !PolicySet.evaluator(profile).isUnconfined();
          if (meant && invariant.profiles().has(name)) {
            seen++;
            check(invariant, profile, name);
          }
        }
        if (seen == 0 && invariant.kind() == Kind.MUST) {
          found.add(
              Diagnostic.of(AccessProblem.BROKEN, invariant.place(), "there is no such profile"));
        }
      }
      for (Waiver waiver : waivers) {
        if (!used.containsKey(waiver)) {
          String why =
              waiver.until().isBefore(today) ? "ended on " + waiver.until() : "waives nothing";
          found.add(Diagnostic.of(AccessProblem.WAIVER_OVER, waiver.place(), why));
        }
      }
      return List.copyOf(found);
    }

    private void check(Invariant invariant, CompiledProfile profile, String name) {
      try {
        if (invariant.reach() != null) {
          reached(invariant, name);
        }
        for (AccessPattern pattern : invariant.patterns()) {
          if (invariant.kind() == Kind.MUST) {
            refused(invariant, profile, name, pattern);
          } else {
            for (PolicySet.Grant grant : set.what(name, pattern)) {
              broken(invariant, name, name + " may: " + grant.witness() + by(grant.rules()));
            }
          }
        }
      } catch (TooComplexException e) {
        found.add(
            Diagnostic.of(
                AccessProblem.TOO_COMPLEX, invariant.place(), name + ": " + e.getMessage()));
      }
    }

    private static String by(List<ResolvedRule> rules) {
      return rules.isEmpty()
          ? ""
          : rules.stream()
              .map(rule -> rule.place() + ": " + rule.written())
              .collect(Collectors.joining("; ", " (", ")"));
    }

    private void reached(Invariant invariant, String name) {
      if (graph == null) {
        graph = TransitionGraph.of(set);
      }
      boolean any = "reach".equals(invariant.reach());
      Function<Edge, String> shown = edge -> edge + by(edge.rules());
      if (any) {
        graph
            .paths(name, TransitionGraph.UNCONFINED, 1)
            .forEach(
                path ->
                    broken(
                        invariant,
                        name,
                        name
                            + " can become unconfined: "
                            + path.stream().map(shown).collect(Collectors.joining(", then "))));
      } else {
        graph.edges(name).stream()
            .filter(edge -> edge.to().equals(TransitionGraph.UNCONFINED))
            .filter(edge -> edge.manner() == TransitionGraph.Manner.EXEC)
            .forEach(edge -> broken(invariant, name, shown.apply(edge)));
      }
    }

    private void refused(
        Invariant invariant, CompiledProfile profile, String name, AccessPattern pattern) {
      Evaluator evaluator = PolicySet.evaluator(profile);
      for (AccessPattern.Part part : pattern.parts()) {
        if (part.domain().isAsked(evaluator)) {
          new Tables(evaluator, part.domain())
              .refused(part.strings(), part.rights(), set.limits())
              .forEach(
                  each ->
                      broken(
                          invariant,
                          name,
                          name
                              + " may not: "
                              + each.witness()
                              + by(set.rules(profile, each.witness()))));
        }
      }
    }

    private void broken(Invariant invariant, String profile, String message) {
      for (Waiver waiver : waivers) {
        if (waiver.invariant().equals(invariant.name())
            && waiver.profiles().has(profile)
            && !waiver.until().isBefore(today)) {
          used.merge(waiver, 1, Integer::sum);
          found.add(
              Diagnostic.of(
                  AccessProblem.WAIVED,
                  invariant.place(),
                  message + "; waived until " + waiver.until() + ": " + waiver.reason()));
          return;
        }
      }
      found.add(
          Diagnostic.of(
              AccessProblem.BROKEN, invariant.place(), invariant.name() + ": " + message));
    }
  }
}
