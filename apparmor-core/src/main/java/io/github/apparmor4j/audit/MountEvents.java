package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.MountOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records of mounts, as questions. */
final class MountEvents {

  private MountEvents() {}

  static List<Access> accesses(AuditEvent.Mount event) {
    AuditRecord record = event.record();
    String target = event.target().orElse("");
    if (event.operation().orElse("").equals("umount")) {
      return Masks.question(() -> new Access.Umount(target));
    }
    List<MountOption> options = new ArrayList<>();
    for (String word : record.text("flags").orElse("").split("[, ]+", -1)) {
      Optional<MountOption> option = MountOption.named(word);
      if (option.isEmpty() && !word.isEmpty()) {
        return List.of(); // a flag that nobody knows may make it another operation
      }
      option.ifPresent(options::add);
    }
    return Masks.question(
        () ->
            new Access.Mount(
                record.text("fstype").orElse(""),
                options,
                record.text("srcname").orElse(""),
                target));
  }
}
