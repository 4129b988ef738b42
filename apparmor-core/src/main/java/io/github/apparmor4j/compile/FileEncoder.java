package io.github.apparmor4j.compile;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.ChangeProfileRule;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.vocabulary.AcceptBits;

/** Encoder of file rules. A string is a path. */
final class FileEncoder {

  // Every file, including the root.
  private static final String EVERYTHING = "/{**,}";

  private FileEncoder() {}

  static void encode(FileRule rule, RuleOutput out) {
    String path = rule.path() == null ? EVERYTHING : rule.path();
    int word = ownership(rule.qualifiers(), word(rule, out));
    Aare aare = out.aare(path);
    int own = rule.qualifiers().isDeny() ? word & ~AcceptBits.both(AcceptBits.LINK) : word;
    if (own != 0) {
      out.add(EncodedRule.Table.FILE, rule.qualifiers(), aare.regex(), own, own, aare.isExact());
    }
    String target = rule.permissions().exec() == null ? rule.target() : null;
    LinkEncoder.pair(rule.qualifiers(), aare, target, target == null, word, out);
  }

  static int ownership(Qualifiers qualifiers, int word) {
    return switch (qualifiers.ownership()) {
      case ANY -> word;
      case OWNER -> AcceptBits.forOwner(word);
      case OTHER -> AcceptBits.forOthers(word);
    };
  }

  private static int word(FileRule rule, RuleOutput out) {
    FilePermissions permissions = rule.permissions();
    int word = permissions.bits();
    if (permissions.contains(FilePermissions.WRITE)) {
      word |= AcceptBits.WRITE | AcceptBits.APPEND;
    }
    ExecMode exec = permissions.exec();
    if (exec != null) {
      word |=
          AcceptBits.execType(
              out.transitions().index(exec, rule, out.origin()),
              exec.fallback() == ExecMode.Fallback.INHERIT,
              exec.fallback() == ExecMode.Fallback.UNCONFINED,
              exec.isUnsafe());
    }
    return AcceptBits.both(word);
  }

  /**
   * Adds the file permissions that a task needs to change its hat or profile:
   * docs/binary-policy.md.
   */
  static void addImplied(Encoder out) {
    if (out.profile.profile().kind() == Profile.Kind.HAT || !out.profile.children().isEmpty()) {
      implied(out, "/proc/*/attr/apparmor/", AcceptBits.READ);
      implied(out, "/sys/module/apparmor/parameters/enabled", AcceptBits.READ);
      implied(out, "/proc/[0-9]*/attr/{apparmor/,}current", AcceptBits.WRITE);
    }
    if (out.profile.rules().stream().anyMatch(r -> r.rule() instanceof ChangeProfileRule)) {
      implied(out, "/proc/*/attr/apparmor/", AcceptBits.READ);
      implied(out, "/sys/module/apparmor/parameters/enabled", AcceptBits.READ);
      implied(out, "/proc/*/attr/{apparmor/,}{current,exec}", AcceptBits.WRITE);
    }
  }

  private static void implied(Encoder out, String path, int word) {
    Aare aare = Aare.path(path);
    out.add(EncodedRule.Table.FILE, aare.regex(), 0, word, aare.isExact());
  }
}
