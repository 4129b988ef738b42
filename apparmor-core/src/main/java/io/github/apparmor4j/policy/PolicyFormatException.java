package io.github.apparmor4j.policy;

/** Bytes are no policy that the kernel would accept. */
public final class PolicyFormatException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int offset;
  private final boolean version;

  PolicyFormatException(int offset, String message) {
    this(offset, message, false);
  }

  private PolicyFormatException(int offset, String message, boolean version) {
    super("offset " + offset + ": " + message);
    this.offset = offset;
    this.version = version;
  }

  /** Returns the refusal of a whole policy by its version, or of something that has none. */
  static PolicyFormatException version(int offset, String message) {
    return new PolicyFormatException(offset, message, true);
  }

  /**
   * Returns whether the policy's version is the fault, which Linux answers with {@code
   * EPROTONOSUPPORT}; everything else is {@code EPROTO} to it.
   */
  public boolean isVersion() {
    return version;
  }

  /** Returns where in the bytes the fault was seen, from 0. */
  public int offset() {
    return offset;
  }
}
