package io.github.apparmor4j.kernel;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A failure to change or to compare a directory of profiles as was asked; the file was not changed.
 */
public final class PolicyStoreException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The reason of a failure. */
  public enum Reason {
    /** A symbolic link leads to a file outside of the directory. */
    OUTSIDE,
    /** Somebody else has changed the file since it was read. */
    CHANGED_MEANWHILE,
    /** The text can't be changed in place: it doesn't parse around the profile's header. */
    NOT_EDITABLE,
    /** A file has errors, so it can't be told which loaded profiles are unknown. */
    UNREADABLE
  }

  private final Reason reason;
  private final String file;

  PolicyStoreException(Reason reason, Path file, String message) {
    super(file + ": " + message);
    this.reason = reason;
    this.file = file.toString();
  }

  /** Returns the reason. */
  public Reason reason() {
    return reason;
  }

  /** Returns the file. */
  public Path file() {
    return Path.of(file);
  }
}
