package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import java.util.List;

/** Records of changes of profiles and hats, as questions. */
final class ChangeProfileEvents {

  private static final String BELOW = "//";

  private ChangeProfileEvents() {}

  /** A change with the next execution needs the program to ask about, which no record has. */
  static List<Access> accesses(AuditEvent.ChangeProfile event) {
    String operation = event.operation().orElse("");
    String target = event.target().orElse("");
    return switch (operation) {
      case "change_profile" -> Masks.question(() -> new Access.ChangeProfile(target, null));
      case "stack" -> Masks.question(() -> new Access.ChangeProfile("&" + target, null));
      default -> List.of();
    };
  }

  static List<Access> accesses(AuditEvent.ChangeHat event) {
    String target = event.target().orElse("");
    String parent = event.profile().orElse("") + BELOW;
    int last = target.startsWith(parent) ? parent.length() : target.lastIndexOf(BELOW) + 2;
    return last < 2 || target.isEmpty()
        ? List.of()
        : Masks.question(() -> new Access.ChangeHat(target.substring(last)));
  }
}
