package io.github.apparmor4j.automaton;

import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A regular expression over bytes, as a tree. Immutable. */
public sealed interface Regex {

  /**
   * One symbol of a set.
   *
   * @param set the symbols; not empty
   */
  record Bytes(ByteSet set) implements Regex {}

  /**
   * Parts one after the other.
   *
   * @param parts the parts; none for the empty string
   */
  record Sequence(List<Regex> parts) implements Regex {
    /** Copies the parts. */
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /**
   * One of several expressions.
   *
   * @param choices the expressions; at least one
   */
  record Choice(List<Regex> choices) implements Regex {
    /** Copies the choices. */
    public Choice {
      choices = List.copyOf(choices);
    }
  }

  /**
   * Any number of bytes of a set. There is no repetition of longer expressions, as nothing needs
   * it.
   *
   * @param set the bytes; not empty
   */
  record Star(ByteSet set) implements Regex {}

  /**
   * An expression whose matches have a label.
   *
   * @param regex the expression
   * @param label 0 or more
   */
  record Labelled(Regex regex, int label) {}

  /** Returns an expression for one byte, or for the {@link ByteSet#MARK}. */
  static Regex of(int value) {
    return new Bytes(ByteSet.of(value));
  }

  /** Returns an expression for one byte of a set. */
  static Regex of(ByteSet set) {
    return new Bytes(set);
  }

  /** Returns an expression for any number of bytes of a set. */
  static Regex star(ByteSet set) {
    return new Star(set);
  }

  /** Returns an expression for a string of bytes. */
  static Regex bytes(byte... values) {
    List<Regex> parts = new ArrayList<>(values.length);
    for (byte value : values) {
      parts.add(of(value & 0xFF));
    }
    return new Sequence(parts);
  }

  /** Returns an expression for the UTF-8 bytes of a text. */
  static Regex text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns an expression for several expressions one after the other. */
  static Regex sequence(Regex... parts) {
    return new Sequence(List.of(parts));
  }

  /** Returns an expression for one of several, of which there must be at least one. */
  static Regex choice(List<Regex> choices) {
    return choices.size() == 1 ? choices.get(0) : new Choice(choices);
  }

  /** Returns this expression with a label. */
  default Labelled labelled(int label) {
    return new Labelled(this, label);
  }

  /**
   * Returns whether a string is in the language. It builds no deterministic automaton, so it suits
   * a few questions rather than many.
   *
   * <p>Complexity: the length of the string times the size of the tree.
   */
  default boolean matches(byte[] string) {
    return new Nfa(List.of(labelled(0))).matches(string);
  }

  /**
   * Returns whether every string of another expression's language is in this one's.
   *
   * <p>Complexity: at worst exponential; therefore the limits.
   *
   * @throws TooComplexException if a limit is reached
   */
  default boolean includes(Regex narrower, WorkLimits limits) {
    boolean[] outside = new boolean[1];
    DfaBuilder.build(
        List.of(labelled(0), narrower.labelled(1)),
        limits,
        (labels, state) -> {
          outside[0] |= labels[0] == 1; // only the narrower one matches
          return 1;
        });
    return !outside[0];
  }

  /**
   * Returns whether some string is in the languages of both expressions.
   *
   * <p>Complexity: at worst exponential; therefore the limits.
   *
   * @throws TooComplexException if a limit is reached
   */
  default boolean overlaps(Regex other, WorkLimits limits) {
    boolean[] both = new boolean[1];
    DfaBuilder.build(
        List.of(labelled(0), other.labelled(1)),
        limits,
        (labels, state) -> {
          both[0] |= labels.length == 2;
          return 1;
        });
    return both[0];
  }

  /** Returns the bytes that every string of the language begins with, as far as the tree shows. */
  default byte[] literalPrefix() {
    ByteArrayOutputStream prefix = new ByteArrayOutputStream();
    ArrayDeque<Regex> open = new ArrayDeque<>();
    open.push(this);
    while (!open.isEmpty()) {
      Regex next = open.pop();
      if (next instanceof Bytes one && one.set().size() == 1) {
        prefix.write(one.set().first());
      } else if (next instanceof Sequence sequence) {
        for (int i = sequence.parts().size() - 1; i >= 0; i--) {
          open.push(sequence.parts().get(i));
        }
      } else {
        break;
      }
    }
    return prefix.toByteArray();
  }
}
