package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code if … { … } else if … { … } else { … }}: elements that are in force depending on variables.
 *
 * @param branches at least one, in their order; the first whose condition holds is in force
 * @param otherwise the elements in force if no condition holds, or {@code null}
 */
public record Conditional(List<Branch> branches, @Nullable List<ProfileElement> otherwise)
    implements ProfileElement {

  /**
   * A condition and the elements that it puts in force.
   *
   * @param condition the condition
   * @param elements the elements, in their order
   */
  public record Branch(Condition condition, List<ProfileElement> elements) {
    /** Copies the list. */
    public Branch {
      Objects.requireNonNull(condition, "condition");
      elements = Words.checkedElements(elements);
    }
  }

  /** Copies the lists. Rejects an empty list of branches. */
  public Conditional {
    branches = List.copyOf(branches);
    if (branches.isEmpty()) {
      throw new IllegalArgumentException("branches are empty");
    }
    otherwise = otherwise == null ? null : Words.checkedElements(otherwise);
  }

  /** Returns the text, one element a line. */
  @Override
  public String toString() {
    return BodyText.of(this);
  }
}
