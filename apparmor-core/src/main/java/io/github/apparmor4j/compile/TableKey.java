package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.policy.PolicyDfa.Form;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What a table depends on: expressions and what they say, and the form of the table.
 *
 * @param rules encoded rules, in the order in which they are labelled
 * @param files whether it is the file table
 * @param relative whether rows may be stored as differences from other rows
 * @param wide whether there may be more than 65535 states
 * @param form form of the permissions
 */
record TableKey(List<EncodedRule> rules, boolean files, boolean relative, boolean wide, Form form) {

  /** Returns a hash of all that the table depends on. */
  String hash() {
    MessageDigest digest = sha256();
    Hasher hasher = new Hasher(digest);
    hasher.number(TableCache.COMPILER_VERSION);
    hasher.number(files ? 1 : 0);
    hasher.number(relative ? 1 : 0);
    hasher.number(wide ? 1 : 0);
    hasher.name(form);
    for (EncodedRule rule : rules) {
      hasher.number(rule.priority());
      hasher.name(rule.action());
      hasher.number(rule.permissions());
      hasher.number(rule.audit());
      hasher.number(rule.exact() ? 1 : 0);
      hasher.regex(rule.regex());
    }
    hasher.flush();
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * Writes trees of expressions as bytes, different trees as different bytes. There are few bytes:
   * a letter is itself, and a set is written once and has a number from then on.
   */
  private static final class Hasher {
    private static final int FIRST_LETTER = 0x20;
    private static final int SINGLE = 1;
    private static final int SET = 2;
    private static final int STAR = 3;
    private static final int SEQUENCE = 4;
    private static final int CHOICE = 5;

    private final MessageDigest digest;
    private final ByteBuffer buffer = ByteBuffer.allocate(8192);
    private final Map<ByteSet, Integer> sets = new HashMap<>();

    Hasher(MessageDigest digest) {
      this.digest = digest;
    }

    /** Writes a number, seven bits in each byte; only the last byte is below 128. */
    void number(int value) {
      int rest = value;
      while ((rest & ~0x7f) != 0) {
        letter(rest | 0x80);
        rest >>>= 7;
      }
      letter(rest);
    }

    private void flush() {
      digest.update(buffer.flip());
      buffer.clear();
    }

    void name(Enum<?> constant) {
      String name = constant.name();
      number(name.length());
      name.chars().forEach(this::letter);
    }

    private void letter(int value) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      buffer.put((byte) value);
    }

    private void set(ByteSet set) {
      Integer known = sets.putIfAbsent(set, sets.size());
      if (known != null) {
        number(known);
        return;
      }
      number(sets.size() - 1);
      if (buffer.remaining() < 4 * Long.BYTES) {
        flush();
      }
      buffer.putLong(set.a()).putLong(set.b()).putLong(set.c()).putLong(set.d());
      letter(set.mark() ? 1 : 0);
    }

    void regex(Regex regex) {
      if (regex instanceof Regex.Bytes bytes) {
        int first = bytes.set().first();
        if (bytes.set().size() != 1) {
          letter(SET);
          set(bytes.set());
        } else if (first >= FIRST_LETTER && first < ByteSet.MARK) {
          letter(first);
        } else {
          letter(SINGLE);
          number(first);
        }
      } else if (regex instanceof Regex.Star star) {
        letter(STAR);
        set(star.set());
      } else if (regex instanceof Regex.Sequence sequence) {
        children(SEQUENCE, sequence.parts());
      } else if (regex instanceof Regex.Choice choice) {
        children(CHOICE, choice.choices());
      }
    }

    private void children(int kind, List<Regex> children) {
      letter(kind);
      number(children.size());
      for (Regex child : children) {
        regex(child);
      }
    }
  }
}
