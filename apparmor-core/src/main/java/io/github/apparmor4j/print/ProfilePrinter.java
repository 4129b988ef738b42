package io.github.apparmor4j.print;

import io.github.apparmor4j.profile.AbiRule;
import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.VariableAssignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes models as text. Keeps the order of elements; indents by two blanks; puts an empty line
 * between elements of different kinds and around profiles. What it writes parses to an equal model,
 * and printing that gives the same text. Thread-safe.
 */
public final class ProfilePrinter {

  private final Appendable out;

  private ProfilePrinter(Appendable out) {
    this.out = out;
  }

  /** Returns the text of a file. */
  public static String print(ProfileFile file) {
    StringBuilder text = new StringBuilder();
    try {
      print(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** Returns the text of a profile. */
  public static String print(Profile profile) {
    return print(ProfileFile.of(profile));
  }

  /**
   * Writes a file.
   *
   * @throws IOException if {@code out} does
   */
  public static void print(ProfileFile file, Appendable out) throws IOException {
    new ProfilePrinter(out).elements(file.elements(), "", false);
  }

  private void elements(List<?> elements, String indent, boolean inProfile) throws IOException {
    Object before = null;
    boolean lineOpen = inProfile;
    for (int i = 0; i < elements.size(); i++) {
      Object element = elements.get(i);
      if (element instanceof Comment comment && comment.trailing()) {
        out.append(lineOpen ? "  " : indent).append(comment.toString());
        continue;
      }
      if (lineOpen) {
        out.append('\n');
      }
      if (before != null && parted(before, element, ahead(elements, i))) {
        out.append('\n');
      }
      if (element instanceof Profile profile) {
        out.append(indent).append(profile.header());
        elements(profile.elements(), indent + "  ", true);
        out.append(indent).append('}');
      } else {
        out.append(indent).append(String.valueOf(element));
      }
      lineOpen = true;
      before = element;
    }
    if (lineOpen) {
      out.append('\n');
    }
  }

  /** Returns the element that an own-line comment stands before: the next that is none. */
  private static @Nullable Object ahead(List<?> elements, int at) {
    for (int i = at; i < elements.size(); i++) {
      if (!(elements.get(i) instanceof Comment)) {
        return elements.get(i);
      }
    }
    return null;
  }

  private static boolean parted(Object before, Object element, @Nullable Object ahead) {
    if (before instanceof Comment) {
      return false;
    }
    if (element instanceof Comment && ahead == null) {
      return before instanceof Profile;
    }
    Object next = ahead == null ? element : ahead;
    return before instanceof Profile || next instanceof Profile || group(before) != group(next);
  }

  private static Class<?> group(Object element) {
    if (element instanceof AbiRule
        || element instanceof Include
        || element instanceof VariableAssignment) {
      return element instanceof AbiRule ? Include.class : element.getClass();
    }
    if (element instanceof FileElement || element instanceof ProfileElement) {
      return element.getClass();
    }
    throw new AssertionError(element);
  }
}
