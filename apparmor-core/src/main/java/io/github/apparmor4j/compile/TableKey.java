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
 * What a table depends on: expressions with what they say, and the form that is wanted.
 *
 * @param rules in the order in which they are labelled
 */
record TableKey(List<EncodedRule> rules, boolean files, boolean relative, boolean wide, Form form) {

  /** Returns a hash of what a table depends on. */
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
   * Writes trees so that different ones give different bytes, and few of them: a letter is itself,
   * a set is written once and has a number from then on.
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

    /** Writes seven bits a byte, the last one below 128. */
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
