package io.github.apparmor4j.profile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A signal as rules name it.
 *
 * @param code AppArmor's number, independent of the machine: 1 to 31 the classic signals in x86's
 *     order, 32 {@code emt}, 35 {@code exists} (signal 0), 128 to 160 {@code rtmin+0} to {@code
 *     rtmin+32}
 */
public record Signal(int code) implements Comparable<Signal> {

  private static final List<String> CLASSIC =
      List.of(
          "hup", "int", "quit", "ill", "trap", "abrt", "bus", "fpe", "kill", "usr1", "segv", "usr2",
          "pipe", "alrm", "term", "stkflt", "chld", "cont", "stop", "stp", "ttin", "ttou", "urg",
          "xcpu", "xfsz", "vtalrm", "prof", "winch", "io", "pwr", "sys", "emt");
  private static final int EXISTS = 35;
  private static final int RTMIN = 128;
  private static final int RT_LAST = RTMIN + 32;
  private static final Map<String, Signal> BY_NAME = new LinkedHashMap<>();
  private static final Pattern REAL_TIME =
      Pattern.compile("rtmin\\+\\s*([+-]?)0*([0-9]*).*", Pattern.DOTALL);

  static {
    for (int i = 0; i < CLASSIC.size(); i++) {
      BY_NAME.put(CLASSIC.get(i), new Signal(i + 1));
    }
    BY_NAME.put("exists", new Signal(EXISTS));
    BY_NAME.put("tstp", new Signal(20));
    BY_NAME.put("poll", new Signal(29));
  }

  /** Rejects numbers without a name. */
  public Signal {
    if (code < 1 || (code > CLASSIC.size() && code != EXISTS && code < RTMIN) || code > RT_LAST) {
      throw new IllegalArgumentException("not a signal's number: " + code);
    }
  }

  /**
   * Returns the signal for a name such as {@code term} or {@code rtmin+3}; empty if there is none.
   * The number is read as {@code apparmor_parser} does, by C's {@code atoi}: in {@code rtmin+03a}
   * it is 3, in {@code rtmin+} it is 0.
   */
  public static Optional<Signal> named(String name) {
    Matcher realTime = REAL_TIME.matcher(name);
    if (!realTime.matches()) {
      return Optional.ofNullable(BY_NAME.get(name));
    }
    String digits = realTime.group(2);
    int number = digits.length() > 2 ? RT_LAST : digits.isEmpty() ? 0 : Integer.parseInt(digits);
    boolean negative = realTime.group(1).equals("-") && number > 0;
    return negative || RTMIN + number > RT_LAST
        ? Optional.empty()
        : Optional.of(new Signal(RTMIN + number));
  }

  /** Returns all signals, in the order of their numbers. */
  public static List<Signal> all() {
    return IntStream.rangeClosed(1, RT_LAST)
        .filter(code -> code <= CLASSIC.size() || code == EXISTS || code >= RTMIN)
        .mapToObj(Signal::new)
        .toList();
  }

  @Override
  public int compareTo(Signal other) {
    return Integer.compare(code, other.code);
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return code >= RTMIN
        ? "rtmin+" + (code - RTMIN)
        : code == EXISTS ? "exists" : CLASSIC.get(code - 1);
  }
}
