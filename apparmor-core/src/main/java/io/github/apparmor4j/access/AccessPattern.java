package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Language;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import io.github.apparmor4j.source.WorkLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Many accesses of one kind: what {@link Access} asks, with expressions in place of names. {@code
 * any} stands for every permission, signal, family or type, and words may be lists with commas.
 * Immutable and thread-safe.
 *
 * <pre>{@code
 * AccessPattern.parse("file w /etc/cron.d/**");
 * AccessPattern.parse("capability sys_admin,sys_module");
 * AccessPattern.parse("signal send kill,term unconfined");
 * }</pre>
 *
 * <p>docs/asking.md has all forms.
 */
public final class AccessPattern {

  private static final WorkLimits LIMITS = WorkLimits.DEFAULT.withSize(50_000, 5_000_000);
  private static final String ANY = "any";

  /**
   * Accesses of one domain.
   *
   * @param rights the rights that are asked for, bit i for the domain's right i
   * @param strings the strings
   */
  record Part(Domain domain, int rights, Language strings) {}

  private final String text;
  private final List<Part> parts;

  private AccessPattern(String text, List<Part> parts) {
    this.text = text;
    this.parts = List.copyOf(parts);
  }

  /**
   * Reads a pattern in words, as {@link Access#parse} reads a question.
   *
   * @throws IllegalArgumentException if the words are not understood; the message says why
   * @throws io.github.apparmor4j.source.TooComplexException if an expression is too complex
   */
  public static AccessPattern parse(String words) {
    AccessReader in = new AccessReader(words);
    String kind = in.word("a kind of access");
    List<Part> parts = new ArrayList<>();
    switch (kind) {
      case "file" -> parts.addAll(FileAccess.pattern(in));
      case "exec" -> parts.addAll(ExecAccess.pattern(in));
      case "link" -> parts.addAll(LinkAccess.pattern(in));
      case "capability" -> parts.addAll(CapabilityAccess.pattern(in));
      case "network" -> parts.addAll(NetworkAccess.pattern(in));
      case "unix" -> parts.addAll(UnixAccess.pattern(in));
      case "signal" -> parts.addAll(SignalAccess.pattern(in));
      case "ptrace" -> parts.addAll(PtraceAccess.pattern(in));
      case "dbus" -> parts.addAll(DbusAccess.pattern(in));
      case "mount", "umount" -> parts.addAll(MountAccess.pattern(in, kind));
      case "pivot_root" -> parts.addAll(all(PivotRootAccess.DOMAINS, right -> true));
      case "change_profile" -> parts.addAll(ChangeProfileAccess.pattern(in));
      case "mqueue" -> parts.addAll(permissions(MqueueAccess.DOMAINS, in));
      case "io_uring" -> parts.addAll(permissions(IoUringAccess.DOMAINS, in));
      case "userns" -> {
        in.accept("create");
        parts.addAll(all(UsernsAccess.DOMAINS, right -> true));
      }
      default -> throw in.wrong("'" + kind + "' is not a kind of access");
    }
    if (in.more()) {
      throw in.wrong("'" + in.peek() + "' is too much");
    }
    return new AccessPattern(words, parts);
  }

  /** Returns all accesses of some domains with some rights. */
  static List<Part> all(List<Domain> domains, Predicate<Domain.Right> wanted) {
    List<Part> parts = new ArrayList<>();
    for (Domain domain : domains) {
      int rights = rights(domain, wanted);
      if (rights != 0) {
        parts.add(new Part(domain, rights, domain.asked()));
      }
    }
    return parts;
  }

  /** Reads permissions, and returns all accesses of some domains with them. */
  static List<Part> permissions(List<Domain> domains, AccessReader in) {
    return all(domains, permissionsOf(domains, in, in.word("a permission")));
  }

  /**
   * Returns a part for some strings of a domain, with some rights.
   *
   * @throws IllegalArgumentException if no string is left: an invariant that says nothing would
   *     hold of everything
   */
  static Part part(Domain domain, Predicate<Domain.Right> wanted, Regex strings) {
    Language asked = Language.of(strings, LIMITS).and(domain.asked(), LIMITS);
    if (asked.isEmpty()) {
      throw new IllegalArgumentException(
          "no access of the kind '" + domain.kind() + "' can match; a directory ends in '/'");
    }
    return new Part(domain, rights(domain, wanted), asked);
  }

  /** Returns parts with those of their strings that another expression has too. */
  static List<Part> restricted(AccessReader in, List<Part> parts, Regex strings) {
    List<Part> some = new ArrayList<>();
    Language wanted = Language.of(strings, LIMITS);
    for (Part part : parts) {
      Language both = part.strings().and(wanted, LIMITS);
      if (!both.isEmpty()) {
        some.add(new Part(part.domain(), part.rights(), both));
      }
    }
    if (some.isEmpty()) {
      throw in.wrong("these permissions have no other side");
    }
    return some;
  }

  /** Returns the rights that a list of permissions names; each of them must be known. */
  static Predicate<Domain.Right> permissionsOf(
      List<Domain> domains, AccessReader in, String permissions) {
    List<String> words = list(permissions);
    for (String word : words) {
      boolean known =
          word.equals(ANY)
              || domains.stream()
                  .flatMap(domain -> domain.rights().stream())
                  .anyMatch(right -> right.word().equals(word));
      if (!known) {
        throw in.wrong("'" + word + "' is not a permission");
      }
    }
    return right -> words.contains(ANY) || words.contains(right.word());
  }

  private static int rights(Domain domain, Predicate<Domain.Right> wanted) {
    int rights = 0;
    for (int i = 0; i < domain.rights().size(); i++) {
      rights |= wanted.test(domain.rights().get(i)) ? 1 << i : 0;
    }
    return rights;
  }

  /** Returns the words of a list with commas. */
  static List<String> list(String words) {
    return List.of(words.split(",", -1));
  }

  /** Returns the values that a list names, or all of them for {@code any}. */
  static <T> List<T> values(AccessReader in, String what, List<T> all) {
    List<String> words = list(in.word(what));
    if (words.contains(ANY)) {
      return all;
    }
    List<T> values = new ArrayList<>();
    for (String word : words) {
      T value =
          all.stream()
              .filter(each -> each.toString().equals(word))
              .findFirst()
              .orElseThrow(() -> in.wrong("'" + word + "' is not " + what));
      values.add(value);
    }
    return values;
  }

  /** Reads an expression for paths. */
  static Regex paths(AccessReader in, String what) {
    String glob = in.word(what);
    if (!glob.startsWith("/") && !glob.startsWith("{") && !glob.startsWith("*")) {
      throw in.wrong(what + " must begin with '/': '" + glob + "'");
    }
    return expression(in, glob, true);
  }

  /** Reads an expression for labels. */
  static Regex labels(AccessReader in, String what) {
    return label(in, in.word(what));
  }

  static Regex label(AccessReader in, String glob) {
    return glob.equals(ANY) ? Domain.NAME : expression(in, glob, false);
  }

  private static Regex expression(AccessReader in, String glob, boolean path) {
    try {
      return (path ? Aare.path(glob) : Aare.label(glob)).regex();
    } catch (GlobSyntaxException e) {
      throw in.wrong("'" + glob + "' is not an expression: " + e.getMessage());
    }
  }

  List<Part> parts() {
    return parts;
  }

  /** Returns the words. */
  @Override
  public String toString() {
    return text;
  }
}
