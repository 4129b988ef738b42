package io.github.apparmor4j.check;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a rule is about, in a form in which two rules of one kind can be compared: its parts, with
 * patterns as languages.
 */
final class Coverage {

  /** If a limit is reached, the rule counts as not covered: the answer is not worth more work. */
  private static final WorkLimits LIMITS = WorkLimits.DEFAULT.withSize(3000, 300_000);

  private final ResolvedRule resolved;

  /** The rule's patterns; {@code null} matches everything. */
  private final List<@Nullable Regex> patterns = new ArrayList<>();

  private final List<@Nullable Set<?>> sets = new ArrayList<>();
  private final List<Set<?>> manners = new ArrayList<>();
  private final byte[] prefix;

  private Coverage(ResolvedRule resolved) {
    this.resolved = resolved;
    for (Rule.Part part : resolved.rule().parts()) {
      if (part instanceof Rule.PathPart path) {
        patterns.add(path.pattern() == null ? null : Aare.path(path.pattern()).regex());
      } else if (part instanceof Rule.NamePart name) {
        patterns.add(name.pattern() == null ? null : Aare.label(name.pattern()).regex());
      } else if (part instanceof Rule.SetPart set) {
        sets.add(set.values());
      } else if (part instanceof Rule.MannerPart manner) {
        manners.add(manner.values());
      }
    }
    Regex first = patterns.isEmpty() ? null : patterns.get(0);
    this.prefix = first == null ? new byte[0] : first.literalPrefix();
  }

  /** Returns what a rule is about, or {@code null} if one of its patterns is not valid. */
  static @Nullable Coverage of(ResolvedRule resolved) {
    try {
      return new Coverage(resolved);
    } catch (GlobSyntaxException e) {
      return null; // the compiler reports it
    }
  }

  ResolvedRule rule() {
    return resolved;
  }

  /** Returns whether another rule with the same action does nothing that this one doesn't do. */
  boolean covers(Coverage narrow) {
    Qualifiers own = resolved.rule().qualifiers();
    Qualifiers other = narrow.resolved.rule().qualifiers();
    if (own.action() != other.action() || (!own.audit() && other.audit()) || !isAtLeast(narrow)) {
      return false;
    }
    for (int i = 0; i < manners.size(); i++) {
      if (!manners.get(i).containsAll(narrow.manners.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether this rule denies everything that another allows. */
  boolean denies(Coverage allowing) {
    return resolved.rule().qualifiers().isDeny()
        && allowing.resolved.rule().qualifiers().action() == Qualifiers.Action.ALLOW
        && isAtLeast(allowing);
  }

  private boolean isAtLeast(Coverage narrow) {
    Qualifiers own = resolved.rule().qualifiers();
    Qualifiers other = narrow.resolved.rule().qualifiers();
    if (resolved.rule().kind() != narrow.resolved.rule().kind()
        || own.priority() < other.priority()
        || (own.ownership() != Qualifiers.Ownership.ANY && own.ownership() != other.ownership())
        || !startsWith(narrow.prefix, prefix)) {
      return false;
    }
    for (int i = 0; i < sets.size(); i++) {
      Set<?> wide = sets.get(i);
      Set<?> within = narrow.sets.get(i);
      if (wide != null && (within == null || !wide.containsAll(within))) {
        return false;
      }
    }
    for (int i = 0; i < patterns.size(); i++) {
      if (!includes(patterns.get(i), narrow.patterns.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean startsWith(byte[] text, byte[] prefix) {
    return prefix.length <= text.length
        && Arrays.equals(prefix, 0, prefix.length, text, 0, prefix.length);
  }

  private static boolean includes(@Nullable Regex wide, @Nullable Regex narrow) {
    if (wide == null || narrow == null) {
      return wide == null;
    }
    try {
      return wide.equals(narrow) || wide.includes(narrow, LIMITS);
    } catch (TooComplexException e) {
      return false;
    }
  }
}
