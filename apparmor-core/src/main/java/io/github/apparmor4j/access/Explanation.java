package io.github.apparmor4j.access;

import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.ResolvedRule;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why an access is allowed or refused, and for a refused one the smallest changes of the profile
 * that would allow it: what a person who reads a denial wants to know. Immutable and thread-safe.
 *
 * <pre>{@code
 * Explanation why = Explanation.of(profile, Access.file("/srv/a/b", "w"));
 * why.mends().forEach(System.out::println);
 * }</pre>
 *
 * @param decision the answer, with the rules that decided
 * @param overridden for an access that a rule denies, the rules that would allow it without that;
 *     otherwise empty
 * @param mends changes each of which would allow the access, the smallest first; empty if it is
 *     allowed, or if no rule can allow it, as when the profile that a program should get isn't
 *     loaded
 */
public record Explanation(Decision decision, List<ResolvedRule> overridden, List<Mend> mends) {

  /** What a change does. */
  public enum Kind {
    /** Rules that deny go. */
    REMOVE_DENY("remove the rule that denies it"),
    /** A rule says nothing of the permission. */
    ADD_PERMISSION("the rule says nothing of this permission"),
    /** A rule is only about the files of the task's own user, or only about others'. */
    ANY_OWNER("the rule would match if somebody else owned the file"),
    /** A star of a rule stops before a slash. */
    WIDEN_STAR("a star of the rule stops before a slash"),
    /** There is no rule like it. */
    NEW_RULE("no rule is near");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** Returns why it helps, in words. */
    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * A change of a profile.
   *
   * @param kind what it does
   * @param removed rules that must go
   * @param replaced the rule that another takes the place of, or {@code null}
   * @param rule the rule that comes in its place or is new; {@code null} if rules only go
   */
  public record Mend(
      Kind kind, List<ResolvedRule> removed, @Nullable ResolvedRule replaced, @Nullable Rule rule) {
    /** Copies the list. */
    public Mend {
      removed = List.copyOf(removed);
    }

    /** Returns the change in words, with places. */
    @Override
    public String toString() {
      String gone =
          removed.stream()
              .map(each -> "remove '" + each.written() + "' at " + each.place())
              .collect(Collectors.joining(", "));
      String comes =
          rule == null
              ? ""
              : replaced == null
                  ? "add '" + rule + "'"
                  : "write '" + rule + "' at " + replaced.place() + ": " + kind;
      return gone.isEmpty() || comes.isEmpty() ? gone + comes : gone + ", and " + comes;
    }
  }

  /** Copies the lists. */
  public Explanation {
    overridden = List.copyOf(overridden);
    mends = List.copyOf(mends);
  }

  /**
   * Explains the answer of Linux 6.12 for a profile. Rules to change are found for files; for other
   * kinds, the mend is a new rule.
   */
  public static Explanation of(CompiledProfile profile, Access access) {
    return new Explainer(profile, access).explain();
  }
}
