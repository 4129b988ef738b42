package io.github.apparmor4j.profile;

import java.util.Objects;

/**
 * {@code include <path>}, {@code include "path"}, {@code include if exists <path>}.
 *
 * @param path a file or directory
 * @param searched whether it is looked for in the include directories ({@code <path>}); otherwise
 *     the path is relative to the current directory
 * @param ifExists whether it may be missing
 */
public record Include(String path, boolean searched, boolean ifExists)
    implements FileElement, ProfileElement {

  /** Rejects paths that can't be written. */
  public Include {
    Objects.requireNonNull(path, "path");
    checkQuotable(path);
  }

  /** Returns {@code include <path>}. */
  public static Include of(String path) {
    return new Include(path, true, false);
  }

  /** Returns {@code include if exists <path>}. */
  public static Include ifExists(String path) {
    return new Include(path, true, true);
  }

  static void checkQuotable(String path) {
    boolean quotable = !path.isEmpty();
    for (int i = 0; i < path.length(); i++) {
      quotable &= "\n\"<>".indexOf(path.charAt(i)) < 0;
    }
    if (!quotable) {
      throw new IllegalArgumentException("not a path to include: '" + path + "'");
    }
  }

  /**
   * Returns a file's name as it stands in a rule; within {@code <>}, blanks at its ends need
   * quotes.
   */
  static String file(String path, boolean searched) {
    String quoted = "\"" + path + "\"";
    return !searched ? quoted : "<" + (path.strip().equals(path) ? path : quoted) + ">";
  }

  @Override
  public String toString() {
    return "include " + (ifExists ? "if exists " : "") + file(path, searched);
  }
}
