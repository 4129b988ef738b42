package io.github.apparmor4j.access;

import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What changes if one set of profiles takes the place of another: by meaning, not by text. What the
 * tables allow is compared as languages, so a difference that is not reported is not there, and one
 * that is reported has a witness that the one set allows and the other refuses. Immutable and
 * thread-safe.
 *
 * <pre>{@code
 * PolicyDifference difference = PolicyDifference.between(old, changed);
 * if (difference.isWidened()) {
 *   difference.changes().forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>docs/asking.md says what counts as wider.
 */
public final class PolicyDifference {

  /** What a change does. */
  public enum Effect {
    /** Something is allowed, or less confined, that wasn't. */
    WIDENED,
    /** Something is refused, or more confined, that wasn't. */
    NARROWED,
    /** Neither by itself, such as another profile for a program. */
    CHANGED,
    /** Only what is logged. */
    LOGGING,
    /** Too complex to say: a limit was reached. */
    UNKNOWN
  }

  /**
   * A change of one profile.
   *
   * @param profile the profile's name
   * @param effect what it does
   * @param subject what it is about: a kind of rule with permissions, or {@code mode} and the like
   * @param detail what was and what is, in words; empty if the accesses say all
   * @param accesses the accesses that it is about; {@code null} for other changes
   * @param witness one of the accesses, or {@code null}
   * @param rules the rules that decide about the witness: those of the new set if something is
   *     allowed, of the old one and the denying ones of the new if it is refused
   * @param place the place of the first of the rules, or of the profile
   */
  public record Change(
      String profile,
      Effect effect,
      String subject,
      String detail,
      @Nullable AccessSet accesses,
      @Nullable Access witness,
      List<ResolvedRule> rules,
      SourcePlace place) {

    /** Copies the list. */
    public Change {
      rules = List.copyOf(rules);
    }

    /** Returns the change in one line. */
    @Override
    public String toString() {
      return effect.name().toLowerCase(Locale.ROOT)
          + ": "
          + profile
          + ": "
          + subject
          + (detail.isEmpty() ? "" : ": " + detail)
          + (witness == null ? "" : ", such as " + witness);
    }
  }

  private final List<Change> changes;

  private PolicyDifference(List<Change> changes) {
    this.changes = List.copyOf(changes);
  }

  /**
   * Compares two sets, profile by profile. Profiles whose binary form is the same are not looked
   * into. A comparison that reaches a limit of the new set becomes a change of {@link
   * Effect#UNKNOWN}.
   */
  public static PolicyDifference between(PolicySet before, PolicySet after) {
    Set<String> names = new LinkedHashSet<>();
    before.profiles().forEach(each -> names.add(each.binary().qualifiedName()));
    after.profiles().forEach(each -> names.add(each.binary().qualifiedName()));
    Wider wider = new Wider(before, after);
    List<Change> changes = new ArrayList<>();
    for (String name : names) {
      CompiledProfile was = before.profile(name).orElse(null);
      CompiledProfile now = after.profile(name).orElse(null);
      if (was != null && now != null) {
        changes.addAll(new ProfileComparison(wider, was, now).changes());
      } else if (was != null) {
        changes.add(whole(was, Effect.WIDENED, "is gone: it confines its programs no longer"));
      } else if (now != null) {
        changes.add(whole(now, Effect.NARROWED, "is new"));
      }
    }
    return new PolicyDifference(changes);
  }

  private static Change whole(CompiledProfile profile, Effect effect, String detail) {
    return new Change(
        profile.binary().qualifiedName(),
        effect,
        "profile",
        detail,
        null,
        null,
        List.of(),
        profile.source().place());
  }

  /**
   * Compares one profile with another, whatever they are called: a container's profile with the
   * runtime's default, say.
   *
   * @param before name of a profile of the first set
   * @param after name of a profile of the second set
   * @throws IllegalArgumentException if there is no such profile
   */
  public static PolicyDifference between(
      PolicySet first, String before, PolicySet second, String after) {
    Wider wider = new Wider(first, second);
    return new PolicyDifference(
        new ProfileComparison(wider, first.required(before), second.required(after)).changes());
  }

  /** Returns the changes, profile by profile, in the order of the old set; new ones last. */
  public List<Change> changes() {
    return changes;
  }

  /** Returns whether something became wider, or may have. */
  public boolean isWidened() {
    return has(Effect.WIDENED) || has(Effect.UNKNOWN);
  }

  /** Returns whether something became narrower, or may have. */
  public boolean isNarrowed() {
    return has(Effect.NARROWED) || has(Effect.UNKNOWN);
  }

  /** Returns whether nothing changed, what is logged included. */
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /**
   * Returns what became wider, or may have, as warnings at the places that make it so ({@code
   * AA-ASK-0006}): for reports in the forms that diagnostics have.
   */
  public List<Diagnostic> widenings() {
    return changes.stream()
        .filter(each -> each.effect() == Effect.WIDENED || each.effect() == Effect.UNKNOWN)
        .map(each -> Diagnostic.of(AccessProblem.WIDENED, each.place(), each.toString()))
        .toList();
  }

  private boolean has(Effect effect) {
    return changes.stream().anyMatch(change -> change.effect() == effect);
  }
}
