package io.github.apparmor4j.resolve;

import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.HashSet;
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

  /** Bytes that a character of a text takes as a model. */
  private static final int BYTES_BY_CHARACTER = 16;

  private final IncludeResolver includes;
  private final Problems problems;
  private final Budget budget;
  private final Set<SourceText> models = new HashSet<>();
  private int included;
  private long characters;
  private boolean tunables;

  Inclusions(IncludeResolver includes, Problems problems, Budget budget) {
    this.includes = includes;
    this.problems = problems;
    this.budget = budget;
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
    if (models.add(text)) {
      budget.take((long) text.text().length() * BYTES_BY_CHARACTER);
    }
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
