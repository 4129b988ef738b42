package io.github.apparmor4j.profile;

import io.github.apparmor4j.vocabulary.AcceptBits;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a file rule grants or denies: a set of permissions and, if execution is among them, how a
 * program is executed.
 *
 * @param bits the union of the constants of this type
 * @param exec how, if {@link #EXEC} is in the set, {@code null} otherwise
 */
public record FilePermissions(int bits, @Nullable ExecMode exec) {

  /** {@code x}. */
  public static final int EXEC = AcceptBits.EXEC;

  /** {@code w}, which implies append. */
  public static final int WRITE = AcceptBits.WRITE;

  /** {@code r}. */
  public static final int READ = AcceptBits.READ;

  /** {@code a}. */
  public static final int APPEND = AcceptBits.APPEND;

  /** {@code l}. */
  public static final int LINK = AcceptBits.LINK;

  /** {@code k}. */
  public static final int LOCK = AcceptBits.LOCK;

  /** {@code m}. */
  public static final int MMAP_EXEC = AcceptBits.MMAP_EXEC;

  private static final String LETTERS = "xwralkm";
  private static final String EXEC_LETTERS = "ixupcIXUPC";
  private static final String PRINTED = "mrwakl";

  /**
   * Rejects an empty set, unknown bits, write beside append, and an exec mode that doesn't fit the
   * bits.
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
   * Reads AppArmor's letters, {@code "rw"}, {@code "mrPx"}.
   *
   * @param letters {@code r w a l k m} and at most one execution mode ({@link ExecMode}), in any
   *     order; a letter may repeat
   * @throws IllegalArgumentException if they mean nothing or exclude each other; the message says
   *     what
   */
  public static FilePermissions of(String letters) {
    Objects.requireNonNull(letters, "letters");
    int bits = 0;
    ExecMode exec = null;
    for (int i = 0; i < letters.length(); ) {
      ExecMode mode = EXEC_LETTERS.indexOf(letters.charAt(i)) < 0 ? null : ExecMode.at(letters, i);
      if (mode != null) {
        if (exec != null && exec != mode) {
          throw new IllegalArgumentException(
              "conflicting exec modifiers '" + exec + "' and '" + mode + "'");
        }
        exec = mode;
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

  /** Returns whether all of the bits are in the set. */
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

  /** Returns the letters one by one, execution as {@code x}; writing has appending with it. */
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
