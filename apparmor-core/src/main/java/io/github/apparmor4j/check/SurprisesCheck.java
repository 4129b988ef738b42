package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.Endpoint;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A check for what is valid and means something else than most readers think. */
final class SurprisesCheck implements ProfileCheck {

  /** Signs of regular expressions, and what they mean in a pattern. */
  private static final Map<Pattern, String> EXPRESSIONS =
      Map.of(
          Pattern.compile("[\\])}][+]"), "'+' is the character",
          Pattern.compile("\\\\[dwsDWS][+*]"), "'\\d' is the letter",
          Pattern.compile("/\\([^/()]*\\|[^/()]*\\)"), "'(', '|' and ')' are the characters",
          Pattern.compile("^(?:/sys|/proc|/dev|@\\{PROC\\}|@\\{sys\\})/.*/\\.\\*(?:/|$)"),
              "'.' is the character");

  /** A wildcard in a set, unescaped. */
  private static final Pattern WILDCARD_IN_SET =
      Pattern.compile("\\[(?:[^\\]\\\\*?]|\\\\.)*[*?]", Pattern.DOTALL);

  @Override
  public void check(Resolution resolution, Features kernel, Consumer<Diagnostic> to) {
    for (ResolvedProfile profile : resolution.allProfiles()) {
      for (String attachment : profile.attachments()) {
        if (!attachment.startsWith("/") && !attachment.startsWith("{")) {
          to.accept(
              Diagnostic.of(
                  CheckProblem.ATTACHES_TO_NOTHING,
                  profile.place(),
                  "attaches to '" + attachment + "', which is no program's path"));
        }
      }
      profile.rules().forEach(rule -> check(rule, to));
    }
  }

  private static void check(ResolvedRule resolved, Consumer<Diagnostic> to) {
    Rule rule = resolved.written();
    for (String pattern : rule.patterns()) {
      if (WILDCARD_IN_SET.matcher(pattern).find()) {
        report(
            CheckProblem.WILDCARD_IN_SET,
            resolved,
            "a wildcard ends the set that it stands in: '" + pattern + "'",
            to);
      }
    }
    if (rule instanceof FileRule || rule instanceof LinkRule) {
      for (String pattern : rule.patterns()) {
        EXPRESSIONS.forEach(
            (sign, meaning) -> {
              if (sign.matcher(pattern).find()) {
                report(
                    CheckProblem.LOOKS_LIKE_REGEX,
                    resolved,
                    "paths are no regular expressions: in '" + pattern + "' " + meaning,
                    to);
              }
            });
      }
    }
    if (rule instanceof MountRule mount) {
      String point = mount.mountPoint();
      boolean plain = point != null && !point.contains("@{") && !Aare.isPattern(point);
      if (point != null && plain && point.startsWith("/") && !point.endsWith("/")) {
        report(
            CheckProblem.MOUNT_POINT_WITHOUT_SLASH,
            resolved,
            "'" + point + "' is a file; a directory's path ends in '/'",
            to);
      }
    }
    if (rule instanceof NetworkRule network && network.qualifiers().isDeny()) {
      boolean conditioned =
          !network.local().equals(Endpoint.ANY) || !network.peer().equals(Endpoint.ANY);
      List<NetworkPermission> permissions = network.permissions();
      if (conditioned
          && (permissions.isEmpty() || permissions.contains(NetworkPermission.CREATE))) {
        report(
            CheckProblem.DENIES_EVERY_SOCKET,
            resolved,
            "sockets are created without an address, so this denies all of their kind",
            to);
      }
    }
  }

  private static void report(
      CheckProblem kind, ResolvedRule rule, String message, Consumer<Diagnostic> to) {
    to.accept(Diagnostic.of(kind, rule.place(), message));
  }
}
