package io.github.apparmor4j.glob;

/** A text is no path expression. */
public final class GlobSyntaxException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  GlobSyntaxException(String message) {
    super(message);
  }
}
