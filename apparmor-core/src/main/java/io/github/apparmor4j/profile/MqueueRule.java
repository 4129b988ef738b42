package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code mqueue (read write) type=posix label=worker /queue,}: message queues.
 *
 * @param qualifiers the qualifiers before the rule
 * @param permissions sorted, without repeats; empty for all
 * @param type the queue's type; {@code null} for the type that the name implies, or for both if
 *     there is no name
 * @param label pattern of the queue's label, or {@code null} for any
 * @param name pattern of a POSIX queue's name, which starts with {@code /}, or a System V queue's
 *     number, or {@code null} for any
 */
public record MqueueRule(
    Qualifiers qualifiers,
    List<MqueuePermission> permissions,
    @Nullable Type type,
    @Nullable String label,
    @Nullable String name)
    implements Rule {

  /** The two kinds of message queues. */
  public enum Type {
    /** {@code mq_open(3)}. */
    POSIX,
    /** {@code msgget(2)}. */
    SYSV;

    /** Returns the type for a word; empty if there is none. */
    public static Optional<Type> named(String word) {
      return Words.named(values(), word);
    }

    @Override
    public String toString() {
      return Words.keyword(this);
    }
  }

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** Checks that name and type go together, and sorts the permissions. */
  public MqueueRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("mqueue");
    permissions = Words.sortedSet(permissions);
    Words.checkedQuotesOrNull(label, "label");
    Words.checkedOrNull(name, "name");
    if (name != null) {
      boolean number = NUMBER.matcher(name).matches();
      boolean path = name.startsWith("/");
      if (!number && !path) {
        throw new IllegalArgumentException("a queue's name is a path or a number, not " + name);
      }
      if (type != null && (type == Type.SYSV) != number) {
        throw new IllegalArgumentException("name " + name + " is not of type " + type);
      }
    }
  }

  /**
   * Returns a rule about all queues, without qualifiers; if no permissions are given, it is about
   * all of them.
   */
  public static MqueueRule of(MqueuePermission... permissions) {
    return new MqueueRule(Qualifiers.NONE, List.of(permissions), null, null, null);
  }

  /** Returns the type that is given or that the name implies; empty for both. */
  public Optional<Type> effectiveType() {
    if (type != null || name == null) {
      return Optional.ofNullable(type);
    }
    return Optional.of(NUMBER.matcher(name).matches() ? Type.SYSV : Type.POSIX);
  }

  @Override
  public MqueueRule withQualifiers(Qualifiers newQualifiers) {
    return new MqueueRule(newQualifiers, permissions, type, label, name);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.MQUEUE;
  }

  @Override
  public List<String> patterns() {
    return Words.present(label, name);
  }

  @Override
  public List<Part> parts() {
    return List.of(
        SetPart.orAll(permissions),
        new NamePart(name),
        new NamePart(label),
        SetPart.orAny(effectiveType().orElse(null)));
  }

  @Override
  public MqueueRule withPatterns(UnaryOperator<String> change) {
    return new MqueueRule(
        qualifiers, permissions, type, Words.changed(label, change), Words.changed(name, change));
  }

  @Override
  public String toString() {
    return qualifiers
        + "mqueue"
        + Words.list(permissions)
        + (type == null ? "" : " type=" + type)
        + Words.condition("label", label)
        + Words.optional(" ", name)
        + ",";
  }
}
