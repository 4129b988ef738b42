package io.github.apparmor4j.access;

import io.github.apparmor4j.access.PolicyDifference.Change;
import io.github.apparmor4j.access.PolicyDifference.Effect;
import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.Product;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.TooComplexException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Two profiles that are being compared. */
final class ProfileComparison {

  private final Wider wider;
  private final PolicySet before;
  private final PolicySet after;
  private final CompiledProfile was;
  private final CompiledProfile now;
  private final List<Change> changes = new ArrayList<>();

  /**
   * Begins a comparison.
   *
   * @param wider compares the profiles that executed programs get
   * @param was profile of the old set
   * @param now profile of the new set
   */
  ProfileComparison(Wider wider, CompiledProfile was, CompiledProfile now) {
    this.wider = wider;
    this.before = wider.before();
    this.after = wider.after();
    this.was = was;
    this.now = now;
  }

  List<Change> changes() {
    if (!was.binary().equals(now.binary())) {
      compareBehavior(was.binary(), now.binary());
      compareAttachment();
      compareLimits(was.binary().limits(), now.binary().limits());
      Domains.ALL.forEach(this::compare);
    }
    return changes;
  }

  private void add(Effect effect, String subject, String detail) {
    add(effect, subject, detail, null, List.of());
  }

  private void add(
      Effect effect,
      String subject,
      String detail,
      @Nullable AccessSet set,
      List<ResolvedRule> rules) {
    SourcePlace place = rules.isEmpty() ? now.source().place() : rules.get(0).place();
    Access witness = set == null ? null : set.witness();
    String name = now.binary().qualifiedName();
    changes.add(new Change(name, effect, subject, detail, set, witness, rules, place));
  }

  // ---- what the tables allow

  private void compare(Domain domain) {
    Evaluator left = PolicySet.evaluator(was);
    Evaluator right = PolicySet.evaluator(now);
    if (!domain.isAsked(left) && !domain.isAsked(right)) {
      return;
    }
    try {
      Tables old = new Tables(left, domain);
      Tables fresh = new Tables(right, domain);
      Tables.Differences differences = old.compared(fresh, after.limits());
      differences.widened().forEach(set -> report(Effect.WIDENED, set));
      differences.narrowed().forEach(set -> report(Effect.NARROWED, set));
      differences.logged().forEach(set -> add(Effect.LOGGING, subject(set), "", set, List.of()));
      if (domain.kind() == RuleKind.FILE) {
        compareExecution(domain, old, fresh);
      }
    } catch (TooComplexException e) {
      add(Effect.UNKNOWN, domain.kind().toString(), String.valueOf(e.getMessage()));
    }
  }

  private static String subject(AccessSet set) {
    return (set.kind() + " " + set.permissions()).strip();
  }

  private void report(Effect effect, AccessSet set) {
    Access witness = set.witness();
    boolean allowedBefore = Decider.grants(PolicySet.evaluator(was), witness);
    boolean allowedNow = Decider.grants(PolicySet.evaluator(now), witness);
    if (allowedBefore == allowedNow) {
      // A link's pair of paths is only a part of what a link needs: the rest may be unchanged.
      if (set.kind() != RuleKind.LINK) {
        add(Effect.UNKNOWN, subject(set), "asked alone, both answer alike", set, List.of());
      }
      return;
    }
    Set<ResolvedRule> rules = new LinkedHashSet<>();
    if (effect == Effect.NARROWED) {
      rules.addAll(before.rules(was, witness));
    }
    rules.addAll(after.rules(now, witness));
    add(effect, subject(set), "", set, List.copyOf(rules));
  }

  // ---- what is not in the tables

  private void compareBehavior(KernelProfile old, KernelProfile fresh) {
    if (old.mode() != fresh.mode()) {
      int order = Integer.compare(strictness(fresh.mode()), strictness(old.mode()));
      ordered(order, "mode", old.modeName(), fresh.modeName());
    }
    KernelProfile.Behavior left = old.behavior();
    KernelProfile.Behavior right = fresh.behavior();
    if (left.audit() != right.audit()) {
      String detail = right.audit() ? "all is logged now" : "not all is logged any more";
      add(Effect.LOGGING, "audit", detail);
    }
    other("flags", left.flags(), right.flags());
    other("path flags", left.pathFlags(), right.pathFlags());
    other("disconnected", left.disconnected(), right.disconnected());
    other("disconnected.ipc", left.disconnectedIpc(), right.disconnectedIpc());
    other("kill.signal", left.killSignal(), right.killSignal());
    other("error", left.error(), right.error());
  }

  private static int strictness(int mode) {
    return switch (mode) {
      case KernelProfile.MODE_KILL -> 4;
      case KernelProfile.MODE_ENFORCE -> 3;
      case KernelProfile.MODE_PROMPT -> 2;
      case KernelProfile.MODE_COMPLAIN -> 1;
      default -> 0;
    };
  }

  private void other(String subject, @Nullable Object old, @Nullable Object fresh) {
    if (!Objects.equals(old, fresh)) {
      add(
          Effect.CHANGED,
          subject,
          Objects.requireNonNullElse(old, "none")
              + " before, "
              + Objects.requireNonNullElse(fresh, "none")
              + " now");
    }
  }

  /** Adds a change of something that has an order: stricter is more. */
  private void ordered(int order, String subject, String old, String fresh) {
    add(order > 0 ? Effect.NARROWED : Effect.WIDENED, subject, old + " before, " + fresh + " now");
  }

  private void compareAttachment() {
    KernelProfile.Attachment old = was.binary().attachment();
    KernelProfile.Attachment fresh = now.binary().attachment();
    boolean lost = old != null && !covers(fresh, old);
    boolean gained = fresh != null && !covers(old, fresh);
    if (lost || gained) {
      add(
          lost ? Effect.WIDENED : Effect.NARROWED,
          "attachment",
          attachment(was) + " before, " + attachment(now) + " now");
    }
  }

  private static String attachment(CompiledProfile profile) {
    List<String> attachments = profile.source().attachments();
    return attachments.isEmpty() ? "none" : String.join(", ", attachments);
  }

  /** Returns whether all programs of one attachment are those of another, with the same xattrs. */
  private boolean covers(KernelProfile.@Nullable Attachment wide, KernelProfile.Attachment narrow) {
    if (wide == null || !wide.xattrs().equals(narrow.xattrs())) {
      return false;
    }
    Dfa outside =
        Product.of(
            List.of(
                new Product.Part(narrow.dfa().tables(), Dfa.START),
                new Product.Part(wide.dfa().tables(), Dfa.START)),
            after.limits(),
            at -> narrow.dfa().accept()[at[0]] != 0 && wide.dfa().accept()[at[1]] == 0 ? 1 : 0);
    return outside.isEmpty();
  }

  private void compareLimits(Map<Integer, Long> old, Map<Integer, Long> fresh) {
    Set<Integer> numbers = new TreeSet<>(old.keySet());
    numbers.addAll(fresh.keySet());
    for (Integer number : numbers) {
      Long left = old.get(number);
      Long right = fresh.get(number);
      if (!Objects.equals(left, right)) {
        int order = left == null ? 1 : right == null ? -1 : Long.compareUnsigned(left, right);
        ordered(order, "rlimit " + number, limit(left), limit(right));
      }
    }
  }

  private static String limit(@Nullable Long value) {
    return value == null ? "none" : value == -1 ? "infinity" : Long.toUnsignedString(value);
  }

  // ---- what executed programs run as

  /** How a program was executed, and how it is. */
  private record Manners(ExecManner was, ExecManner now) {}

  private void compareExecution(Domain domain, Tables left, Tables right) {
    List<Manners> pairs = new ArrayList<>();
    Map<Manners, Integer> numbers = new HashMap<>();
    Dfa dfa =
        Product.of(
            List.of(domain.asked().part(), left.part(), right.part()),
            after.limits(),
            at -> {
              ExecManner old = left.manner(was.binary(), at[1], true);
              ExecManner fresh = right.manner(now.binary(), at[2], true);
              boolean both = old.allowed() && fresh.allowed() && !old.equals(fresh);
              if (!both || domain.asked().dfa().label(at[0]) == 0) {
                return 0;
              }
              return numbers.computeIfAbsent(
                  new Manners(old, fresh),
                  pair -> {
                    pairs.add(pair);
                    return pairs.size();
                  });
            });
    for (int i = 0; i < pairs.size(); i++) {
      int number = i + 1;
      Manners pair = pairs.get(i);
      AccessSet.executions(domain, dfa, label -> label == number, after.limits())
          .ifPresent(
              set ->
                  add(
                      effect(pair, set.witness()),
                      "execution",
                      pair.was() + " before, " + pair.now() + " now",
                      set,
                      after.rules(now, set.witness())));
    }
  }

  private Effect effect(Manners pair, Access program) {
    ExecManner old = pair.was();
    ExecManner fresh = pair.now();
    if (old.maybeUnconfined() != fresh.maybeUnconfined()) {
      return fresh.maybeUnconfined() ? Effect.WIDENED : Effect.NARROWED;
    }
    boolean uncleaned = old.cleaned() && !fresh.cleaned();
    if (uncleaned && !fresh.target().equals(ExecManner.INHERIT)) {
      return Effect.WIDENED;
    }
    Optional<String> from = label(before, was, program);
    Optional<String> to = label(after, now, program);
    // One of them may not be executed after all, if the profile to change to isn't there.
    boolean known = from.isPresent() && to.isPresent() && !from.equals(to);
    return known && wider.is(from.get(), to.get()) ? Effect.WIDENED : Effect.CHANGED;
  }

  /** Returns what a program runs as; empty if it can't be executed. */
  private static Optional<String> label(PolicySet set, CompiledProfile profile, Access program) {
    Access exec = new Access.Exec(((Access.File) program).path(), Ownership.OWNER);
    return Optional.ofNullable(Decider.decide(profile, set.loaded(), exec).execution())
        .map(Decision.Execution::label);
  }
}
