package io.github.apparmor4j.access;

/** Checks of questions, so that no question is answered that makes no sense. */
final class Checks {

  private Checks() {}

  /** Checks that a path is absolute. */
  static void path(String path, String component) {
    noNul(path, component);
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException(
          component + " must be an absolute path, beginning with '/': '" + path + "'");
    }
  }

  /** Checks that a path is absolute and ends in a slash. */
  static void directory(String path, String component) {
    path(path, component);
    if (!path.endsWith("/")) {
      throw new IllegalArgumentException(
          component + " is a directory, so it must end with '/': '" + path + "'");
    }
  }

  /** Checks that a name or label is not empty. */
  static void text(String text, String component) {
    noNul(text, component);
    if (text.isEmpty()) {
      throw new IllegalArgumentException(component + " is empty");
    }
  }

  /** Checks that a text has no NUL, which would end its field. */
  static void noNul(String text, String component) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(component + " contains a NUL");
    }
  }
}
