package io.github.apparmor4j.access;

import io.github.apparmor4j.access.Explanation.Kind;
import io.github.apparmor4j.access.Explanation.Mend;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The search for what would allow an access. */
final class Explainer {

  private static final String EVERY_FILE = "/{**,}";

  private final CompiledProfile profile;
  private final Access access;
  private final Decision decision;
  private final List<ResolvedRule> denying;

  Explainer(CompiledProfile profile, Access access) {
    this.profile = profile;
    this.access = access;
    this.decision = Decider.decide(profile, access);
    this.denying =
        decision.rules().stream().filter(rule -> rule.rule().qualifiers().isDeny()).toList();
  }

  Explanation explain() {
    boolean granted =
        access instanceof Access.ChangeHat || Decider.grants(PolicySet.evaluator(profile), access);
    if (decision.allowed() && granted) {
      return new Explanation(decision, List.of(), List.of());
    }
    if (access instanceof Access.File file) {
      return files(file.path(), file.permissions().bits(), file.ownership());
    }
    if (access instanceof Access.Exec exec && !granted) {
      return files(exec.program(), FilePermissions.EXEC, exec.ownership());
    }
    if (access instanceof Access.ChangeHat || granted) {
      return new Explanation(decision, List.of(), List.of());
    }
    // Without the rules that deny, other rules may allow it already; if so, one more does no harm.
    Mend mend =
        denying.isEmpty()
            ? new Mend(Kind.NEW_RULE, List.of(), null, access.rule().orElseThrow())
            : new Mend(Kind.REMOVE_DENY, denying, null, access.rule().orElseThrow());
    return new Explanation(decision, List.of(), List.of(mend));
  }

  // ---- files

  private Explanation files(String path, int wanted, Ownership ownership) {
    Set<ResolvedRule> allowing = new LinkedHashSet<>();
    int missing = wanted;
    for (ResolvedRule each : profile.source().rules()) {
      FileRule rule = allowing(each);
      if (rule != null && matches(rule, path) && speaksOf(rule, ownership)) {
        int common = bits(rule) & wanted;
        missing &= ~common;
        if (common != 0) {
          allowing.add(each);
        }
      }
    }
    List<ResolvedRule> overridden = denying.isEmpty() ? List.of() : List.copyOf(allowing);
    if (missing == 0) {
      List<Mend> removal =
          denying.isEmpty() ? List.of() : List.of(new Mend(Kind.REMOVE_DENY, denying, null, null));
      return new Explanation(decision, overridden, removal);
    }
    List<Mend> mends = new ArrayList<>();
    for (Kind kind : List.of(Kind.ANY_OWNER, Kind.ADD_PERMISSION, Kind.WIDEN_STAR)) {
      for (ResolvedRule each : profile.source().rules()) {
        FileRule rule = allowing(each);
        // Two rules may not execute one file in different ways, so those that execute stay.
        if (rule != null && ((bits(rule) | missing) & FilePermissions.EXEC) == 0) {
          int needed = missing;
          changed(kind, rule, path, needed, ownership)
              .ifPresent(mended -> mends.add(new Mend(kind, denying, each, mended)));
        }
      }
    }
    Rule fresh = FileAccess.rule(new Access.File(path, permissions(missing), ownership));
    mends.add(new Mend(Kind.NEW_RULE, denying, null, fresh));
    return new Explanation(decision, overridden, mends);
  }

  /** Returns a rule that allows files, or {@code null} if it is another one. */
  private static @Nullable FileRule allowing(ResolvedRule resolved) {
    return resolved.rule() instanceof FileRule rule
            && rule.qualifiers().action() == Qualifiers.Action.ALLOW
        ? rule
        : null;
  }

  private static boolean matches(FileRule rule, String path) {
    return Aare.path(rule.path() == null ? EVERY_FILE : rule.path()).matches(path);
  }

  private static int bits(FileRule rule) {
    int bits = rule.permissions().bits();
    return (bits & FilePermissions.WRITE) != 0 ? bits | FilePermissions.APPEND : bits;
  }

  private static boolean speaksOf(FileRule rule, Ownership asked) {
    Ownership own = rule.qualifiers().ownership();
    return own == Ownership.ANY || own == asked;
  }

  /** Returns a rule that is changed in one respect, if this makes it allow what is missing. */
  private static Optional<Rule> changed(
      Kind kind, FileRule rule, String path, int missing, Ownership ownership) {
    boolean has = (missing & ~bits(rule)) == 0;
    boolean speaks = speaksOf(rule, ownership);
    boolean matches = matches(rule, path);
    return switch (kind) {
      case ANY_OWNER ->
          matches && has && !speaks
              ? Optional.of(rule.withQualifiers(rule.qualifiers().withOwnership(Ownership.ANY)))
              : Optional.empty();
      case ADD_PERMISSION ->
          matches && speaks && !has && rule.path() != null
              ? added(rule, missing)
              : Optional.empty();
      case WIDEN_STAR -> !matches && has && speaks ? widened(rule, path) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Rule> added(FileRule rule, int missing) {
    int bits = rule.permissions().bits() | missing;
    if ((bits & FilePermissions.WRITE) != 0) {
      bits &= ~FilePermissions.APPEND;
    }
    return Optional.of(
        new FileRule(rule.qualifiers(), rule.path(), permissions(bits), rule.target()));
  }

  /** Returns permissions; programs keep the profile. */
  private static FilePermissions permissions(int bits) {
    boolean executes = (bits & FilePermissions.EXEC) != 0;
    return new FilePermissions(bits, executes ? FilePermissions.of("ix").exec() : null);
  }

  /** Returns a rule one of whose stars doesn't stop before a slash any more. */
  private static Optional<Rule> widened(FileRule rule, String path) {
    String pattern = rule.path();
    for (int i = 0; pattern != null && i < pattern.length(); i++) {
      boolean single =
          pattern.charAt(i) == '*'
              && !pattern.startsWith("**", i)
              && (i == 0 || (pattern.charAt(i - 1) != '*' && pattern.charAt(i - 1) != '\\'));
      if (single) {
        String wider = pattern.substring(0, i) + '*' + pattern.substring(i);
        Rule widened = rule.withPatterns(each -> each.equals(pattern) ? wider : each);
        if (matches((FileRule) widened, path)) {
          return Optional.of(widened);
        }
      }
    }
    return Optional.empty();
  }
}
