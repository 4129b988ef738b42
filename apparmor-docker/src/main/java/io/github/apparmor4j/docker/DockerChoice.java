package io.github.apparmor4j.docker;

import java.util.List;
import java.util.Objects;

/**
 * The profile that a daemon chooses for a container.
 *
 * @param label the profile's name, which may be {@code docker-default}, or {@code unconfined}
 * @param reason why this one was chosen
 * @param notes remarks: on options that are deprecated or replaced, and on what keeps the daemon
 *     from applying profiles
 */
public record DockerChoice(String label, Reason reason, List<String> notes) {

  /** The reason for a choice. */
  public enum Reason {
    /** An option names the profile. */
    OPTION,
    /** Nothing names another profile. */
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

  /** Returns the label and the reason: {@code web (by option)}. */
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
