package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.PivotRootRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.ArrayList;
import java.util.List;

/** Rules about mounts. */
final class MountRules {

  private MountRules() {}

  static Rule mount(RuleScanner in, Qualifiers qualifiers) {
    return mount(in, qualifiers, MountRule.Operation.MOUNT);
  }

  static Rule remount(RuleScanner in, Qualifiers qualifiers) {
    return mount(in, qualifiers, MountRule.Operation.REMOUNT);
  }

  static Rule umount(RuleScanner in, Qualifiers qualifiers) {
    return mount(in, qualifiers, MountRule.Operation.UMOUNT);
  }

  private static Rule mount(RuleScanner in, Qualifiers qualifiers, MountRule.Operation operation) {
    List<String> fstypes = new ArrayList<>();
    List<MountRule.Options> options = new ArrayList<>();
    while (true) {
      int from = in.pos;
      if (in.acceptKeyword("fstype") || in.acceptKeyword("vfstype")) {
        in.equalsOrIn();
        in.values("a file system type").forEach(word -> fstypes.add(word.text()));
      } else if (in.acceptKeyword("options") || in.acceptKeyword("option")) {
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
    if (!in.atRuleEnd() && !in.text.startsWith("->", in.pos)) {
      // A word with '=' would be a condition.
      boolean path = "/\"@".indexOf(in.peek()) >= 0;
      String first = in.word("a path", path ? "" : "=()").text();
      in.skip();
      if (operation == MountRule.Operation.MOUNT) {
        source = first;
      } else {
        mountPoint = first;
      }
    }
    if (operation == MountRule.Operation.MOUNT) {
      mountPoint = in.spacedArrowTarget();
    }
    String from = source;
    String to = mountPoint;
    return in.built(() -> new MountRule(qualifiers, operation, fstypes, options, from, to));
  }

  static Rule pivotRoot(RuleScanner in, Qualifiers qualifiers) {
    String oldRoot = null;
    if (in.acceptKeyword("oldroot")) {
      in.expect("=");
      oldRoot = in.word("a path").text();
      in.skip();
    }
    String newRoot = null;
    if (!in.atRuleEnd() && !in.text.startsWith("->", in.pos)) {
      newRoot = in.word("a path").text();
      in.skip();
    }
    String transition = in.spacedArrowTarget();
    String from = oldRoot;
    String to = newRoot;
    return in.built(() -> new PivotRootRule(qualifiers, from, to, transition));
  }
}
