package io.github.apparmor4j.glob;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.Language;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A set of paths or labels as expressions. Not every set can be written so, and a smallest number
 * of expressions is hard to find: if the set could not be covered exactly, there are expressions
 * for less than it, and others for more. Whatever the finder of expressions does, the result is
 * checked by automata: {@code inner} is within the set, {@code outer} covers it, and both are the
 * same if {@code exact}. Immutable and thread-safe.
 *
 * @param exact whether {@code inner} covers the whole set
 * @param inner expressions that match only members of the set; may be empty if not exact
 * @param outer expressions that together match all members of the set
 */
public record GlobCover(boolean exact, List<String> inner, List<String> outer) {

  /** The most expressions by default. */
  public static final int MOST = 20;

  private static final WorkLimits LIMITS = WorkLimits.DEFAULT.withSize(50_000, 5_000_000);

  /** The most expressions that are looked at for one set. */
  private static final int TRIED = 100;

  /** The most bytes of an expression that is made; each is a step of a recursion. */
  private static final int LONGEST = 1000;

  private static final ByteSet ANY = ByteSet.ALL.minus(ByteSet.of(0));
  private static final ByteSet NO_SLASH = ANY.minus(ByteSet.of('/'));

  /** Copies the lists. */
  public GlobCover {
    inner = List.copyOf(inner);
    outer = List.copyOf(outer);
  }

  /**
   * Covers a set.
   *
   * @param set the set; strings that are not valid don't matter
   * @param valid strings that can be asked about
   * @param candidates expressions that may be good, such as those of rules; those that can't be
   *     read are passed over
   * @param most the most expressions
   */
  @SuppressWarnings("exports") // sets of strings are for this library
  public static GlobCover of(
      Language set, Language valid, Collection<String> candidates, int most) {
    try {
      return new Finder(set, valid, most).cover(candidates);
    } catch (TooComplexException e) {
      return new GlobCover(false, List.of(), List.of("{**,}"));
    }
  }

  private record Candidate(String text, Language language) {}

  /** The search for expressions. */
  private static final class Finder {
    private final Language loose;
    private final Language set;
    private final Language valid;
    private final int most;
    private final Set<String> found = new LinkedHashSet<>();
    private final Dfa dfa;
    private final boolean[] onPath;

    Finder(Language set, Language valid, int most) {
      this.loose = set;
      this.valid = valid;
      this.set = set.and(valid, LIMITS);
      this.most = most;
      this.dfa = loose.dfa();
      this.onPath = new boolean[dfa.size()];
    }

    GlobCover cover(Collection<String> candidates) {
      List<Candidate> inside = new ArrayList<>();
      List<Candidate> across = new ArrayList<>();
      sort(candidates, inside, across);
      Language rest = set;
      for (Candidate each : inside) {
        rest = rest.minus(each.language(), LIMITS);
      }
      if (!rest.isEmpty()) {
        walk(Dfa.START, new ByteArrayOutputStream());
        sort(found, inside, across);
      }
      List<Candidate> inner = choose(inside);
      if (union(inner).includes(set, LIMITS) && inner.size() <= most) {
        List<String> texts = texts(inner);
        return new GlobCover(true, texts, texts);
      }
      List<Candidate> few = inner.subList(0, Math.min(most, inner.size()));
      return new GlobCover(false, texts(few), outer(few, across));
    }

    /** Sorts expressions into those within the set and those that reach into it. */
    private void sort(Collection<String> texts, List<Candidate> inside, List<Candidate> across) {
      int tried = 0;
      for (String text : texts) {
        if (tried++ == TRIED) {
          return;
        }
        try {
          Language language = Language.of(Aare.path(text).regex(), LIMITS).and(valid, LIMITS);
          if (!language.isEmpty() && set.includes(language, LIMITS)) {
            inside.add(new Candidate(text, language));
          } else if (language.overlaps(set, LIMITS)) {
            across.add(new Candidate(text, language));
          }
        } catch (GlobSyntaxException | TooComplexException e) {
          // Such an expression is no help; the set is covered without it.
        }
      }
    }

    private static List<String> texts(List<Candidate> candidates) {
      return candidates.stream().map(Candidate::text).toList();
    }

    private static Language union(List<Candidate> candidates) {
      Language all = Language.NONE;
      for (Candidate each : candidates) {
        all = all.or(each.language(), LIMITS);
      }
      return all;
    }

    /** Takes expressions as long as they add something, and leaves out those that others cover. */
    private List<Candidate> choose(List<Candidate> inside) {
      List<Candidate> chosen = new ArrayList<>();
      Language covered = Language.NONE;
      for (Candidate each : inside) {
        if (!covered.includes(each.language(), LIMITS)) {
          chosen.add(each);
          covered = covered.or(each.language(), LIMITS);
        }
      }
      for (int i = 0; chosen.size() > 1 && i < chosen.size(); ) {
        List<Candidate> others = new ArrayList<>(chosen);
        Candidate each = others.remove(i);
        if (chosen.size() <= 2 * most && union(others).includes(each.language(), LIMITS)) {
          chosen = others;
        } else {
          i++;
        }
      }
      return chosen;
    }

    /** Covers the whole set, if need be by more than it. */
    private List<String> outer(List<Candidate> inner, List<Candidate> across) {
      List<Candidate> chosen = new ArrayList<>(inner);
      Language rest = set.minus(union(inner), LIMITS);
      for (Candidate each : across) {
        Language without = rest.minus(each.language(), LIMITS);
        if (chosen.size() < most - 1 && !without.sameAs(rest)) {
          chosen.add(each);
          rest = without;
        }
      }
      List<String> texts = new ArrayList<>(texts(chosen));
      if (!rest.isEmpty()) {
        texts.add(Aare.quote(prefix(rest)) + "{**,}");
        Language whole = Language.of(Aare.path(texts.get(texts.size() - 1)).regex(), LIMITS);
        if (!whole.includes(rest, LIMITS)) {
          texts.set(texts.size() - 1, "{**,}");
        }
      }
      return texts;
    }

    /** Returns the bytes that all strings of a set begin with. */
    private static String prefix(Language of) {
      Dfa automaton = of.dfa();
      ByteArrayOutputStream prefix = new ByteArrayOutputStream();
      int state = Dfa.START;
      while (automaton.label(state) == 0 && prefix.size() < automaton.size()) {
        int only = -1;
        for (int value = 0; value < 256; value++) {
          if (automaton.step(state, value) != Dfa.TRAP) {
            only = only == -1 ? value : -2;
          }
        }
        if (only < 0) {
          break;
        }
        prefix.write(only);
        state = automaton.step(state, only);
      }
      return SourceText.decode(prefix.toByteArray());
    }

    // ---- expressions of the ways through the automaton

    /** Follows all ways from a state, as long as no loop but a state's own is met. */
    private void walk(int state, ByteArrayOutputStream before) {
      if (found.size() >= TRIED || before.size() > LONGEST || onPath[state]) {
        return;
      }
      onPath[state] = true;
      ByteSet loop = to(state, state);
      ByteArrayOutputStream here = new ByteArrayOutputStream();
      here.writeBytes(before.toByteArray());
      if (loop.size() > 0) {
        star(here, loop);
      }
      if (dfa.label(state) != 0) {
        emit(here);
      }
      Set<Integer> targets = new LinkedHashSet<>();
      for (int value = 0; value < 256; value++) {
        int to = dfa.step(state, value);
        if (to != Dfa.TRAP && to != state) {
          targets.add(to);
        }
      }
      for (int target : targets) {
        step(state, target, here);
      }
      onPath[state] = false;
    }

    private void step(int state, int target, ByteArrayOutputStream here) {
      ByteSet bytes = to(state, target);
      ByteSet loop = to(target, target);
      ByteArrayOutputStream next = new ByteArrayOutputStream();
      next.writeBytes(here.toByteArray());
      boolean slash = endsInSlash(next);
      boolean some =
          (bytes.equals(NO_SLASH) && loop.equals(NO_SLASH))
              || (loop.equals(ANY) && (bytes.equals(NO_SLASH) || bytes.equals(ANY)));
      if (slash && some) {
        // At least one: what a star after a slash means; the state's own loop adds the star.
        walk(target, next);
        return;
      }
      if (bytes.contains('/') && bytes.size() > 1) {
        append(next, "/");
        walk(target, next);
        next.reset();
        next.writeBytes(here.toByteArray());
        bytes = bytes.minus(ByteSet.of('/'));
      }
      set(next, bytes);
      walk(target, next);
    }

    private ByteSet to(int state, int target) {
      ByteSet set = ByteSet.NONE;
      for (int value = 1; value < 256; value++) {
        if (dfa.step(state, value) == target) {
          set = set.with(value);
        }
      }
      return set;
    }

    private static boolean endsInSlash(ByteArrayOutputStream text) {
      byte[] bytes = text.toByteArray();
      return bytes.length > 0 && bytes[bytes.length - 1] == '/';
    }

    private static void append(ByteArrayOutputStream to, String text) {
      to.writeBytes(SourceText.encode(text));
    }

    private static void star(ByteArrayOutputStream to, ByteSet loop) {
      append(to, loop.contains('/') ? "**" : "*");
    }

    /** Appends an expression for one byte of a set. */
    private static void set(ByteArrayOutputStream to, ByteSet set) {
      if (set.size() == 1) {
        append(to, Aare.quote(SourceText.decode(new byte[] {(byte) set.first()})));
      } else if (set.equals(NO_SLASH)) {
        append(to, "?");
      } else {
        boolean negated = set.size() > 128;
        ByteSet shown = negated ? NO_SLASH.minus(set) : set;
        append(to, negated ? "[^/" : "[");
        for (int from = 1; from < 256; from++) {
          if (shown.contains(from)) {
            int end = from;
            while (end < 255 && shown.contains(end + 1)) {
              end++;
            }
            member(to, from);
            if (end > from + 1) {
              append(to, "-");
            }
            if (end > from) {
              member(to, end);
            }
            from = end;
          }
        }
        append(to, "]");
      }
    }

    private static void member(ByteArrayOutputStream to, int value) {
      if ("[]^-\\".indexOf(value) >= 0) {
        append(to, "\\");
      }
      to.write(value);
    }

    private void emit(ByteArrayOutputStream here) {
      String text = SourceText.decode(here.toByteArray());
      found.add(text);
      // A star at the end after a slash wants a byte; without one there are two expressions.
      if (text.endsWith("/**") || text.endsWith("/*")) {
        found.add(text.substring(0, text.lastIndexOf('/') + 1) + "{" + star(text) + ",}");
      }
    }

    private static String star(String text) {
      return text.endsWith("**") ? "**" : "*";
    }
  }
}
