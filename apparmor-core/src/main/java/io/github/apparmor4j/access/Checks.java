package io.github.apparmor4j.access;

/** What is checked of questions, so that none is answered that can't be meant. */
final class Checks {

  private Checks() {}

  /** Checks an absolute path. */
  static void path(String path, String component) {
    noNul(path, component);
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException(
          component + " must be absolute, so begin with '/': '" + path + "'");
    }
  }

  /** Checks a directory. */
  static void directory(String path, String component) {
    path(path, component);
    if (!path.endsWith("/")) {
      throw new IllegalArgumentException(
          component + " is a directory, so it must end with '/': '" + path + "'");
    }
  }

  /** Checks a name or label. */
  static void text(String text, String component) {
    noNul(text, component);
    if (text.isEmpty()) {
      throw new IllegalArgumentException(component + " is empty");
    }
  }

  /** Checks that a text can be a field: NULs are between fields. */
  static void noNul(String text, String component) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(component + " contains a NUL");
    }
  }
}
