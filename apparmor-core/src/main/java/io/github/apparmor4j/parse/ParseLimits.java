package io.github.apparmor4j.parse;

/**
 * What a text may demand of the parser; beyond it there is a diagnostic.
 *
 * @param characters of the text
 * @param word characters of one word
 * @param depth profiles inside profiles
 * @param diagnostics after which reading stops
 */
public record ParseLimits(int characters, int word, int depth, int diagnostics) {

  /**
   * 16 Mi characters, words of 256 Ki, 32 levels, 1000 diagnostics: far beyond every real profile.
   */
  public static final ParseLimits DEFAULT = new ParseLimits(16 << 20, 256 << 10, 32, 1000);
}
