package io.github.apparmor4j.kernel;

import java.io.IOException;
import java.nio.file.Path;

/** A directory of profiles can't be changed as was asked; nothing of that file was changed. */
public final class PolicyStoreException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** A symbolic link leads to a file outside of the directory. */
    OUTSIDE,
    /** Somebody else has written the file since it was read. */
    CHANGED_MEANWHILE,
    /** The text can't be changed in place: it doesn't parse around the profile's header. */
    NOT_EDITABLE,
    /** A file is too large, or has errors, so that what is unknown can't be told. */
    UNREADABLE
  }

  private final Reason reason;
  private final String file;

  PolicyStoreException(Reason reason, Path file, String message) {
    super(file + ": " + message);
    this.reason = reason;
    this.file = file.toString();
  }

  /** Returns why. */
  public Reason reason() {
    return reason;
  }

  /** Returns the file. */
  public Path file() {
    return Path.of(file);
  }
}
