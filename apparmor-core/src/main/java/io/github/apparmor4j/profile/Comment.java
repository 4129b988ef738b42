package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;

/**
 * A comment. It is an element of its own, so that it survives every edit: a trailing one stands on
 * the line of the element before it (or, first in a body, on the profile's header line).
 *
 * @param text what follows the {@code #}, without blanks at its end
 * @param trailing whether it shares the line of what stands before
 */
public record Comment(String text, boolean trailing) implements FileElement, ProfileElement {

  /**
   * Rejects text of more than one line and text that would read back as an include; strips blanks
   * at the end.
   */
  public Comment {
    Objects.requireNonNull(text, "text");
    text = text.stripTrailing();
    if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("text is more than one line: " + text);
    }
    if (isInclude(text)) {
      throw new IllegalArgumentException("text reads as an include: #" + text);
    }
  }

  /** Returns a comment on a line of its own; a blank is put before the text. */
  public static Comment of(String text) {
    return new Comment(text.isEmpty() ? "" : " " + text, false);
  }

  /** Copies a body; a comment runs to its line's end, so that no other can share the line. */
  static List<ProfileElement> checkedPlaces(List<ProfileElement> elements) {
    boolean before = false;
    for (ProfileElement element : elements) {
      if (before && element instanceof Comment comment && comment.trailing()) {
        throw new IllegalArgumentException("a trailing comment follows a comment: " + element);
      }
      before = element instanceof Comment;
    }
    return List.copyOf(elements);
  }

  /** Returns whether what follows a {@code #} makes it an include. */
  public static boolean isInclude(String text) {
    return text.startsWith("include");
  }

  @Override
  public String toString() {
    return "#" + text;
  }
}
