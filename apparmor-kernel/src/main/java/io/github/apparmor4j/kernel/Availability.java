package io.github.apparmor4j.kernel;

/** Whether the running kernel's AppArmor can be reached, and why not. */
public enum Availability {
  /** It can. */
  ENABLED("AppArmor is enabled"),
  /** The kernel has no AppArmor. */
  NOT_BUILT_IN("the kernel was built without AppArmor"),
  /** It has, but another command line was given at boot. */
  DISABLED_AT_BOOT("AppArmor was disabled when the machine started"),
  /** The file system that policy goes through is not there. */
  NOT_MOUNTED("securityfs is not mounted"),
  /** It is, but this process must not look. */
  NO_PERMISSION("no permission to see AppArmor's files");

  private final String message;

  Availability(String message) {
    this.message = message;
  }

  /** Returns a sentence about it. */
  @Override
  public String toString() {
    return message;
  }
}
