package io.github.apparmor4j.profile;

/**
 * {@code alias /from/ -> /to/,}: rules about paths that start with the first path hold for the same
 * paths under the second, too.
 *
 * @param from the start of paths as rules name them
 * @param to the start of the paths that are meant as well
 */
public record Alias(String from, String to) implements FileElement {

  /** Rejects paths that are not valid. */
  public Alias {
    Words.checkedPath(from, "from");
    Words.checkedPath(to, "to");
  }

  @Override
  public String toString() {
    return "alias " + Words.word(from) + " -> " + Words.word(to) + ",";
  }
}
