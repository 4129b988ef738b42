package io.github.apparmor4j.policy;

import static io.github.apparmor4j.policy.Format.BASE_OFFSET;
import static io.github.apparmor4j.policy.Format.DFA_HEADER;
import static io.github.apparmor4j.policy.Format.DFA_MAGIC;
import static io.github.apparmor4j.policy.Format.TABLE_ACCEPT;
import static io.github.apparmor4j.policy.Format.TABLE_ACCEPT2;
import static io.github.apparmor4j.policy.Format.TABLE_BASE;
import static io.github.apparmor4j.policy.Format.TABLE_CHECK;
import static io.github.apparmor4j.policy.Format.TABLE_DEFAULT;
import static io.github.apparmor4j.policy.Format.TABLE_EC;
import static io.github.apparmor4j.policy.Format.TABLE_NEXT;

import io.github.apparmor4j.automaton.PackedDfa;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The binary form of a DFA, big-endian: a header, then tables padded to eight bytes. */
final class DfaBytes {

  /** The most states that tables with 16-bit elements can have. */
  static final int MAX_STATES_16 = 65535;

  private static final byte[] VERSION = "notflex\0".getBytes(StandardCharsets.US_ASCII);

  private DfaBytes() {}

  static byte[] encode(PolicyDfa dfa) {
    PackedDfa tables = dfa.tables();
    int width = dfa.size() > MAX_STATES_16 ? 4 : 2;
    boolean second = dfa.accept2().length > 0;
    int size =
        DFA_HEADER
            + (second ? 3 : 2) * length(4, dfa.size())
            + length(width, dfa.size())
            + 2 * length(width, tables.next().length);
    int flags = 0;
    for (int base : tables.base()) {
      flags |= (base & PackedDfa.RELATIVE) != 0 ? Format.DFA_RELATIVE : 0;
      flags |= (base & PackedDfa.MARKED) != 0 ? Format.DFA_MARKED : 0;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    out.putInt(DFA_MAGIC).putInt(DFA_HEADER).putInt(size).putShort((short) flags).put(VERSION);
    out.position(DFA_HEADER);
    table(out, TABLE_ACCEPT, 4, dfa.accept());
    if (second) {
      table(out, TABLE_ACCEPT2, 4, dfa.accept2());
    }
    table(out, TABLE_BASE, 4, tables.base());
    table(out, TABLE_DEFAULT, width, tables.fallback());
    table(out, TABLE_NEXT, width, tables.next());
    table(out, TABLE_CHECK, width, tables.check());
    return out.array();
  }

  private static int length(int width, int count) {
    return (12 + width * count + 7) & ~7;
  }

  private static void table(ByteBuffer out, int id, int width, int[] values) {
    int end = out.position() + length(width, values.length);
    out.putShort((short) id).putShort((short) width).putInt(0).putInt(values.length);
    for (int value : values) {
      if (width == 4) {
        out.putInt(value);
      } else {
        out.putShort((short) value);
      }
    }
    out.position(end);
  }

  /**
   * Reads a table set and checks it as Linux does on loading, so that no walk leaves the tables.
   *
   * @param offset offset of the first byte in the whole policy, for messages
   * @param entries the permissions that ACCEPT refers to; empty if ACCEPT holds permissions itself
   * @param wide whether tables of states may have elements of four bytes
   */
  static PolicyDfa decode(byte[] bytes, int offset, List<PermissionEntry> entries, boolean wide)
      throws PolicyFormatException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    check(bytes.length >= DFA_HEADER, offset, "a DFA of " + bytes.length + " bytes");
    check(in.getInt() == DFA_MAGIC, offset, "not a DFA: wrong magic number");
    int header = in.getInt();
    check(
        header >= 20 && header <= bytes.length && header % 8 == 0,
        offset,
        "DFA header of " + header);
    in.getInt();
    int flags = in.getShort();
    check((flags & ~3) == 0, offset, "unknown DFA flags 0x" + Integer.toHexString(flags));
    in.position(header);
    int[][] found = new int[Format.TABLE_NEXT + 1][];
    while (in.hasRemaining()) {
      int at = offset + in.position();
      check(in.remaining() >= 12, at, "truncated table");
      int id = in.getShort();
      int width = in.getShort();
      in.getInt(); // Linux doesn't look at a second dimension.
      int count = in.getInt();
      check(id >= 1 && id <= TABLE_NEXT && id != 6, at, "table " + id);
      check(found[id] == null, at, "table " + id + " is there twice");
      check(count > 0, at, "table of " + count + " elements");
      check(
          width == widthOf(id) || (wide && width == 4 && widthOf(id) == 2),
          at,
          "table " + id + " with elements of " + width + " bytes");
      long padded = (12L + (long) width * count + 7) & ~7L;
      check(padded - 12 <= in.remaining(), at, "truncated table");
      found[id] = elements(in, width, count);
      in.position((int) (at - offset + padded));
    }
    return dfa(found, flags, entries, offset);
  }

  private static int widthOf(int id) {
    return switch (id) {
      case TABLE_ACCEPT, TABLE_ACCEPT2, TABLE_BASE -> 4;
      case TABLE_EC -> 1;
      default -> 2;
    };
  }

  private static int[] elements(ByteBuffer in, int width, int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (width) {
            case 1 -> in.get() & 0xFF;
            case 2 -> in.getShort() & 0xFFFF;
            default -> in.getInt();
          };
    }
    return values;
  }

  private static PolicyDfa dfa(int[][] found, int flags, List<PermissionEntry> entries, int offset)
      throws PolicyFormatException {
    int[] accept = required(found[TABLE_ACCEPT], offset, "ACCEPT");
    int[] accept2 =
        entries.isEmpty() || found[TABLE_ACCEPT2] != null
            ? required(found[TABLE_ACCEPT2], offset, "ACCEPT2")
            : new int[0];
    int[] base = required(found[TABLE_BASE], offset, "BASE");
    int[] fallback = required(found[TABLE_DEFAULT], offset, "DEFAULT");
    int[] next = required(found[TABLE_NEXT], offset, "NEXT");
    int[] check = required(found[TABLE_CHECK], offset, "CHECK");
    int states = base.length;
    check(states >= 2, offset, "DFA of " + states + " state");
    check(
        accept.length == states
            && (accept2.length == states || accept2.length == 0)
            && fallback.length == states,
        offset,
        "tables of different lengths");
    check(next.length == check.length, offset, "NEXT and CHECK of different lengths");
    check(found[TABLE_EC] == null, offset, "DFA with equivalence classes");
    for (int s = 0; s < states; s++) {
      check(fallback[s] < states, offset, "default of state " + s + " is out of range");
      int row = base[s] & BASE_OFFSET;
      int marks = base[s] & ~BASE_OFFSET;
      boolean relative = marks == PackedDfa.RELATIVE && (flags & Format.DFA_RELATIVE) != 0;
      boolean marked = marks == PackedDfa.MARKED && (flags & Format.DFA_MARKED) != 0 && row > 0;
      check(marks == 0 || relative || marked, offset, "flags of state " + s);
      check(row + 255 < next.length, offset, "row of state " + s + " is out of range");
      check(
          entries.isEmpty() || (accept[s] >= 0 && accept[s] < entries.size()),
          offset,
          "entry " + accept[s] + " of " + entries.size());
    }
    checkChains(base, fallback, offset);
    for (int i = 0; i < next.length; i++) {
      check(next[i] < states && check[i] < states, offset, "slot " + i + " is out of range");
    }
    return new PolicyDfa(new PackedDfa(base, fallback, next, check), accept, accept2, entries);
  }

  /** Checks that rows that refer to other rows don't do so in a circle. */
  private static void checkChains(int[] base, int[] fallback, int offset)
      throws PolicyFormatException {
    int[] seenFrom = new int[base.length];
    for (int start = 1; start < base.length; start++) {
      for (int s = start; base[s] < 0 && seenFrom[s] == 0; s = fallback[s]) {
        seenFrom[s] = start;
        int to = fallback[s];
        check(
            base[to] >= 0 || seenFrom[to] != start,
            offset,
            "rows refer to each other in a circle at state " + to);
      }
    }
  }

  private static int[] required(int @Nullable [] table, int offset, String name)
      throws PolicyFormatException {
    if (table == null) {
      throw new PolicyFormatException(offset, "no table " + name);
    }
    return table;
  }

  private static void check(boolean holds, int offset, String message)
      throws PolicyFormatException {
    if (!holds) {
      throw new PolicyFormatException(offset, message);
    }
  }
}
