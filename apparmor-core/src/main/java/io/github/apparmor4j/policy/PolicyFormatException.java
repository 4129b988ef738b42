package io.github.apparmor4j.policy;

/** Bytes are no policy that the kernel would accept. */
public final class PolicyFormatException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int offset;

  PolicyFormatException(int offset, String message) {
    super("offset " + offset + ": " + message);
    this.offset = offset;
  }

  /** Returns where in the bytes the fault was seen, from 0. */
  public int offset() {
    return offset;
  }
}
