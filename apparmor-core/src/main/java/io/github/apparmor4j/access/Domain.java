package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Language;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.profile.Permission;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.WorkLimits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The questions of one form as a language: which strings of the tables ask something, and what a
 * string asks. It is the other direction of {@link Question}, and stands beside it: each kind's
 * class has its domains. Immutable and thread-safe; its automata are made when they are first
 * needed.
 */
final class Domain {

  // ---- what forms are made of

  private static final ByteSet NO_NUL = ByteSet.ALL.minus(ByteSet.of(0));

  /** The NUL between two fields. */
  static final Regex NUL = Regex.of(0);

  /** A field that may be empty. */
  static final Regex TEXT = Regex.star(NO_NUL);

  /** A field that isn't empty. */
  static final Regex NAME = Regex.sequence(Regex.of(NO_NUL), TEXT);

  /** An absolute path. */
  static final Regex PATH = Regex.sequence(Regex.of('/'), TEXT);

  /** The absolute path of a directory. */
  static final Regex DIRECTORY =
      Regex.choice(List.of(Regex.of('/'), Regex.sequence(PATH, Regex.of('/'))));

  /** No field at all. */
  static final Regex NOTHING = Regex.sequence();

  private static final WorkLimits LIMITS = WorkLimits.DEFAULT.withSize(10_000, 1_000_000);

  /** Strings with a path that the kernel never asks about: it has resolved such paths before. */
  private static final Regex UNRESOLVED = unresolved();

  private static Regex unresolved() {
    Regex any = Regex.star(ByteSet.ALL);
    List<Regex> choices = new ArrayList<>();
    for (String part : List.of("//", "/./", "/../", "/.\0", "/..\0")) {
      choices.add(Regex.sequence(any, Regex.text(part), any));
    }
    for (String end : List.of("/.", "/..")) {
      choices.add(Regex.sequence(any, Regex.text(end)));
    }
    return Regex.choice(choices);
  }

  /**
   * What may be allowed.
   *
   * @param word the permission as rules name it; empty if there is only one
   * @param wanted the kernel's bits
   * @param owner whether the task acts for the owner of the file; {@code true} where it makes no
   *     difference
   */
  record Right(String word, int wanted, boolean owner) {

    /** Returns the rights for permissions of a kind. */
    static List<Right> of(Permission... permissions) {
      return List.of(permissions).stream()
          .map(each -> new Right(each.toString(), each.bit(), true))
          .toList();
    }
  }

  /** Reads what a string asks. */
  @FunctionalInterface
  interface Reader {
    /**
     * Returns the question.
     *
     * @param fields the string without its class byte
     */
    Access read(Fields fields, Right right);
  }

  /** The fields of a string, one after the other. */
  static final class Fields {
    private final byte[] string;
    private int at;

    Fields(byte[] string) {
      this.string = string;
    }

    /** Returns the next byte. */
    int code() {
      return string[at++] & 0xFF;
    }

    /** Returns the next two bytes as a number. */
    int two() {
      return code() << 8 | code();
    }

    /** Returns the text up to the next NUL, which is passed over, or up to the end. */
    String text() {
      int from = at;
      while (at < string.length && string[at] != 0) {
        at++;
      }
      byte[] text = Arrays.copyOfRange(string, from, at);
      at++;
      return SourceText.decode(text);
    }

    boolean more() {
      return at < string.length;
    }
  }

  private final RuleKind kind;
  private final ToIntFunction<Evaluator> policyClass;
  private final List<Right> rights;
  private final Regex form;
  private final boolean paths;
  private final Reader reader;
  private volatile Language asked = Language.NONE;
  private volatile Language valid = Language.NONE;

  /**
   * Describes the questions of one form.
   *
   * @param kind the kind of rule that is about them
   * @param policyClass returns the class in whose table they are, or none if a profile looks at
   *     them only in another form
   * @param rights what may be allowed, at most 32
   * @param form the strings, without the class byte
   * @param paths whether they hold paths that the kernel has resolved
   */
  Domain(
      RuleKind kind,
      ToIntFunction<Evaluator> policyClass,
      List<Right> rights,
      Regex form,
      boolean paths,
      Reader reader) {
    this.kind = kind;
    this.policyClass = policyClass;
    this.rights = List.copyOf(rights);
    this.form = form;
    this.paths = paths;
    this.reader = reader;
  }

  /** Describes questions without paths that are always in one class. */
  static Domain of(RuleKind kind, int policyClass, List<Right> rights, Regex form, Reader reader) {
    return new Domain(kind, tables -> policyClass, rights, form, false, reader);
  }

  /** Describes questions with paths that are always in one class. */
  static Domain ofPaths(
      RuleKind kind, int policyClass, List<Right> rights, Regex form, Reader reader) {
    return new Domain(kind, tables -> policyClass, rights, form, true, reader);
  }

  RuleKind kind() {
    return kind;
  }

  List<Right> rights() {
    return rights;
  }

  /**
   * Returns the class in whose table a profile looks, or {@link PolicyClass#NONE} if it never asks
   * in this form.
   */
  int policyClass(Evaluator tables) {
    return policyClass.applyAsInt(tables);
  }

  /** Returns whether a profile looks at accesses in this form, and not only in another one. */
  boolean isAsked(Evaluator tables) {
    return kind != RuleKind.UNIX || policyClass(tables) != PolicyClass.NONE;
  }

  /** Returns the strings of this form. */
  Language asked() {
    if (asked.isEmpty()) {
      asked = Language.of(form, LIMITS);
    }
    return asked;
  }

  /** Returns those strings of this form that a kernel really asks about. */
  Language valid() {
    if (valid.isEmpty()) {
      valid = paths ? asked().minus(Language.of(UNRESOLVED, LIMITS), LIMITS) : asked();
    }
    return valid;
  }

  Access read(byte[] string, Right right) {
    return reader.read(new Fields(string), right);
  }
}
