package io.github.apparmor4j.audit;

import io.github.apparmor4j.source.SourceText;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an entry of systemd's journal that say where it comes from, and its message
 * (systemd.journal-fields(7)). An entry is one JSON object of texts, lists of byte values for what
 * isn't UTF-8, and {@code null} for what was too long; or fields in the export format. Used again
 * for each entry.
 */
final class JournalEntry {

  private static final byte[] MESSAGE = Bytes.of("MESSAGE");
  private static final byte[] BROKER = Bytes.of("DBUS_BROKER_");
  private static final int MICROS = 1_000_000;

  /** The other fields that are needed. */
  @SuppressWarnings("ImmutableEnumChecker") // nobody changes the bytes
  enum Name {
    __REALTIME_TIMESTAMP,
    _SOURCE_REALTIME_TIMESTAMP,
    _TRANSPORT,
    SYSLOG_IDENTIFIER,
    _HOSTNAME,
    _AUDIT_TYPE,
    _AUDIT_TYPE_NAME,
    _AUDIT_ID,
    _EXE;

    private final byte[] bytes = Bytes.of(name());
  }

  private static final List<Name> NAMES = List.of(Name.values());

  private final Map<Name, byte[]> values = new EnumMap<>(Name.class);
  private final ByteArrayOutputStream value = new ByteArrayOutputStream();
  private final ByteArrayOutputStream broker = new ByteArrayOutputStream();
  private byte[] message = new byte[0];
  private boolean withoutMessage;
  private boolean cut;

  void begin() {
    values.clear();
    broker.reset();
    message = new byte[0];
    withoutMessage = false;
    cut = false;
  }

  byte[] message() {
    return message;
  }

  /** Returns whether there was a message that was too long to be printed. */
  boolean isWithoutMessage() {
    return withoutMessage;
  }

  /** Returns whether the message isn't whole. */
  boolean isCut() {
    return cut;
  }

  /** Returns the fields of dbus-broker as a record would have them; empty if it has none. */
  byte[] broker() {
    return broker.toByteArray();
  }

  @Nullable String get(Name name) {
    byte[] content = values.get(name);
    return content == null ? null : KnownWords.of(content, 0, content.length);
  }

  /** Returns a field that is a number, or -1. */
  long number(Name name) {
    byte[] content = values.get(name);
    return content == null ? -1 : Bytes.number(content, 0, content.length);
  }

  /** Returns when it happened or, where nobody knows that, when it was written. */
  @Nullable Instant time() {
    long source = number(Name._SOURCE_REALTIME_TIMESTAMP);
    long number = source < 0 ? number(Name.__REALTIME_TIMESTAMP) : source;
    return number < 0 ? null : Instant.ofEpochSecond(number / MICROS, number % MICROS * 1000);
  }

  /** Returns whether a field's value is needed. */
  boolean wants(byte[] bytes, int from, int to) {
    return (to - from == MESSAGE.length && Bytes.startsWith(bytes, from, to, MESSAGE))
        || Bytes.startsWith(bytes, from, to, BROKER)
        || name(bytes, from, to) != null;
  }

  private static @Nullable Name name(byte[] bytes, int from, int to) {
    for (Name name : NAMES) {
      if (name.bytes.length == to - from && Bytes.startsWith(bytes, from, to, name.bytes)) {
        return name;
      }
    }
    return null;
  }

  /**
   * Takes the value of a field that is needed.
   *
   * @param beginning whether that is only its beginning
   */
  void put(byte[] bytes, int from, int to, byte[] content, boolean beginning) {
    if (Bytes.startsWith(bytes, from, to, MESSAGE)) {
      message = content;
      cut = beginning;
    } else if (Bytes.startsWith(bytes, from, to, BROKER)) {
      Bytes.writeField(broker, Arrays.copyOfRange(bytes, from, to), content);
    } else {
      Name name = name(bytes, from, to);
      if (name != null) {
        values.put(name, content);
      }
    }
  }

  // ---- JSON: one flat object, as journalctl writes it; anything else is an error

  /** Reads an entry in JSON; returns whether it is one. */
  boolean json(byte[] bytes, int from, int to) {
    begin();
    int i = Bytes.skipBlanks(bytes, from + 1, to);
    if (i < to && bytes[i] == '}') {
      return isEnd(bytes, i + 1, to);
    }
    while (i < to && bytes[i] == '"') {
      int nameEnd = stringEnd(bytes, i + 1, to);
      int colon = Bytes.skipBlanks(bytes, nameEnd + 1, to);
      if (nameEnd < 0 || colon >= to || bytes[colon] != ':') {
        return false;
      }
      int start = Bytes.skipBlanks(bytes, colon + 1, to);
      boolean wanted = wants(bytes, i + 1, nameEnd);
      int end = value(bytes, start, to, wanted);
      if (end < 0) {
        return false;
      }
      if (wanted && bytes[start] == 'n') {
        withoutMessage |= Bytes.startsWith(bytes, i + 1, nameEnd, MESSAGE);
      } else if (wanted) {
        put(bytes, i + 1, nameEnd, value.toByteArray(), false);
      }
      i = Bytes.skipBlanks(bytes, end, to);
      if (i < to && bytes[i] == '}') {
        return isEnd(bytes, i + 1, to);
      } else if (i >= to || bytes[i] != ',') {
        return false;
      }
      i = Bytes.skipBlanks(bytes, i + 1, to);
    }
    return false;
  }

  private static boolean isEnd(byte[] bytes, int from, int to) {
    return Bytes.skipBlanks(bytes, from, to) == to;
  }

  /** Returns where a text's closing quote is, or -1. */
  private static int stringEnd(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && bytes[i] != '"') {
      i += bytes[i] == '\\' ? 2 : 1;
    }
    return i < to ? i : -1;
  }

  /** Reads a value, into {@link #value} if it is wanted; returns where it ends, or -1. */
  private int value(byte[] bytes, int from, int to, boolean wanted) {
    value.reset();
    if (from >= to) {
      return -1;
    } else if (bytes[from] == '"') {
      int end = stringEnd(bytes, from + 1, to);
      return end < 0 || (wanted && !unescape(bytes, from + 1, end)) ? -1 : end + 1;
    } else if (bytes[from] == '[') {
      return list(bytes, from + 1, to);
    }
    int end = from;
    while (end < to && bytes[end] != ',' && bytes[end] != '}' && bytes[end] != ' ') {
      end++;
    }
    boolean word =
        Bytes.startsWith(bytes, from, end, Bytes.of("null")) || Bytes.number(bytes, from, end) >= 0;
    if (word && bytes[from] != 'n') {
      value.write(bytes, from, end - from);
    }
    return word ? end : -1;
  }

  /** Reads a list of byte values, or passes over the values of a field that occurs twice. */
  private int list(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && bytes[i] != ']') {
      if (bytes[i] == '"') {
        int end = stringEnd(bytes, i + 1, to);
        if (end < 0) {
          return -1;
        }
        value.reset();
        unescape(bytes, i + 1, end);
        i = end + 1;
      } else if (Bytes.isDigit(bytes[i])) {
        int end = Bytes.skipDigits(bytes, i, to);
        value.write((int) Bytes.number(bytes, i, end));
        i = end;
      } else {
        i++; // commas and blanks, and lists of lists for bytes of several values
      }
    }
    while (i + 1 < to && bytes[i + 1] == ']') {
      i++;
    }
    return i < to ? i + 1 : -1;
  }

  private boolean unescape(byte[] bytes, int from, int to) {
    int plain = from;
    int i = from;
    while (i < to) {
      if (bytes[i] != '\\') {
        i++;
        continue;
      }
      value.write(bytes, plain, i - plain);
      if (i + 1 >= to) {
        return false;
      }
      int code = bytes[i + 1];
      i += 2;
      switch (code) {
        case 'n' -> value.write('\n');
        case 't' -> value.write('\t');
        case 'r' -> value.write('\r');
        case 'b' -> value.write('\b');
        case 'f' -> value.write('\f');
        case '"', '\\', '/' -> value.write(code);
        case 'u' -> {
          int unit = unit(bytes, i, to);
          int low = unit(bytes, i + 6, to);
          boolean pair =
              unit >= 0xD800
                  && unit <= 0xDBFF
                  && low >= 0xDC00
                  && low <= 0xDFFF
                  && bytes[i + 4] == '\\'
                  && bytes[i + 5] == 'u';
          if (unit < 0) {
            return false;
          }
          String text = pair ? "" + (char) unit + (char) low : "" + (char) unit;
          value.writeBytes(SourceText.encode(text));
          i += pair ? 10 : 4;
        }
        default -> {
          return false;
        }
      }
      plain = i;
    }
    value.write(bytes, plain, to - plain);
    return true;
  }

  /** Returns the number of four hexadecimal digits, or -1. */
  private static int unit(byte[] bytes, int from, int to) {
    if (from + 4 > to) {
      return -1;
    }
    int unit = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = Character.digit(bytes[i], 16);
      if (digit < 0) {
        return -1;
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }
}
