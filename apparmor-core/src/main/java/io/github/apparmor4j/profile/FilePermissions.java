package io.github.apparmor4j.profile;

import io.github.apparmor4j.vocabulary.AcceptBits;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The permissions that a file rule grants or denies: a set of permissions and, if execution is
 * among them, how a program is executed. Immutable and thread-safe.
 *
 * @param bits the union of constants of this type
 * @param exec how a program is executed, if {@link #EXEC} is in the set; {@code null} otherwise
 */
public record FilePermissions(int bits, @Nullable ExecMode exec) {

  private static final Pattern LETTERS_OF_PERMISSIONS =
      Pattern.compile("(?i)(?:[rwalkm]|(?:[pc][iu]?|[iu])?x){1,19}");

  /** {@code x}: execute. */
  public static final int EXEC = AcceptBits.EXEC;

  /** {@code w}: write, which implies append. */
  public static final int WRITE = AcceptBits.WRITE;

  /** {@code r}: read. */
  public static final int READ = AcceptBits.READ;

  /** {@code a}: append. */
  public static final int APPEND = AcceptBits.APPEND;

  /** {@code l}: make a hard link. */
  public static final int LINK = AcceptBits.LINK;

  /** {@code k}: lock. */
  public static final int LOCK = AcceptBits.LOCK;

  /** {@code m}: map for execution. */
  public static final int MMAP_EXEC = AcceptBits.MMAP_EXEC;

  private static final String LETTERS = "xwralkm";
  private static final String EXEC_LETTERS = "ixupcIXUPC";
  private static final String PRINTED = "mrwakl";

  /**
   * Rejects an empty set, unknown bits, write together with append, and an exec mode that doesn't
   * fit the bits.
   */
  public FilePermissions {
    if (bits == 0 || (bits & ~0x7f) != 0) {
      throw new IllegalArgumentException("bits 0x" + Integer.toHexString(bits));
    }
    if ((bits & WRITE) != 0 && (bits & APPEND) != 0) {
      throw new IllegalArgumentException("write and append exclude each other");
    }
    if (((bits & EXEC) != 0) != (exec != null)) {
      throw new IllegalArgumentException(
          "exec " + exec + " with bits 0x" + Integer.toHexString(bits));
    }
  }

  /**
   * Returns whether a word consists of letters of permissions, in either case, such as {@code
   * rwPx}; whether they go together is another question.
   */
  public static boolean isLetters(String word) {
    return LETTERS_OF_PERMISSIONS.matcher(word).matches();
  }

  /**
   * Returns the permissions for AppArmor's letters, such as {@code "rw"} or {@code "mrPx"}.
   *
   * @param letters {@code r w a l k m} and at most one execution mode ({@link ExecMode}), in any
   *     order; a letter may repeat, and all of them except {@code k} may be in upper case
   * @throws IllegalArgumentException if there are none, one is unknown, or some exclude each other;
   *     the message says which
   */
  public static FilePermissions of(String letters) {
    Objects.requireNonNull(letters, "letters");
    int bits = 0;
    ExecMode exec = null;
    for (int i = 0; i < letters.length(); ) {
      ExecMode mode = EXEC_LETTERS.indexOf(letters.charAt(i)) < 0 ? null : ExecMode.at(letters, i);
      if (mode != null) {
        if (exec != null && exec != mode && mode != ExecMode.ANY) {
          throw new IllegalArgumentException(
              "conflicting exec modifiers '" + exec + "' and '" + mode + "'");
        }
        exec = exec != null && mode == ExecMode.ANY ? exec : mode;
        bits |= EXEC;
        i += mode.toString().length();
        continue;
      }
      int bit = LETTERS.indexOf(Character.toLowerCase(letters.charAt(i)));
      if (bit < 1 || letters.charAt(i) == 'K') {
        throw new IllegalArgumentException("unknown permission '" + letters.charAt(i) + "'");
      }
      bits |= 1 << bit;
      i++;
    }
    if (letters.isEmpty()) {
      throw new IllegalArgumentException("no permissions");
    }
    return new FilePermissions(bits, exec);
  }

  /** Returns whether all of the given bits are in the set. */
  public boolean contains(int wanted) {
    return (bits & wanted) == wanted;
  }

  /** Returns the letters in canonical order: {@code m r w a k l}, then the execution mode. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < PRINTED.length(); i++) {
      char letter = PRINTED.charAt(i);
      if ((bits & 1 << LETTERS.indexOf(letter)) != 0) {
        out.append(letter);
      }
    }
    return exec == null ? out.toString() : out.append(exec).toString();
  }

  /**
   * Returns the letters one by one, with {@code x} for execution; with {@code w} there is {@code a}
   * as well.
   */
  Set<String> letters() {
    Set<String> letters = new TreeSet<>();
    for (int i = 0; i < LETTERS.length(); i++) {
      if ((bits & 1 << i) != 0) {
        letters.add(LETTERS.substring(i, i + 1));
      }
    }
    if (contains(WRITE)) {
      letters.add("a");
    }
    return letters;
  }
}
