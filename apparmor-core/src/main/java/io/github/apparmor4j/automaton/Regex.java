package io.github.apparmor4j.automaton;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A regular expression over bytes, as a tree. Immutable. */
public sealed interface Regex {

  /**
   * One byte of a set.
   *
   * @param set not empty
   */
  record Bytes(ByteSet set) implements Regex {}

  /**
   * Parts one after the other.
   *
   * @param parts none for the empty string
   */
  record Sequence(List<Regex> parts) implements Regex {
    /** Copies the parts. */
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /**
   * One of several.
   *
   * @param choices at least one
   */
  record Choice(List<Regex> choices) implements Regex {
    /** Copies the choices. */
    public Choice {
      choices = List.copyOf(choices);
    }
  }

  /**
   * Any number of bytes of a set. Repetition of more than a byte is not needed by anybody so far.
   *
   * @param set not empty
   */
  record Star(ByteSet set) implements Regex {}

  /** An expression whose matches carry a label, 0 or more. */
  record Labelled(Regex regex, int label) {}

  /** Returns one byte. */
  static Regex of(int value) {
    return new Bytes(ByteSet.of(value));
  }

  /** Returns one byte of a set. */
  static Regex of(ByteSet set) {
    return new Bytes(set);
  }

  /** Returns any number of bytes of a set. */
  static Regex star(ByteSet set) {
    return new Star(set);
  }

  /** Returns a string of bytes. */
  static Regex bytes(byte... values) {
    List<Regex> parts = new ArrayList<>(values.length);
    for (byte value : values) {
      parts.add(of(value & 0xFF));
    }
    return new Sequence(parts);
  }

  /** Returns the UTF-8 bytes of a text. */
  static Regex text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns expressions one after the other. */
  static Regex sequence(Regex... parts) {
    return new Sequence(List.of(parts));
  }

  /** Returns one of several. */
  static Regex choice(List<Regex> choices) {
    return choices.size() == 1 ? choices.get(0) : new Choice(choices);
  }

  /** Returns this with a label. */
  default Labelled labelled(int label) {
    return new Labelled(this, label);
  }

  /**
   * Returns whether a string is in the language. Works on the tree, without an automaton: for
   * single questions.
   *
   * <p>Complexity: length of the string times size of the tree.
   */
  default boolean matches(byte[] string) {
    return new Nfa(List.of(labelled(0))).matches(string);
  }
}
