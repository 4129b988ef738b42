package io.github.apparmor4j.automaton;

/**
 * What reads strings state by state: a {@link Dfa}, or packed tables. State {@link Dfa#TRAP} leads
 * only to itself.
 */
public interface Steps {

  /** Returns the number of states, including the trap. */
  int size();

  /** Returns the state that a byte, or {@link ByteSet#MARK}, leads to. */
  int step(int state, int value);
}
