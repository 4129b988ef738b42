package io.github.apparmor4j.profile;

import java.util.Objects;

/**
 * {@code abi <path>,}: the feature set that the policy was written for.
 *
 * @param path the feature file
 * @param searched whether the file is looked for in the include directories ({@code <path>});
 *     otherwise the path is relative to the current directory
 */
public record AbiRule(String path, boolean searched) implements FileElement, ProfileElement {

  /** Rejects paths that can't be written. */
  public AbiRule {
    Objects.requireNonNull(path, "path");
    Include.checkQuotable(path);
  }

  /** Returns {@code abi <path>,}. */
  public static AbiRule of(String path) {
    return new AbiRule(path, true);
  }

  @Override
  public String toString() {
    return "abi " + Include.file(path, searched) + ",";
  }
}
