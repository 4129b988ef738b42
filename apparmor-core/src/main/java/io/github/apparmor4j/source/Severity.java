package io.github.apparmor4j.source;

import java.util.Locale;

/** How bad a {@link Diagnostic} is. */
public enum Severity {
  /** The text can't be used as it is. */
  ERROR,
  /** It can, but perhaps not as its author meant. */
  WARNING;

  /** Returns the word that messages show. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
