package io.github.apparmor4j.print;

import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.Conditional;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.RlimitRule;
import io.github.apparmor4j.profile.RuleBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A formatter that writes profiles as canonical text. It groups the elements of each body by kind,
 * in the order of {@link ProfileElement#canonicalOrder}; each element keeps the comments before it
 * and on its line. Inside a kind, and in the preamble, the author's order stays, and so do single
 * empty lines. Thread-safe.
 *
 * <p>Formatting doesn't change what a file means. Of several limits for one resource the last one
 * holds. A body with limits therefore stays as it is if grouping would change the order of the
 * limits and of the includes, blocks and conditionals that may set one.
 *
 * <pre>{@code
 * ParseResult<ProfileFile> parsed = ProfileParser.parse(source);
 * String text = ProfileFormatter.format(parsed.model(), parsed::isSpaced);
 * }</pre>
 */
public final class ProfileFormatter {

  private ProfileFormatter() {}

  /**
   * Returns the text of a file in canonical form. Formatting the result again changes nothing.
   *
   * @param file the file to write
   * @param spaced tells whether an empty line stood before an element of the file, which is found
   *     by identity
   */
  public static String format(ProfileFile file, Predicate<Object> spaced) {
    List<FileElement> elements = new ArrayList<>();
    for (FileElement element : file.elements()) {
      elements.add(element instanceof Profile profile ? ordered(profile) : element);
    }
    return ProfilePrinter.print(new ProfileFile(elements), spaced);
  }

  private static Profile ordered(Profile profile) {
    return profile.withElements(ordered(profile.elements()));
  }

  /** An element with the comments that belong to it. */
  private record Group(ProfileElement element, List<ProfileElement> all) {}

  private static List<ProfileElement> ordered(List<ProfileElement> elements) {
    List<ProfileElement> result = new ArrayList<>();
    List<Group> groups = new ArrayList<>();
    List<ProfileElement> pending = new ArrayList<>();
    for (ProfileElement element : elements) {
      if (element instanceof Comment comment) {
        if (!comment.trailing()) {
          pending.add(comment);
        } else if (groups.isEmpty()) {
          result.add(comment); // on the header's line
        } else {
          groups.get(groups.size() - 1).all().add(comment);
        }
        continue;
      }
      List<ProfileElement> all = new ArrayList<>(pending);
      pending.clear();
      all.add(inside(element));
      groups.add(new Group(element, all));
    }
    sorted(groups).forEach(group -> result.addAll(group.all()));
    result.addAll(pending);
    return result;
  }

  /** Returns groups in canonical order, or as they are if another limit would then hold. */
  private static List<Group> sorted(List<Group> groups) {
    List<Group> sorted = new ArrayList<>(groups);
    sorted.sort((a, b) -> ProfileElement.canonicalOrder().compare(a.element(), b.element()));
    boolean limits = groups.stream().anyMatch(group -> sets(group.element(), false));
    return limits && !setters(sorted).equals(setters(groups)) ? groups : sorted;
  }

  private static List<ProfileElement> setters(List<Group> groups) {
    return groups.stream().map(Group::element).filter(element -> sets(element, true)).toList();
  }

  /**
   * Returns whether an element sets a limit.
   *
   * @param includes whether an include counts, since what it names may set one
   */
  private static boolean sets(ProfileElement element, boolean includes) {
    if (element instanceof RuleBlock block) {
      return anySets(block.elements(), includes);
    }
    if (element instanceof Conditional conditional) {
      List<ProfileElement> otherwise = conditional.otherwise();
      return conditional.branches().stream()
              .anyMatch(branch -> anySets(branch.elements(), includes))
          || (otherwise != null && anySets(otherwise, includes));
    }
    return element instanceof RlimitRule || (includes && element instanceof Include);
  }

  private static boolean anySets(List<ProfileElement> elements, boolean includes) {
    return elements.stream().anyMatch(element -> sets(element, includes));
  }

  private static ProfileElement inside(ProfileElement element) {
    if (element instanceof Profile child) {
      return ordered(child);
    }
    if (element instanceof RuleBlock block) {
      return new RuleBlock(block.qualifiers(), ordered(block.elements()));
    }
    if (element instanceof Conditional conditional) {
      List<ProfileElement> otherwise = conditional.otherwise();
      return new Conditional(
          conditional.branches().stream()
              .map(branch -> new Conditional.Branch(branch.condition(), ordered(branch.elements())))
              .toList(),
          otherwise == null ? null : ordered(otherwise));
    }
    return element;
  }
}
