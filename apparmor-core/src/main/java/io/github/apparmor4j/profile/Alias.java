package io.github.apparmor4j.profile;

/**
 * {@code alias /from/ -> /to/,}: rules about paths that start with the first path hold for the same
 * paths under the second, too.
 *
 * @param from the start of paths as rules name them
 * @param to what stands for that start as well; paths begin with a slash, other texts match none
 */
public record Alias(String from, String to) implements FileElement {

  /** Rejects paths that are not valid. */
  public Alias {
    Words.checked(from, "from");
    if ("/:&@".indexOf(from.charAt(0)) < 0) {
      throw new IllegalArgumentException("from is not a path: " + from);
    }
    Words.checkedQuotes(to, "to");
  }

  @Override
  public String toString() {
    return "alias " + Words.path(from) + " -> " + Words.word(to) + ",";
  }
}
