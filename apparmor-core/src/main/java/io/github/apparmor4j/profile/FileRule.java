package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A rule about files: {@code /path rw,}, {@code owner /path r,}, {@code /path Px -> target,},
 * {@code file,}. Immutable and thread-safe.
 *
 * <pre>{@code
 * FileRule read = FileRule.of("/srv/www/**", "r");
 * FileRule own = FileRule.of("/tmp/web-*", "rw").owner();
 * FileRule run = FileRule.of("/usr/bin/php", "Px").transitionTo("php");
 * }</pre>
 *
 * @param qualifiers the qualifiers before the rule
 * @param path pattern that starts with {@code /} or a variable, or {@code null} for every file
 *     ({@code file,}). Others, such as bare words, are valid, but match no path
 * @param permissions what is granted or denied; {@code rwklmix} if the path is {@code null}
 * @param target if execution is among the permissions, the name of the profile that an executed
 *     program gets, in which variables are not replaced; otherwise the pattern of the file that a
 *     link made at the path may lead to; or {@code null}
 */
public record FileRule(
    Qualifiers qualifiers,
    @Nullable String path,
    FilePermissions permissions,
    @Nullable String target)
    implements Rule {

  private static final FilePermissions EVERYTHING = FilePermissions.of("mrwklix");

  private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,255}");

  /** Words that can't be paths since they mean something in some rule. */
  private static final Set<String> RESERVED =
      Set.of(
          ("abi alias all allow and audit bind capability change_profile dbus defined delete deny"
                  + " eavesdrop else file hat if in include io_uring link mount mqueue network not"
                  + " open or other override_creds owner peer pivot_root priority profile prompt"
                  + " ptrace read readby receive remount rewrite rlimit safe send set signal sqpoll"
                  + " subset trace tracedby umount unix unmount unsafe user userns write")
              .split(" "));

  /** Rejects parts that don't go together. */
  public FileRule {
    Objects.requireNonNull(qualifiers, "qualifiers");
    Objects.requireNonNull(permissions, "permissions");
    if (path != null) {
      Words.checked(path, "path");
    } else if (!permissions.equals(EVERYTHING) || qualifiers.isDeny() || target != null) {
      throw new IllegalArgumentException("'file,' allows " + EVERYTHING + ", nothing else");
    }
    Words.checkedQuotesOrNull(target, "target");
    ExecMode exec = permissions.exec();
    if (qualifiers.isDeny() ? exec != null && exec != ExecMode.ANY : exec == ExecMode.ANY) {
      throw new IllegalArgumentException(
          qualifiers.isDeny()
              ? "a denying rule takes a bare 'x', not '" + exec + "'"
              : "an allowing rule must say how: 'ix', 'Px', …, not a bare 'x'");
    }
  }

  /**
   * Returns a rule without qualifiers, or with {@code deny} alone.
   *
   * @param path pattern that starts with {@code /} or a variable
   * @param permissions letters as in {@link FilePermissions#of(String)}; a bare {@code x} makes it
   *     a denying rule
   * @throws IllegalArgumentException if the path or the letters are not valid
   */
  public static FileRule of(String path, String permissions) {
    Words.writtenPath(path, "path");
    FilePermissions parsed = FilePermissions.of(permissions);
    boolean deny = parsed.exec() == ExecMode.ANY;
    return new FileRule(
        deny ? Qualifiers.NONE.withAction(Qualifiers.Action.DENY) : Qualifiers.NONE,
        path,
        parsed,
        null);
  }

  /** Returns {@code file,}: every file, with everything but a change of profile. */
  public static FileRule all() {
    return new FileRule(Qualifiers.NONE, null, EVERYTHING, null);
  }

  /** Returns this rule, limited to files of the task's own user. */
  public FileRule owner() {
    return withQualifiers(qualifiers.withOwnership(Qualifiers.Ownership.OWNER));
  }

  /** Returns this rule with the profile that an executed program gets. */
  public FileRule transitionTo(String profile) {
    return new FileRule(qualifiers, path, permissions, profile);
  }

  @Override
  public FileRule withQualifiers(Qualifiers newQualifiers) {
    return new FileRule(newQualifiers, path, permissions, target);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.FILE;
  }

  /** Returns the path and a link's target. The target of an execution is a name, not a pattern. */
  @Override
  public List<String> patterns() {
    return Words.present(path, permissions.exec() == null ? target : null);
  }

  /**
   * Returns whether a text without a slash can stand for a path: {@code apparmor_parser} takes it
   * for one, which matches no file. Words with a meaning of their own can't.
   */
  public static boolean isWord(String text) {
    return WORD.matcher(text).matches()
        && !RESERVED.contains(text)
        && !FilePermissions.isLetters(text);
  }

  /** Returns how a program is executed, or where a link may lead; empty if the rule doesn't say. */
  private Set<String> manner() {
    ExecMode exec = permissions.exec();
    if (exec != null && !qualifiers.isDeny()) {
      return Set.of(exec + " -> " + target);
    }
    return permissions.contains(FilePermissions.LINK) ? Set.of("link -> " + target) : Set.of();
  }

  @Override
  public List<Part> parts() {
    return List.of(
        new PathPart(path), new SetPart(permissions.letters()), new MannerPart(manner()));
  }

  @Override
  public FileRule withPatterns(UnaryOperator<String> change) {
    return new FileRule(
        qualifiers,
        Words.changed(path, change),
        permissions,
        permissions.exec() == null ? Words.changed(target, change) : target);
  }

  @Override
  public String toString() {
    if (path == null) {
      return qualifiers + "file,";
    }
    boolean unsafe = permissions.exec() == ExecMode.INHERIT_UNSAFE;
    return qualifiers
        + (unsafe ? "file unsafe " : "")
        + Words.word(path)
        + " "
        + permissions
        + Words.optional(" -> ", target)
        + ",";
  }
}
