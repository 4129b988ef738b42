package io.github.apparmor4j.docker;

import java.util.List;
import java.util.Objects;

/**
 * The profile that a daemon chooses for a container.
 *
 * @param label the profile's name, {@code docker-default} among them, or {@code unconfined}
 * @param reason why this one
 * @param notes what else there is to say: options that are deprecated or replaced, what keeps the
 *     daemon from applying profiles
 */
public record DockerChoice(String label, Reason reason, List<String> notes) {

  /** Why a profile is chosen. */
  public enum Reason {
    /** An option names it. */
    OPTION,
    /** Nothing names another. */
    DEFAULT,
    /** A privileged container without an option is not confined. */
    PRIVILEGED,
    /** The daemon applies no profiles here. */
    NOT_SUPPORTED
  }

  /** Copies the notes. */
  public DockerChoice {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(reason, "reason");
    notes = List.copyOf(notes);
  }

  /** Returns whether a profile applies. */
  public boolean isConfined() {
    return !label.equals(DockerHost.UNCONFINED);
  }

  /** Returns the label and the reason: {@code web (option)}. */
  @Override
  public String toString() {
    String words =
        switch (reason) {
          case OPTION -> "by option";
          case DEFAULT -> "by default";
          case PRIVILEGED -> "since it is privileged";
          case NOT_SUPPORTED -> "since no profile is applied here";
        };
    return label + " (" + words + ")";
  }
}
