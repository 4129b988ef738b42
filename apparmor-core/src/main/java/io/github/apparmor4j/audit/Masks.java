package io.github.apparmor4j.audit;

import io.github.apparmor4j.access.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was asked for, and what of it the policy refused. */
final class Masks {

  private Masks() {}

  /** Returns what the event is about: what was refused or, without that, what was asked for. */
  static String of(AuditRecord record) {
    for (String key :
        new String[] {"denied_mask", "denied", "mask", "requested_mask", "requested"}) {
      String mask = record.get(key);
      if (mask != null) {
        return mask;
      }
    }
    return "";
  }

  /** Returns the permissions of a mask of words; words that nobody knows are left out. */
  static <P> List<P> words(AuditRecord record, Function<String, Optional<P>> named) {
    List<P> permissions = new ArrayList<>();
    for (String word : of(record).split("[ ,]+", -1)) {
      named.apply(word).filter(each -> !permissions.contains(each)).ifPresent(permissions::add);
    }
    return permissions;
  }

  /**
   * Returns a question, or none if what the record says isn't one: {@link Access} refuses a path
   * without a slash, a message without a member, and the like.
   */
  static List<Access> question(Supplier<@Nullable Access> access) {
    try {
      Access made = access.get();
      return made == null ? List.of() : List.of(made);
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  /** Returns the questions for permissions. */
  static <P> List<Access> questions(List<P> permissions, Function<P, @Nullable Access> access) {
    return permissions.stream()
        .flatMap(each -> question(() -> access.apply(each)).stream())
        .toList();
  }
}
