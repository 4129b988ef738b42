package io.github.apparmor4j.profile;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code set rlimit nofile <= 1024,}: a resource limit ({@code setrlimit(2)}). Of several limits
 * for one resource the last one holds.
 *
 * @param resource the limited resource
 * @param amount the limit, in units, which the kernel gets as an unsigned number of 64 bits; {@link
 *     #INFINITY} for no limit; −20 to 19 for {@code nice}, not negative otherwise
 * @param unit unit of the amount; {@link Unit#NONE} for bytes, seconds of {@code cpu}, microseconds
 *     of {@code rttime}, and plain numbers
 */
public record RlimitRule(Resource resource, long amount, Unit unit) implements Rule {

  /** No limit. */
  public static final long INFINITY = Long.MIN_VALUE;

  private enum Measure {
    COUNT,
    SIZE,
    TIME,
    NICE
  }

  /** The resources, with Linux's numbers. */
  public enum Resource {
    /** Processor time. */
    CPU(0, Measure.TIME),
    /** Size of files written. */
    FSIZE(1, Measure.SIZE),
    /** Data segment. */
    DATA(2, Measure.SIZE),
    /** Stack. */
    STACK(3, Measure.SIZE),
    /** Core dumps. */
    CORE(4, Measure.SIZE),
    /** Resident memory. */
    RSS(5, Measure.SIZE),
    /** Processes. */
    NPROC(6, Measure.COUNT),
    /** Open files. */
    NOFILE(7, Measure.COUNT),
    /** Locked memory. */
    MEMLOCK(8, Measure.SIZE),
    /** Address space. */
    AS(9, Measure.SIZE),
    /** File locks. */
    LOCKS(10, Measure.COUNT),
    /** Pending signals. */
    SIGPENDING(11, Measure.COUNT),
    /** Bytes in message queues. */
    MSGQUEUE(12, Measure.SIZE),
    /** The lowest niceness. */
    NICE(13, Measure.NICE),
    /** Real-time priority. */
    RTPRIO(14, Measure.COUNT),
    /** Real-time processor time without a blocking call. */
    RTTIME(15, Measure.TIME);

    private final int number;
    private final Measure measure;

    Resource(int number, Measure measure) {
      this.number = number;
      this.measure = measure;
    }

    /**
     * Returns Linux's number on x86 ({@code RLIMIT_*}), which binary policy uses on every machine.
     */
    public int number() {
      return number;
    }

    /** Returns the resource for a word; empty if there is none. */
    public static Optional<Resource> named(String word) {
      return word.equals("ofile") ? Optional.of(NOFILE) : Words.named(values(), word);
    }

    @Override
    public String toString() {
      return Words.keyword(this);
    }
  }

  /** The units of amounts. */
  public enum Unit {
    /** The resource's own unit. */
    NONE("", null, 1),
    /** 1024 bytes. */
    KB("KB", Measure.SIZE, 1L << 10),
    /** 1024² bytes. */
    MB("MB", Measure.SIZE, 1L << 20),
    /** 1024³ bytes. */
    GB("GB", Measure.SIZE, 1L << 30),
    /** Microseconds. */
    US("us", Measure.TIME, 1),
    /** Milliseconds. */
    MS("ms", Measure.TIME, 1000),
    /** Seconds. */
    SEC("s", Measure.TIME, 1_000_000),
    /** Minutes. */
    MIN("min", Measure.TIME, 60_000_000L),
    /** Hours. */
    HOUR("h", Measure.TIME, 3_600_000_000L),
    /** Days. */
    DAY("d", Measure.TIME, 86_400_000_000L),
    /** Weeks. */
    WEEK("week", Measure.TIME, 604_800_000_000L);

    private final String text;
    private final @Nullable Measure measure;
    private final long factor;

    Unit(String text, @Nullable Measure measure, long factor) {
      this.text = text;
      this.measure = measure;
      this.factor = factor;
    }

    /** Returns the unit for a word; empty if there is none. */
    public static Optional<Unit> named(String word) {
      @Nullable Unit unit =
          switch (word) {
            case "" -> NONE;
            case "K", "KB" -> KB;
            case "M", "MB" -> MB;
            case "G", "GB" -> GB;
            case "us", "microsecond", "microseconds" -> US;
            case "ms", "millisecond", "milliseconds" -> MS;
            case "s", "sec", "second", "seconds" -> SEC;
            case "min", "minute", "minutes" -> MIN;
            case "h", "hour", "hours" -> HOUR;
            case "d", "day", "days" -> DAY;
            case "week", "weeks" -> WEEK;
            default -> null;
          };
      return Optional.ofNullable(unit);
    }

    /** Returns the word as it stands in a profile; empty for {@link #NONE}. */
    @Override
    public String toString() {
      return text;
    }
  }

  /** Checks that amount and unit suit the resource. */
  public RlimitRule {
    Objects.requireNonNull(resource, "resource");
    Objects.requireNonNull(unit, "unit");
    if (unit != Unit.NONE && (amount == INFINITY || unit.measure != resource.measure)) {
      throw new IllegalArgumentException("rlimit " + resource + " doesn't take the unit " + unit);
    }
    boolean nice = resource.measure == Measure.NICE;
    if (amount != INFINITY && (nice ? amount < -20 || amount > 19 : amount < 0)) {
      throw new IllegalArgumentException(
          "not a valid amount for rlimit " + resource + ": " + amount);
    }
    // Sizes use all 64 bits, times are counted with a sign.
    long most = resource.measure == Measure.SIZE ? -1 : Long.MAX_VALUE;
    long limit = Long.divideUnsigned(most, unit.factor);
    if (amount != INFINITY && amount >= 0 && Long.compareUnsigned(amount, limit) > 0) {
      throw new IllegalArgumentException("rlimit " + resource + " is too large: " + amount + unit);
    }
    if (resource == Resource.CPU && unit != Unit.NONE && amount * unit.factor < 1_000_000) {
      throw new IllegalArgumentException("rlimit cpu needs at least one second: " + amount + unit);
    }
  }

  /** Returns {@code set rlimit resource <= amount,}. */
  public static RlimitRule of(Resource resource, long amount) {
    return new RlimitRule(resource, amount, Unit.NONE);
  }

  /** Returns the limit as the kernel counts it; all bits set for {@link #INFINITY}. */
  public long kernelValue() {
    if (amount == INFINITY) {
      return -1;
    }
    if (resource.measure == Measure.NICE) {
      return amount + 20;
    }
    return resource == Resource.CPU && unit != Unit.NONE
        ? amount * unit.factor / 1_000_000
        : amount * unit.factor;
  }

  /** Returns {@link Qualifiers#NONE}. */
  @Override
  public Qualifiers qualifiers() {
    return Qualifiers.NONE;
  }

  @Override
  public RlimitRule withQualifiers(Qualifiers newQualifiers) {
    if (!newQualifiers.equals(Qualifiers.NONE)) {
      throw new IllegalArgumentException("rlimit rules have no qualifiers");
    }
    return this;
  }

  @Override
  public RuleKind kind() {
    return RuleKind.RLIMIT;
  }

  @Override
  public List<String> patterns() {
    return List.of();
  }

  @Override
  public List<Part> parts() {
    return List.of(new SetPart(Set.of(this)));
  }

  @Override
  public RlimitRule withPatterns(UnaryOperator<String> change) {
    return this;
  }

  @Override
  public String toString() {
    return "set rlimit "
        + resource
        + " <= "
        + (amount == INFINITY ? "infinity" : amount + unit.toString())
        + ",";
  }
}
