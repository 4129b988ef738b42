package io.github.apparmor4j.audit;

import io.github.apparmor4j.audit.AuditEvent.Verdict;
import io.github.apparmor4j.audit.KnownWords.Meaning;
import io.github.apparmor4j.source.SourceText;
import java.time.Instant;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * What one line of a log says: when, where, and its fields in their order, those that nobody knows
 * as well. Values are decoded when they are asked for. Two records are equal if they say the same,
 * whatever form the log has. Immutable and thread-safe.
 */
public final class AuditRecord {

  /** How logs write records. */
  public enum Form {
    /** The audit daemon's file, or what it hands to others: {@code type=AVC msg=audit(…): …}. */
    AUDIT_LOG,
    /** The kernel's ring buffer: {@code [ 12.345678] audit: type=1400 audit(…): …}. */
    RING_BUFFER,
    /** A line of a system log with date, host and program. */
    SYSLOG,
    /** An entry of systemd's journal, as JSON or in its export format. */
    JOURNAL,
    /** The message alone: {@code apparmor="DENIED" …}. Anybody can have written it. */
    MESSAGE
  }

  /**
   * What the kernel calls the event that a record is of. Several records may be of one event:
   * companions such as {@code SYSCALL}, both sides of a rename, the profiles of a stack.
   *
   * @param seconds since 1970
   * @param millis 0 to 999
   * @param serial the kernel's number, from 1 at its start
   */
  public record Id(long seconds, int millis, long serial) {

    /** Returns when the event was. */
    public Instant time() {
      return Instant.ofEpochSecond(seconds, millis * 1_000_000L);
    }

    /** Returns the form that logs show: {@code 1279948288.415:39}. */
    @Override
    public String toString() {
      String fraction = String.valueOf(1000 + millis).substring(1);
      return seconds + "." + fraction + ":" + serial;
    }
  }

  /** How a value is written. */
  public enum Spelling {
    /** Between quotes. */
    QUOTED,
    /** As hexadecimal digits of its bytes. */
    HEX,
    /** As it is: a number or a word. */
    PLAIN
  }

  /**
   * A field.
   *
   * @param key its name
   * @param value its value, decoded; bytes that aren't UTF-8 as {@link SourceText#decode} has them
   * @param spelling how the value was written
   */
  public record Field(String key, String value, Spelling spelling) {

    /** Returns whether the value is a decimal number that fits into 64 bits. */
    public boolean isNumber() {
      return spelling == Spelling.PLAIN && parse(value).isPresent();
    }
  }

  private final Form form;
  private final String source;
  private final long line;
  private final @Nullable String host;
  private final String type;
  private final @Nullable Id id;
  private final @Nullable Instant time;
  private final byte[] whole;
  private final byte[] text;
  private final String[] keys;
  private final int[] places;
  private final int inner;
  private final Verdict verdict;

  /**
   * Makes a record of what a scanner found.
   *
   * @param whole the line
   * @param text what has the fields; the line, but for prose and for dbus-broker
   * @param base where the text begins in what was scanned
   */
  AuditRecord(Header header, byte[] whole, byte[] text, FieldScanner fields, int base) {
    this.form = header.form;
    this.source = header.source;
    this.line = header.line;
    this.host = header.host;
    this.type = header.type;
    this.id = header.id;
    this.time = header.time;
    this.whole = whole;
    this.text = text;
    this.keys = fields.keys();
    this.places = fields.places(base);
    this.inner = fields.inner();
    this.verdict = Verdicts.of(this);
  }

  /** Returns the form of the log. */
  public Form form() {
    return form;
  }

  /** Returns the name of the file, or of what else was read. */
  public String source() {
    return source;
  }

  /** Returns the number of the line in it, from 1; for entries of a journal, that of its end. */
  public long line() {
    return line;
  }

  /** Returns the host that the log names, if it does. */
  public Optional<String> host() {
    return Optional.ofNullable(host);
  }

  /** Returns the type as the log has it: {@code AVC}, {@code 1400}; empty if it has none. */
  public String type() {
    return type;
  }

  /** Returns what the kernel calls the event; empty if the log doesn't say. */
  public Optional<Id> id() {
    return Optional.ofNullable(id);
  }

  /**
   * Returns when the event was, by the kernel where that is known, else by the log. Empty where
   * there is no date.
   */
  public Optional<Instant> time() {
    return id == null ? Optional.ofNullable(time) : Optional.of(id.time());
  }

  /** Returns the whole line; of an entry of a journal, its message. */
  public String text() {
    return SourceText.decode(whole);
  }

  /** Returns all fields, in their order; a key may occur twice. */
  public List<Field> fields() {
    return new Fields();
  }

  private final class Fields extends AbstractList<Field> implements RandomAccess {
    @Override
    public Field get(int index) {
      Spelling spelling = spelling(index);
      return new Field(keys[index], value(index, spelling), spelling);
    }

    @Override
    public int size() {
      return keys.length;
    }
  }

  /**
   * Returns the value of a key, the last one if it occurs twice. Fields about the daemon that sent
   * the record, before its message, don't count. Empty as well for values that logs write where
   * there is none: {@code ?}, {@code (null)}.
   */
  public Optional<String> text(String key) {
    return Optional.ofNullable(get(key));
  }

  /** Returns the number that is the value of a key; empty if there is none, or no number. */
  public OptionalLong number(String key) {
    String value = get(key);
    return value == null ? OptionalLong.empty() : parse(value);
  }

  /** Returns the value of a key, or {@code null}. */
  @Nullable String get(String key) {
    int index = index(key);
    if (index < 0) {
      return null;
    }
    Spelling spelling = spelling(index);
    String value = value(index, spelling);
    boolean none = spelling == Spelling.PLAIN && (value.equals("?") || value.equals("(null)"));
    return none ? null : value;
  }

  /** Returns what the policy did. */
  Verdict verdict() {
    return verdict;
  }

  /** Returns whether a key occurs. */
  boolean has(String key) {
    return index(key) >= 0;
  }

  // Known keys are one string each, literals as well: most are found without comparing.
  @SuppressWarnings("ReferenceEquality")
  private int index(String key) {
    for (int i = keys.length - 1; i >= inner; i--) {
      if (keys[i] == key) {
        return i;
      }
    }
    for (int i = keys.length - 1; i >= inner; i--) {
      if (keys[i].equals(key)) {
        return i;
      }
    }
    return -1;
  }

  private Spelling spelling(int index) {
    int from = places[2 * index];
    int to = places[2 * index + 1];
    if (from > 0 && (text[from - 1] == '"' || text[from - 1] == '\'')) {
      return Spelling.QUOTED;
    }
    return isHex(KnownWords.meaning(keys[index]), from, to) ? Spelling.HEX : Spelling.PLAIN;
  }

  /**
   * Returns whether a value without quotes is in hexadecimal digits. Of a key that nobody knows it
   * is only if the kernel had a reason to write it so, and if it can't be a number.
   */
  private boolean isHex(Meaning meaning, int from, int to) {
    if (meaning == Meaning.NUMBER
        || meaning == Meaning.WORD
        || to == from
        || (to - from) % 2 != 0) {
      return false;
    }
    boolean reason = false;
    boolean number = true;
    for (int i = from; i < to; i += 2) {
      int high = Bytes.hex(text[i]);
      int low = Bytes.hex(text[i + 1]);
      if (high < 0 || low < 0) {
        return false;
      }
      int value = high << 4 | low;
      reason |= value <= ' ' || value == '"' || value > '~';
      number &= high < 10 && low < 10;
    }
    return meaning == Meaning.TEXT || (reason && !number);
  }

  private String value(int index, Spelling spelling) {
    int from = places[2 * index];
    int to = places[2 * index + 1];
    if (spelling != Spelling.HEX) {
      return KnownWords.of(text, from, to);
    }
    byte[] bytes = new byte[(to - from) / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (Bytes.hex(text[from + 2 * i]) << 4 | Bytes.hex(text[from + 2 * i + 1]));
    }
    return SourceText.decode(bytes);
  }

  private static OptionalLong parse(String value) {
    boolean decimal =
        !value.isEmpty()
            && value.length() < 20
            && value.chars().skip(value.charAt(0) == '-' ? 1 : 0).allMatch(Bytes::isDigit);
    try {
      return decimal ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // a sign alone, or more than 64 bits
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AuditRecord that
        && Objects.equals(id, that.id)
        && Objects.equals(time, that.time)
        && Objects.equals(host, that.host)
        && Arrays.equals(keys, that.keys)
        && fields().equals(that.fields());
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, time, host, Arrays.hashCode(keys));
  }

  /** Returns {@code file:line: } and the line, made safe to print. */
  @Override
  public String toString() {
    return SourceText.printable(String.format(Locale.ROOT, "%s:%d: %s", source, line, text()));
  }
}
