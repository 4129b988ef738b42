package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.source.SourcePlace;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The effect of a block's qualifiers on the rules inside. */
final class Blocks {

  /** What may stand before an explicit allow. */
  private static final Pattern ALLOW =
      Pattern.compile("(priority\\s*=\\s*\\S+\\s+|audit\\s+)*allow\\b");

  private final Semantics semantics;

  Blocks(Semantics semantics) {
    this.semantics = semantics;
  }

  private boolean replaces() {
    return semantics == Semantics.APPARMOR_5_0;
  }

  /** Returns whether there can be a child in a block; if not, it is dropped without a word. */
  boolean takesChildren() {
    return !replaces();
  }

  /** Returns whether a rule in a block is in force; if not, it is dropped without a word. */
  boolean takes(Rule rule) {
    return !replaces() || isAboutFiles(rule) || rule instanceof ChangeProfileRule;
  }

  /**
   * Returns the action that a block or a rule names, or {@code null} if it names none. The model
   * doesn't tell an allow from none, which mean the same everywhere else, so the text is read.
   */
  Qualifiers.@Nullable Action named(Qualifiers qualifiers, SourcePlace place) {
    if (replaces()) {
      return null;
    } else if (qualifiers.action() != Qualifiers.Action.ALLOW) {
      return qualifiers.action();
    }
    String text = place.source().text();
    return ALLOW.matcher(text).region(place.span().start(), text.length()).lookingAt()
        ? Qualifiers.Action.ALLOW
        : null;
  }

  /**
   * Returns the qualifiers of a block or a rule inside a block.
   *
   * @throws IllegalArgumentException if no file can be both theirs
   */
  Qualifiers nested(Qualifiers outer, Qualifiers inner) {
    if (exclude(outer, inner)) {
      throw new IllegalArgumentException("'owner' and 'other' exclude each other");
    }
    Qualifiers.Ownership ownership =
        inner.ownership() == Qualifiers.Ownership.ANY ? outer.ownership() : inner.ownership();
    if (replaces()) {
      Qualifiers.Action action = outer.action();
      boolean marked = isMarked(outer) || isMarked(inner);
      return new Qualifiers(0, marked != (action == Qualifiers.Action.DENY), action, ownership);
    }
    return new Qualifiers(
        inner.priority(),
        outer.audit() || inner.audit(),
        inner.action() == Qualifiers.Action.ALLOW ? outer.action() : inner.action(),
        ownership);
  }

  /** Returns whether no file can have both owners. */
  static boolean exclude(Qualifiers outer, Qualifiers inner) {
    return outer.ownership() != Qualifiers.Ownership.ANY
        && inner.ownership() != Qualifiers.Ownership.ANY
        && outer.ownership() != inner.ownership();
  }

  /** Returns the bit that 5.0.2 keeps: what is allowed is logged, or what is denied is not. */
  private static boolean isMarked(Qualifiers qualifiers) {
    return qualifiers.audit() != qualifiers.isDeny();
  }

  /** Returns whether a rule is of a kind that can have an owner. */
  static boolean isAboutFiles(Rule rule) {
    return rule instanceof FileRule || rule instanceof LinkRule;
  }

  /**
   * Returns a rule with the qualifiers of the blocks around it.
   *
   * @throws IllegalArgumentException if its kind doesn't take their qualifiers, or no file can have
   *     its owner and theirs
   */
  Rule apply(Qualifiers outer, Rule rule) {
    return !replaces() && outer.equals(Qualifiers.NONE)
        ? rule
        : rule.withQualifiers(nested(outer, rule.qualifiers()));
  }
}
