package io.github.apparmor4j.print;

import io.github.apparmor4j.profile.AbiRule;
import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.Conditional;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleBlock;
import io.github.apparmor4j.profile.UnrecognizedRule;
import io.github.apparmor4j.profile.VariableAssignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A printer of models as text. It keeps the order of elements, indents by two blanks, and puts an
 * empty line between elements of different kinds and around profiles. The text parses to an equal
 * model, and printing that model gives the same text. Thread-safe.
 *
 * <pre>{@code
 * Profile web = Profile.builder("web").allow(FileRule.of("/srv/www/**", "r")).build();
 * String text = ProfilePrinter.print(web);
 * }</pre>
 */
public final class ProfilePrinter {

  /** The columns that lines of rules are held to where possible. */
  private static final int WIDTH = 100;

  private static final String CONTINUED = "     ";
  private static final Pattern CONDITION = Pattern.compile("[a-z]+=");

  private final Appendable out;
  private final Predicate<Object> spaced;

  private ProfilePrinter(Appendable out, Predicate<Object> spaced) {
    this.out = out;
    this.spaced = spaced;
  }

  /** Returns the text of a file. */
  public static String print(ProfileFile file) {
    return print(file, element -> false);
  }

  /** Returns the text of a file, with empty lines before some more of its elements. */
  static String print(ProfileFile file, Predicate<Object> spaced) {
    StringBuilder text = new StringBuilder();
    try {
      new ProfilePrinter(text, spaced).elements(file.elements(), "", false);
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
   * @throws IOException if {@code out} throws it
   */
  public static void print(ProfileFile file, Appendable out) throws IOException {
    new ProfilePrinter(out, element -> false).elements(file.elements(), "", false);
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
      if (before != null && (spaced.test(element) || parted(before, element, ahead(elements, i)))) {
        out.append('\n');
      }
      if (element instanceof Profile profile) {
        block(profile.header(), profile.elements(), indent);
      } else if (element instanceof RuleBlock block) {
        block(block.header(), block.elements(), indent);
      } else if (element instanceof Conditional conditional) {
        conditional(conditional, indent);
      } else {
        out.append(indent).append(wrapped(String.valueOf(element), element, indent));
      }
      lineOpen = true;
      before = element;
    }
    if (lineOpen) {
      out.append('\n');
    }
  }

  /** Breaks a long rule before conditions, where a line end may replace a blank. */
  private static String wrapped(String text, Object element, String indent) {
    if (!(element instanceof Rule)
        || element instanceof UnrecognizedRule
        || indent.length() + text.length() <= WIDTH) {
      return text;
    }
    StringBuilder lines = new StringBuilder();
    int lineStart = 0;
    int lastBreak = -1;
    int room = WIDTH - indent.length();
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '(') {
        depth++;
      } else if (!quoted && c == ')') {
        depth--;
      }
      if (i - lineStart >= room && lastBreak > lineStart) {
        lines.append(text, lineStart, lastBreak).append('\n').append(indent).append(CONTINUED);
        lineStart = lastBreak + 1;
        lastBreak = -1;
        room = WIDTH - indent.length() - CONTINUED.length();
      }
      if (!quoted
          && depth == 0
          && c == ' '
          && CONDITION.matcher(text).region(i + 1, text.length()).lookingAt()) {
        lastBreak = i;
      }
    }
    return lines.append(text, lineStart, text.length()).toString();
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

  /**
   * Returns the element that a comment on a line of its own belongs to: the next one that is not a
   * comment; {@code null} if none follows.
   */
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
