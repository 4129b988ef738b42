package io.github.apparmor4j.print;

import io.github.apparmor4j.profile.AbiRule;
import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.Conditional;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.RuleBlock;
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
        block(profile.header(), profile.elements(), indent);
      } else if (element instanceof RuleBlock block) {
        block(block.header(), block.elements(), indent);
      } else if (element instanceof Conditional conditional) {
        conditional(conditional, indent);
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

  private void block(String header, List<?> elements, String indent) throws IOException {
    out.append(indent).append(header);
    elements(elements, indent + "  ", true);
    out.append(indent).append('}');
  }

  private void conditional(Conditional conditional, String indent) throws IOException {
    String before = indent + "if ";
    for (Conditional.Branch branch : conditional.branches()) {
      out.append(before).append(branch.condition().toString()).append(" {");
      elements(branch.elements(), indent + "  ", true);
      before = indent + "} else if ";
    }
    if (conditional.otherwise() != null) {
      out.append(indent).append("} else {");
      elements(conditional.otherwise(), indent + "  ", true);
    }
    out.append(indent).append('}');
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
      return isBlock(before);
    }
    Object next = ahead == null ? element : ahead;
    return isBlock(before) || isBlock(next) || group(before) != group(next);
  }

  private static boolean isBlock(Object element) {
    return element instanceof Profile
        || element instanceof RuleBlock
        || element instanceof Conditional;
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
