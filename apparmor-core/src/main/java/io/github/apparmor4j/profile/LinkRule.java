package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * {@code link subset /name -> /target,}: making a hard link to a file.
 *
 * @param qualifiers the qualifiers before the rule
 * @param subset whether the link's permissions must be a subset of the target's
 * @param path pattern of the link's name
 * @param target pattern of the file
 */
public record LinkRule(Qualifiers qualifiers, boolean subset, String path, String target)
    implements Rule {

  /** Checks the patterns. */
  public LinkRule {
    Objects.requireNonNull(qualifiers, "qualifiers");
    Words.checked(path, "path");
    Words.checkedQuotes(target, "target");
  }

  /** Returns {@code link path -> target,}. */
  public static LinkRule of(String path, String target) {
    return new LinkRule(
        Qualifiers.NONE,
        false,
        Words.writtenPath(path, "path"),
        Words.writtenPath(target, "target"));
  }

  @Override
  public LinkRule withQualifiers(Qualifiers newQualifiers) {
    return new LinkRule(newQualifiers, subset, path, target);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.LINK;
  }

  @Override
  public List<String> patterns() {
    return List.of(path, target);
  }

  @Override
  public List<Part> parts() {
    return List.of(
        new PathPart(path), new PathPart(target), SetPart.orAny(subset ? "subset" : null));
  }

  @Override
  public LinkRule withPatterns(UnaryOperator<String> change) {
    return new LinkRule(qualifiers, subset, change.apply(path), change.apply(target));
  }

  @Override
  public String toString() {
    return qualifiers
        + "link "
        + (subset ? "subset " : "")
        + Words.word(path)
        + " -> "
        + Words.word(target)
        + ",";
  }
}
