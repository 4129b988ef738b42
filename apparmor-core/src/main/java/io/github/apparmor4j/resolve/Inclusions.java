package io.github.apparmor4j.resolve;

import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * A finder of the texts that includes name: each text once, and no more texts than a resolution may
 * read.
 */
final class Inclusions {

  private static final int MAX_DEPTH = 64;
  private static final int MAX_INCLUDED = 100_000;
  private static final long MAX_CHARACTERS = 256L << 20;

  private final IncludeResolver includes;
  private final Problems problems;
  private int included;
  private long characters;
  private boolean tunables;

  Inclusions(IncludeResolver includes, Problems problems) {
    this.includes = includes;
    this.problems = problems;
  }

  /** Returns the texts that an include names; {@link #isToRead} says of each if it is read. */
  List<SourceText> texts(Include include, SourcePlace place, int depth) {
    tunables |= include.path().equals("tunables/global");
    if (depth >= MAX_DEPTH) {
      problems.report(
          ResolveProblem.INCLUDES_TOO_DEEP, place, "includes nest deeper than " + MAX_DEPTH);
      return List.of();
    }
    try {
      List<SourceText> texts = includes.find(include.path(), include.searched()).orElse(null);
      if (texts == null) {
        if (!include.ifExists()) {
          problems.report(ResolveProblem.NOT_FOUND, place, "can't find " + include.path());
        }
        return List.of();
      }
      return texts;
    } catch (IOException e) {
      problems.report(
          ResolveProblem.UNREADABLE,
          place,
          "can't read " + include.path() + ": " + Failures.describe(e));
      return List.of();
    }
  }

  /**
   * Returns whether an included text is to be read now: once for each profile, and once for the
   * preamble, whether it is included by its name or with its directory.
   */
  boolean isToRead(SourceText text, Include include, SourcePlace place, Set<SourceText> seen) {
    if (leadsHere(text, place)) {
      problems.report(
          ResolveProblem.RECURSIVE_INCLUDE,
          place,
          "recursive include of " + include.path() + ", which is read once");
      return false;
    }
    return seen.add(text) && isWithinLimits(text, place);
  }

  /** Returns whether something asked for the file that declares the usual variables. */
  boolean hasTunables() {
    return tunables;
  }

  /**
   * Counts an included text and returns whether it is within the limits; reports the first one that
   * is not.
   */
  private boolean isWithinLimits(SourceText text, SourcePlace place) {
    boolean before = included <= MAX_INCLUDED && characters <= MAX_CHARACTERS;
    included++;
    characters += text.text().length();
    boolean within = included <= MAX_INCLUDED && characters <= MAX_CHARACTERS;
    if (before && !within) {
      problems.report(
          ResolveProblem.TOO_MANY_INCLUDES,
          place,
          "more than " + MAX_INCLUDED + " includes, or " + MAX_CHARACTERS + " characters in them");
    }
    return within;
  }

  private static boolean leadsHere(SourceText text, SourcePlace place) {
    return text.equals(place.source())
        || place.includeChain().stream().anyMatch(from -> from.source().equals(text));
  }
}
