package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code mount options=(ro) fstype=ext4 /dev/sda1 -> /mnt/,}, {@code remount /mnt/,}, {@code umount
 * /mnt/,}.
 *
 * @param qualifiers the qualifiers before the rule
 * @param operation mount, remount or umount
 * @param fstypes patterns of file system types, one of which must match; empty for all
 * @param options conditions on the options, all of which must hold; empty for none
 * @param source pattern of what is mounted, or {@code null} for anything
 * @param mountPoint pattern of where it is mounted, or {@code null} for anywhere
 */
public record MountRule(
    Qualifiers qualifiers,
    Operation operation,
    List<String> fstypes,
    List<Options> options,
    @Nullable String source,
    @Nullable String mountPoint)
    implements Rule {

  /** The operations that a rule can be about. */
  public enum Operation {
    /** {@code mount(2)} in any of its meanings. */
    MOUNT,
    /** {@code mount(2)} with {@code MS_REMOUNT}. */
    REMOUNT,
    /** {@code umount(2)}. */
    UMOUNT
  }

  /**
   * A condition on mount options.
   *
   * @param optional whether the options are those that may be given ({@code options in (…)});
   *     otherwise exactly these must be ({@code options=(…)})
   * @param options sorted, without repeats, at least one
   */
  public record Options(boolean optional, List<MountOption> options) {

    /**
     * Sorts the options. Rejects an empty list, and options that exclude each other where all must
     * be given.
     */
    public Options {
      options = Words.sortedSet(options);
      if (options.isEmpty()) {
        throw new IllegalArgumentException("options are empty");
      }
      int set = 0;
      int clear = 0;
      for (MountOption option : options) {
        set |= option.set();
        clear |= option.clear();
      }
      if (!optional && (set & clear) != 0) {
        throw new IllegalArgumentException(
            "conflicting mount options (" + Words.joined(options) + ")");
      }
    }

    @Override
    public String toString() {
      return "options" + (optional ? " in (" : "=(") + Words.joined(options) + ")";
    }
  }

  /** Rejects parts that don't go together. */
  public MountRule {
    Objects.requireNonNull(qualifiers, "qualifiers").withoutOwnership("mount");
    Objects.requireNonNull(operation, "operation");
    fstypes = List.copyOf(fstypes);
    options = List.copyOf(options);
    fstypes.forEach(type -> Words.checkedQuotes(type, "fstype"));
    if (source != null) {
      Words.checkedQuotes(source, "source");
    }
    Words.checkedQuotesOrNull(mountPoint, "mountPoint");
    if (operation != Operation.MOUNT && source != null) {
      throw new IllegalArgumentException(Words.keyword(operation) + " has no source");
    }
    if (operation == Operation.REMOUNT && !fstypes.isEmpty()) {
      throw new IllegalArgumentException("remount has no fstype");
    }
  }

  /** Returns {@code mount,}: everything but unmounting. */
  public static MountRule all() {
    return builder().build();
  }

  /** Returns {@code umount path,}, or {@code umount,} for {@code null}. */
  public static MountRule umount(@Nullable String mountPoint) {
    return new MountRule(Qualifiers.NONE, Operation.UMOUNT, List.of(), List.of(), null, mountPoint);
  }

  /** Returns a builder that starts from this rule. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.qualifiers = qualifiers;
    builder.operation = operation;
    builder.fstypes = fstypes;
    builder.options = options;
    builder.source = source;
    builder.mountPoint = mountPoint;
    return builder;
  }

  /** Returns a builder of a rule about {@code mount}. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public MountRule withQualifiers(Qualifiers newQualifiers) {
    return new MountRule(newQualifiers, operation, fstypes, options, source, mountPoint);
  }

  @Override
  public RuleKind kind() {
    return RuleKind.MOUNT;
  }

  @Override
  public List<String> patterns() {
    return Stream.concat(fstypes.stream(), Words.present(source, mountPoint).stream()).toList();
  }

  @Override
  public List<Part> parts() {
    return List.of(
        new SetPart(Set.of(operation)),
        SetPart.orAny(options.isEmpty() ? null : options),
        SetPart.orAll(fstypes),
        new PathPart(source),
        new PathPart(mountPoint));
  }

  @Override
  public MountRule withPatterns(UnaryOperator<String> change) {
    return new MountRule(
        qualifiers,
        operation,
        fstypes.stream().map(change).toList(),
        options,
        Words.changed(source, change),
        Words.changed(mountPoint, change));
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder().append(qualifiers).append(Words.keyword(operation));
    options.forEach(condition -> out.append(' ').append(condition));
    if (!fstypes.isEmpty()) {
      out.append(" fstype=(")
          .append(Words.joined(fstypes.stream().map(Words::listValue).toList()))
          .append(')');
    }
    if (operation == Operation.MOUNT) {
      if (source != null) {
        out.append(' ').append(Words.mountPath(source));
      }
      out.append((mountPoint == null ? "" : " -> " + Words.mountPath(mountPoint)));
    } else {
      out.append(mountPoint == null ? "" : " " + Words.mountPath(mountPoint));
    }
    return out.append(',').toString();
  }

  /** A builder of rules; not thread-safe. */
  public static final class Builder {
    private Qualifiers qualifiers = Qualifiers.NONE;
    private Operation operation = Operation.MOUNT;
    private List<String> fstypes = List.of();
    private List<Options> options = List.of();
    private @Nullable String source;
    private @Nullable String mountPoint;

    private Builder() {}

    /** Makes the rule one about remounting. */
    public Builder remount() {
      operation = Operation.REMOUNT;
      return this;
    }

    /** Sets the file system types. */
    public Builder fstype(String... types) {
      fstypes = List.of(types);
      return this;
    }

    /** Requires exactly these options. */
    public Builder options(MountOption... exactly) {
      options = List.of(new Options(false, List.of(exactly)));
      return this;
    }

    /** Sets what is mounted. */
    public Builder source(String pattern) {
      source = pattern;
      return this;
    }

    /** Sets where it is mounted. */
    public Builder mountPoint(String pattern) {
      mountPoint = pattern;
      return this;
    }

    /**
     * Returns the rule.
     *
     * @throws IllegalArgumentException if the parts don't go together
     */
    public MountRule build() {
      return new MountRule(qualifiers, operation, fstypes, options, source, mountPoint);
    }
  }
}
