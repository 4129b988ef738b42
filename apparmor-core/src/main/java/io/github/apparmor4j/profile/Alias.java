package io.github.apparmor4j.profile;

/**
 * {@code alias /from/ -> /to/,}: what is ruled about paths that start with one holds for the other
 * too.
 *
 * @param from start of paths as rules name them
 * @param to start of the paths that are meant as well
 */
public record Alias(String from, String to) implements FileElement {

  /** Checks the paths. */
  public Alias {
    Words.checkedPath(from, "from");
    Words.checkedPath(to, "to");
  }

  @Override
  public String toString() {
    return "alias " + Words.word(from) + " -> " + Words.word(to) + ",";
  }
}
