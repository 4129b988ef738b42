package io.github.apparmor4j.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a container is confined, according to its configuration, its engine and the kernel.
 *
 * @param container the container's name
 * @param asked the profile that its configuration asks for, which may be the default or {@code
 *     unconfined}
 * @param claimed the profile that the engine names; empty if it names none
 * @param actual the label of its first process; {@code null} if the container doesn't run or the
 *     label can't be read
 * @param mode the mode of the profile that was asked for; {@code null} if it isn't loaded
 */
public record ContainerCheck(
    String container, String asked, String claimed, @Nullable Label actual, @Nullable String mode) {

  /** The result of a check. */
  public enum Verdict {
    /** The kernel confines the container as was asked. */
    AS_ASKED,
    /** The profile applies, but in a mode that doesn't enforce it, such as complain. */
    NOT_ENFORCED,
    /** A profile was asked for, but none applies. */
    UNCONFINED,
    /** Another profile applies. */
    OTHER,
    /** The container doesn't run, or its label can't be read. */
    UNKNOWN
  }

  /** Rejects nulls. */
  public ContainerCheck {
    Objects.requireNonNull(container, "container");
    Objects.requireNonNull(asked, "asked");
    Objects.requireNonNull(claimed, "claimed");
  }

  /** Returns the result; only what the kernel says counts. */
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

  /** Returns one line for people to read. */
  @Override
  public String toString() {
    String runs = actual == null ? "nothing is known of its process" : "runs under " + actual;
    String says = claimed.isEmpty() || claimed.equals(asked) ? "" : ", its engine names " + claimed;
    String loaded =
        mode == null && !asked.equals(Label.UNCONFINED) ? "; " + asked + " is not loaded" : "";
    return container + ": " + verdict() + ": asked for " + asked + says + ", " + runs + loaded;
  }
}
