package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads {@code mount}, {@code remount} and {@code umount} rules. */
final class MountParser {

  private static final Pattern ASSIGNED = Pattern.compile("@\\{\\w+\\}=");

  private MountParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers, String keyword) {
    return read(
        in,
        qualifiers,
        switch (keyword) {
          case "mount" -> MountRule.Operation.MOUNT;
          case "remount" -> MountRule.Operation.REMOUNT;
          default -> MountRule.Operation.UMOUNT;
        });
  }

  private static Rule read(RuleScanner in, Qualifiers qualifiers, MountRule.Operation operation) {
    List<String> fstypes = new ArrayList<>();
    List<MountRule.Options> options = new ArrayList<>();
    while (true) {
      int from = in.pos;
      if (in.passKeyword("fstype") || in.passKeyword("vfstype")) {
        in.equalsOrIn();
        in.values("a file system type").forEach(word -> fstypes.add(word.text()));
      } else if (in.passKeyword("options") || in.passKeyword("option")) {
        boolean optional = in.equalsOrIn();
        List<MountOption> known = new ArrayList<>();
        for (Word word : in.values("a mount option")) {
          known.add(
              RuleScanner.known(
                  word,
                  MountOption.named(word.text()),
                  "mount option",
                  List.of(MountOption.values())));
        }
        options.add(in.built(from, () -> new MountRule.Options(optional, known)));
      } else {
        break;
      }
      in.skip();
    }
    String source = null;
    String mountPoint = null;
    boolean mounts = operation == MountRule.Operation.MOUNT;
    if (!in.atRuleEnd() && !(mounts && in.atArrow())) {
      assigned(in);
      // A bare word with '=' would be a condition.
      boolean path = "/\"@".indexOf(in.peek()) >= 0;
      String first = in.word("a path", path ? "" : "=()").text();
      in.skip();
      if (mounts) {
        source = first;
      } else {
        mountPoint = first;
      }
    }
    if (mounts && in.atArrow()) {
      in.accept("->");
      assigned(in);
      if (in.peek() == '(') {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, in.here(), "expected a path" + in.found(), null);
      }
      mountPoint = in.word("a mount point").text();
      in.skip();
    }
    String from = source;
    String to = mountPoint;
    return in.built(() -> new MountRule(qualifiers, operation, fstypes, options, from, to));
  }

  /** Fails if {@code =} follows a variable at once. */
  private static void assigned(RuleScanner in) {
    if (in.matcher(ASSIGNED).lookingAt()) {
      throw new ParseFailure(
          ParseProblem.NEEDS_QUOTES, in.here(), "'=' can't follow a variable in a bare path", null);
    }
  }
}
