package io.github.apparmor4j.docker;

/** An option that the daemon refuses; the message is the daemon's own. */
public final class DockerOptionException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  DockerOptionException(String message) {
    super(message);
  }
}
