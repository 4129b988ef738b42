package io.github.apparmor4j.vocabulary;

/**
 * The permissions of the strings that end in a state, as bits of an accept word ({@link
 * AcceptBits}).
 *
 * @param allow what is allowed
 * @param prompt what user space is asked for; only permission tables can hold it
 * @param audit what is logged when used
 * @param quiet what is not logged when refused
 */
public record AcceptWords(int allow, int prompt, int audit, int quiet) {

  /** Leaves out the logging of permissions that can't be logged. */
  public AcceptWords {
    audit &= AcceptBits.LOGGED;
    quiet &= AcceptBits.LOGGED;
  }

  /** No permissions at all. */
  public static final AcceptWords NONE = new AcceptWords(0, 0, 0, 0);

  /**
   * Returns the part of this that accept words can hold. They can't say that a longer string says
   * more, or that user space is asked; what it would be asked for is refused.
   */
  public AcceptWords forWords() {
    return new AcceptWords(allow & ~AcceptBits.CONTINUES, 0, audit, quiet);
  }

  /**
   * Returns the second word: what is logged in the lower seven bits of a half, what is silent in
   * the next seven.
   */
  public int second() {
    return (audit & AcceptBits.LOGGED) | (quiet & AcceptBits.LOGGED) << 7;
  }
}
