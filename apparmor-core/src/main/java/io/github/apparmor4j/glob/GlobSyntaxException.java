package io.github.apparmor4j.glob;

/** Thrown if a text is not a valid path expression; the message says why. */
public final class GlobSyntaxException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  GlobSyntaxException(String message) {
    super(message);
  }
}
