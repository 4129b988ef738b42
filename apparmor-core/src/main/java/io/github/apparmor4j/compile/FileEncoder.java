package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.Qualifiers;
import org.jspecify.annotations.Nullable;

/** File and link rules: a path, and for links a pair of paths. */
final class FileEncoder {

  static final int LINK = 0x10;
  static final int SUBSET = 0x20;
  private static final int WRITE_AND_APPEND = 0xA;
  private static final int UNCONFINED_FALLBACK = 0x80;
  private static final int UNSAFE = 0x100;
  private static final int INHERIT = 0x200;
  private static final int OTHERS = 14;
  private static final int OWNER_HALF = 0x3fff;
  private static final int LINK_BOTH = LINK | LINK << OTHERS;

  // Every file, the root among them.
  private static final String EVERYTHING = "/{**,}";

  private static final int ON_EXEC = 1 << 30;
  private static final int CHANGE_PROFILE = 1 << 31;
  private static final int EXEC_BOTH = 1 | 1 << OTHERS;

  // A slash, a byte that is none, and anything.
  private static final Regex ANY_PROGRAM =
      Regex.sequence(
          Regex.of('/'), Regex.of(ByteSet.ALL.minus(ByteSet.NONE.with('/').with(0))), Encoder.ANY);

  // Any target: a slash and at least one more byte, not a slash.
  private static final Regex ANY_TARGET =
      Regex.sequence(
          Regex.of('/'), Regex.of(ByteSet.ALL.minus(ByteSet.of('/'))), Regex.star(ByteSet.ALL));

  private FileEncoder() {}

  static void encode(FileRule rule, Encoder out) {
    String path = rule.path() == null ? EVERYTHING : rule.path();
    int word = ownership(rule.qualifiers(), word(rule, out));
    Aare aare = out.aare(path);
    int own = rule.qualifiers().isDeny() ? word & ~LINK_BOTH : word;
    if (own != 0) {
      out.add(EncodedRule.Table.FILE, rule.qualifiers(), aare.regex(), own, own, aare.isExact());
    }
    String target = rule.permissions().exec() == null ? rule.target() : null;
    pair(rule.qualifiers(), aare, target, target == null, word, out);
  }

  static void encode(LinkRule rule, Encoder out) {
    int word = ownership(rule.qualifiers(), LINK_BOTH);
    Aare aare = out.aare(rule.path());
    if (!rule.qualifiers().isDeny()) {
      out.add(EncodedRule.Table.FILE, rule.qualifiers(), aare.regex(), word, word, aare.isExact());
    }
    pair(rule.qualifiers(), aare, rule.target(), rule.subset(), word, out);
  }

  static void encode(ChangeProfileRule rule, Encoder out) {
    Qualifiers qualifiers = rule.qualifiers();
    Aare program = rule.program() == null ? null : Aare.label(out.expanded(rule.program()));
    Regex file = program == null ? ANY_PROGRAM : program.regex();
    Regex target = rule.target() == null ? Encoder.ANY : label(out.expanded(rule.target()), out);
    int exec =
        program == null ? 0 : rule.unsafe() ? EXEC_BOTH | UNSAFE | UNSAFE << OTHERS : EXEC_BOTH;
    // The reference never logs these.
    out.add(EncodedRule.Table.FILE, qualifiers, target, CHANGE_PROFILE | ON_EXEC, 0, true);
    out.add(EncodedRule.Table.FILE, qualifiers, file, ON_EXEC, 0, true);
    out.add(
        EncodedRule.Table.FILE,
        qualifiers,
        Regex.sequence(file, Encoder.NUL, target),
        ON_EXEC | exec,
        0,
        false);
  }

  /** Returns a label to change to. Kernels that can't stack want a namespace as a field. */
  private static Regex label(String target, Encoder out) {
    if (out.mediation.has("domain/stack")) {
      return Aare.label(target).regex();
    }
    if (target.startsWith("&")) {
      throw new IllegalArgumentException("the kernel or the policy's ABI knows no stacking");
    }
    int colon = target.startsWith(":") ? target.indexOf(':', 1) : -1;
    return colon < 0
        ? Aare.label(target).regex()
        : Regex.sequence(
            Aare.label(target.substring(1, colon)).regex(),
            Encoder.NUL,
            Aare.label(target.substring(colon + 1)).regex());
  }

  private static void pair(
      Qualifiers qualifiers,
      Aare path,
      @Nullable String target,
      boolean subset,
      int word,
      Encoder out) {
    int link = word & LINK_BOTH;
    if (link == 0) {
      return;
    }
    Regex second = target == null ? ANY_TARGET : out.path(target);
    out.add(
        EncodedRule.Table.FILE,
        qualifiers,
        Regex.sequence(path.regex(), Encoder.NUL, second),
        subset
            ? link | (link & LINK) << 1
            : link, // of the owner's link bit, SUBSET; others' have none
        link,
        false);
  }

  private static int ownership(Qualifiers qualifiers, int word) {
    return switch (qualifiers.ownership()) {
      case ANY -> word;
      case OWNER -> word & OWNER_HALF;
      case OTHER -> word & ~OWNER_HALF;
    };
  }

  private static int word(FileRule rule, Encoder out) {
    FilePermissions permissions = rule.permissions();
    int word = permissions.bits();
    if (permissions.contains(FilePermissions.WRITE)) {
      word |= WRITE_AND_APPEND;
    }
    ExecMode exec = permissions.exec();
    if (exec != null) {
      word |= exec.isUnsafe() ? UNSAFE : 0;
      word |= exec.fallback() == ExecMode.Fallback.INHERIT ? INHERIT : 0;
      word |= exec.fallback() == ExecMode.Fallback.UNCONFINED ? UNCONFINED_FALLBACK : 0;
      word |= out.transitionIndex(exec, rule) << 10;
    }
    return word | word << OTHERS;
  }

  /** Adds what a task needs to change its hat or profile: docs/binary-policy.md. */
  static void addImplied(Encoder out) {
    if (out.profile.profile().kind() == Profile.Kind.HAT || !out.profile.children().isEmpty()) {
      implied(out, "/proc/*/attr/apparmor/", 4);
      implied(out, "/sys/module/apparmor/parameters/enabled", 4);
      implied(out, "/proc/[0-9]*/attr/{apparmor/,}current", 2);
    }
    if (out.profile.rules().stream().anyMatch(r -> r.rule() instanceof ChangeProfileRule)) {
      implied(out, "/proc/*/attr/apparmor/", 4);
      implied(out, "/sys/module/apparmor/parameters/enabled", 4);
      implied(out, "/proc/*/attr/{apparmor/,}{current,exec}", 2);
    }
  }

  private static void implied(Encoder out, String path, int word) {
    Aare aare = Aare.path(path);
    out.rules.add(
        new EncodedRule(
            EncodedRule.Table.FILE,
            aare.regex(),
            0,
            Qualifiers.Action.ALLOW,
            word,
            0,
            aare.isExact(),
            null));
  }
}
