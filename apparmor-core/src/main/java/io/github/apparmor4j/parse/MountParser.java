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

  private static final Pattern NOT_BARE = Pattern.compile("@\\{\\w+\\}=|[=+()]|(?:->)?\\\\[ \\t]");

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
      String first = path(in);
      if (mounts) {
        source = first;
      } else {
        mountPoint = first;
      }
    }
    if (mounts && in.atArrow()) {
      in.accept("->");
      mountPoint = path(in);
    }
    String from = source;
    String to = mountPoint;
    return in.built(() -> new MountRule(qualifiers, operation, fstypes, options, from, to));
  }

  /** Reads a path. A bare one can't begin with some symbols, or with a variable and {@code =}. */
  private static String path(RuleScanner in) {
    if (in.matcher(NOT_BARE).lookingAt()) {
      throw new ParseFailure(
          ParseProblem.NEEDS_QUOTES, in.here(), "expected a path" + in.found(), "put it in quotes");
    }
    // A bare word with '=' would be a condition.
    boolean isPath = "/\"@".indexOf(in.peek()) >= 0;
    String path = in.word("a path", isPath ? "" : "=()").text();
    in.skip();
    return path;
  }
}
