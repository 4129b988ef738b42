package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Records of files and programs, as questions. */
final class FileEvents {

  /** Between the letters for owners and for others, in masks of kernels before 2010. */
  private static final String HALVES = "::";

  private FileEvents() {}

  static List<Access> accesses(AuditEvent.Exec event) {
    String program = event.program().orElse("");
    return Masks.question(() -> new Access.Exec(program, ownership(event.record())));
  }

  static List<Access> accesses(AuditEvent.File event) {
    return uses(event.record(), Masks.of(event.record()));
  }

  /** Returns the uses of the record's file that a mask has. */
  static List<Access> uses(AuditRecord record, String mask) {
    String path = record.get("name");
    int halves = mask.indexOf(HALVES);
    if (path == null) {
      return List.of();
    } else if (halves < 0) {
      return use(path, mask, ownership(record));
    }
    List<Access> both = new ArrayList<>(use(path, mask.substring(0, halves), Ownership.OWNER));
    both.addAll(use(path, mask.substring(halves + HALVES.length()), Ownership.OTHER));
    return List.copyOf(both);
  }

  private static List<Access> use(String path, String mask, Ownership ownership) {
    String letters = letters(mask);
    return letters.isEmpty()
        ? List.of()
        : Masks.question(() -> new Access.File(path, FilePermissions.of(letters), ownership));
  }

  /** Returns the letters that rules have: creating and deleting are writing. */
  private static String letters(String mask) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < mask.length(); i++) {
      char letter = mask.charAt(i);
      char known =
          switch (letter) {
            case 'c', 'd' -> 'w';
            case 'r', 'w', 'a', 'x', 'm', 'k', 'l' -> letter;
            default -> ' ';
          };
      if (known != ' ' && letters.indexOf(String.valueOf(known)) < 0) {
        letters.append(known);
      }
    }
    // Who may write may append.
    return letters.indexOf("w") < 0 ? letters.toString() : letters.toString().replace("a", "");
  }

  /** Returns whether the file is the task's user's own, as the kernel compares them. */
  static Ownership ownership(AuditRecord record) {
    OptionalLong user = record.number("fsuid");
    OptionalLong owner = record.number("ouid");
    if (user.isEmpty() || owner.isEmpty()) {
      return Ownership.ANY;
    }
    return user.getAsLong() == owner.getAsLong() ? Ownership.OWNER : Ownership.OTHER;
  }
}
