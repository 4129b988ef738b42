package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;

/**
 * {@code deny owner { … }}: qualifiers for several rules.
 *
 * @param qualifiers the qualifiers of the rules inside; no priority
 * @param elements the elements, in their order
 */
public record RuleBlock(Qualifiers qualifiers, List<ProfileElement> elements)
    implements ProfileElement {

  /** Copies the list. */
  public RuleBlock {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutPriority("block");
    elements = Words.checkedElements(elements);
  }

  /** Returns the line that opens the block. */
  public String header() {
    return qualifiers + "{";
  }

  /** Returns the text, one element a line. */
  @Override
  public String toString() {
    return BodyText.of(this);
  }
}
