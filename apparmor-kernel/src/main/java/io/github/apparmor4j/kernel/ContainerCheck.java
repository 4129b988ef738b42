package io.github.apparmor4j.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a container is confined, by who says so.
 *
 * @param container its name
 * @param asked the profile that its configuration asks for, the default or {@code unconfined} among
 *     them
 * @param claimed the profile that the engine names; empty if it names none
 * @param actual the label of its first process; {@code null} if it doesn't run or can't be read
 * @param mode the mode of the profile that was asked for; {@code null} if it isn't loaded
 */
public record ContainerCheck(
    String container, String asked, String claimed, @Nullable Label actual, @Nullable String mode) {

  /** What a check comes to. */
  public enum Verdict {
    /** The kernel confines it as was asked. */
    AS_ASKED,
    /** The profile applies, but only logs. */
    NOT_ENFORCED,
    /** A profile was asked for, and none applies. */
    UNCONFINED,
    /** Another profile applies. */
    OTHER,
    /** It doesn't run, or its label can't be read. */
    UNKNOWN
  }

  /** Rejects nulls. */
  public ContainerCheck {
    Objects.requireNonNull(container, "container");
    Objects.requireNonNull(asked, "asked");
    Objects.requireNonNull(claimed, "claimed");
  }

  /** Returns what it comes to; only the kernel's word counts. */
  public Verdict verdict() {
    if (actual == null) {
      return Verdict.UNKNOWN;
    } else if (asked.equals(Label.UNCONFINED)) {
      return actual.isUnconfined() ? Verdict.AS_ASKED : Verdict.OTHER;
    } else if (actual.isUnconfined()) {
      return Verdict.UNCONFINED;
    } else if (!actual.profiles().equals(asked)) {
      return Verdict.OTHER;
    }
    return "enforce".equals(actual.mode()) || "kill".equals(actual.mode())
        ? Verdict.AS_ASKED
        : Verdict.NOT_ENFORCED;
  }

  /** Returns a line for people. */
  @Override
  public String toString() {
    String runs = actual == null ? "nothing is known of its process" : "runs under " + actual;
    String says = claimed.isEmpty() || claimed.equals(asked) ? "" : ", its engine names " + claimed;
    String loaded =
        mode == null && !asked.equals(Label.UNCONFINED) ? "; " + asked + " is not loaded" : "";
    return container + ": " + verdict() + ": asked for " + asked + says + ", " + runs + loaded;
  }
}
