package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.Qualifiers.Ownership;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A reader of questions in words: the kind of access, then the words that this kind takes. */
final class AccessReader {

  private final String line;
  private final List<String> words;
  private int next;

  AccessReader(String line) {
    this.line = line;
    this.words = split(line);
  }

  static Access read(String line) {
    AccessReader in = new AccessReader(line);
    Access access = in.kind();
    if (in.next < in.words.size()) {
      throw in.wrong("unexpected word '" + in.words.get(in.next) + "'");
    }
    return access;
  }

  private Access kind() {
    String kind = word("a kind of access");
    return switch (kind) {
      case "file" -> FileAccess.read(this);
      case "exec" -> ExecAccess.read(this);
      case "link" -> LinkAccess.read(this);
      case "capability" -> CapabilityAccess.read(this);
      case "network" -> NetworkAccess.read(this);
      case "unix" -> UnixAccess.read(this);
      case "signal" -> SignalAccess.read(this);
      case "ptrace" -> PtraceAccess.read(this);
      case "dbus" -> DbusAccess.read(this);
      case "mount", "remount", "umount" -> MountAccess.read(this, kind);
      case "pivot_root" -> PivotRootAccess.read(this);
      case "change_profile", "change_hat" -> ChangeProfileAccess.read(this, kind);
      case "mqueue" -> MqueueAccess.read(this);
      case "io_uring" -> IoUringAccess.read(this);
      case "userns" -> UsernsAccess.read(this);
      default -> throw wrong("'" + kind + "' is not a kind of access");
    };
  }

  /** Returns whether words are left. */
  boolean more() {
    return next < words.size();
  }

  /** Takes the next word if it is this one, and returns whether it was. */
  boolean accept(String word) {
    boolean is = more() && words.get(next).equals(word);
    next += is ? 1 : 0;
    return is;
  }

  /** Returns the next word without taking it; there must be one. */
  String peek() {
    return words.get(next);
  }

  String word(String what) {
    if (!more()) {
      throw wrong(what + " is missing");
    }
    return words.get(next++);
  }

  /** Reads a word that must be one of a set of names. */
  <T> T known(String what, Function<String, Optional<T>> named) {
    String word = word(what);
    return named.apply(word).orElseThrow(() -> wrong("'" + word + "' is not " + what));
  }

  /** Reads {@code owner}, {@code other} or {@code either}; without such a word, it is either. */
  Ownership ownership() {
    if (accept("owner")) {
      return Ownership.OWNER;
    }
    if (accept("other")) {
      return Ownership.OTHER;
    }
    accept("either");
    return Ownership.ANY;
  }

  /** Reads all remaining words, which must have the form {@code name=value}. */
  Map<String, String> values(String... names) {
    Map<String, String> values = new LinkedHashMap<>();
    while (more()) {
      String word = word("a value");
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      if (equals < 0 || !List.of(names).contains(name)) {
        throw wrong("'" + word + "' is not one of " + String.join("=, ", names) + "=");
      }
      if (values.put(name, word.substring(equals + 1)) != null) {
        throw wrong("'" + name + "=' is given twice");
      }
    }
    return values;
  }

  IllegalArgumentException wrong(String message) {
    return new IllegalArgumentException(message + ": " + line);
  }

  private static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    boolean open = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && quoted && i + 1 < line.length()) {
        word.append(line.charAt(++i));
      } else if (c == '"') {
        quoted = !quoted;
        open = true;
      } else if (!quoted && (c == ' ' || c == '\t')) {
        if (open) {
          words.add(word.toString());
        }
        word.setLength(0);
        open = false;
      } else {
        word.append(c);
        open = true;
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("a quote is not closed: " + line);
    }
    if (open) {
      words.add(word.toString());
    }
    return words;
  }

  // ---- writing words

  /** Returns a text as one word, in quotes if it needs them. */
  static String quoted(String text) {
    boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> " \t\"".indexOf(c) >= 0);
    return plain ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Returns {@code name=value} with a blank before it, or nothing for {@code null}. */
  static String value(String name, @Nullable String value) {
    return value == null ? "" : " " + quoted(name + "=" + value);
  }

  static String words(Ownership ownership) {
    return switch (ownership) {
      case OWNER -> "owner ";
      case OTHER -> "other ";
      case ANY -> "";
    };
  }
}
