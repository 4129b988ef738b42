package io.github.apparmor4j.policy;

/**
 * What is said of the strings that end in a state, as bits of an accept word. In the table of files
 * bits 0 to 13 are for the owner of a file and 14 to 27 for others: seven permissions, then how to
 * execute; elsewhere bits 0 to 6 and, from 14, further permissions ({@link
 * PolicyClass#acceptBits}).
 *
 * @param allow allowed
 * @param prompt asked for; only permission tables can say so
 * @param audit logged when used
 * @param quiet not logged when refused
 */
public record AcceptWords(int allow, int prompt, int audit, int quiet) {

  /** Nothing at all. */
  public static final AcceptWords NONE = new AcceptWords(0, 0, 0, 0);

  /**
   * In {@link #allow} of a socket's state: a longer string may say more. Only permission tables
   * hold it.
   */
  public static final int CONTINUES = 1 << 28;

  private static final int LOGGED = 0x1fc07f;

  /** Returns the second word: logged in the lower seven bits of a half, silent in the next. */
  int second() {
    return (audit & LOGGED) | (quiet & LOGGED) << 7;
  }
}
