package io.github.apparmor4j.vocabulary;

/**
 * What is said of the strings that end in a state, as bits of an accept word ({@link AcceptBits}).
 *
 * @param allow allowed
 * @param prompt asked for; only permission tables can say so
 * @param audit logged when used
 * @param quiet not logged when refused
 */
public record AcceptWords(int allow, int prompt, int audit, int quiet) {

  /** Leaves out the logging of permissions that can't be logged. */
  public AcceptWords {
    audit &= AcceptBits.LOGGED;
    quiet &= AcceptBits.LOGGED;
  }

  /** Nothing at all. */
  public static final AcceptWords NONE = new AcceptWords(0, 0, 0, 0);

  /**
   * Returns what accept words can hold of this: they can't say that a longer string says more, or
   * that user space is asked, so what isn't allowed is refused without asking.
   */
  public AcceptWords forWords() {
    return new AcceptWords(allow & ~AcceptBits.CONTINUES, 0, audit, quiet);
  }

  /** Returns the second word: logged in the lower seven bits of a half, silent in the next. */
  public int second() {
    return (audit & AcceptBits.LOGGED) | (quiet & AcceptBits.LOGGED) << 7;
  }
}
