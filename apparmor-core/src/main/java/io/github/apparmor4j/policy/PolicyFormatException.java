package io.github.apparmor4j.policy;

/** Thrown when bytes are not a policy that the kernel would accept. */
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

  /** Returns the exception for a policy that is refused with {@code EPROTONOSUPPORT}. */
  static PolicyFormatException version(int offset, String message) {
    return new PolicyFormatException(offset, message, true);
  }

  /**
   * Returns whether Linux answers with {@code EPROTONOSUPPORT}: the version is missing or not
   * supported or, on Linux 7.2, the profiles have different namespaces. For everything else it
   * answers with {@code EPROTO}.
   */
  public boolean isVersion() {
    return version;
  }

  /** Returns the offset in the bytes at which the fault was found, from 0. */
  public int offset() {
    return offset;
  }
}
