package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;

/**
 * A comment. It is an element of its own, so that it survives every edit. A trailing comment stands
 * on the line of the element before it or, as the first in a body, on the profile's header line.
 *
 * @param text what follows the {@code #}, without blanks at its end
 * @param trailing whether it stands on the line of the element before it
 */
public record Comment(String text, boolean trailing) implements FileElement, ProfileElement {

  /**
   * Rejects a text of more than one line and a text that would be read as an include; strips blanks
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

  /**
   * Copies a body. Rejects a trailing comment after a comment, which runs to the end of its line.
   */
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
