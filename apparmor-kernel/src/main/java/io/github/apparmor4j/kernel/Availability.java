package io.github.apparmor4j.kernel;

/** Whether the running kernel's AppArmor can be used, and if not, why. */
public enum Availability {
  /** AppArmor is enabled, and this process can read its files. */
  ENABLED("AppArmor is enabled"),
  /** The kernel was built without AppArmor. */
  NOT_BUILT_IN("the kernel was built without AppArmor"),
  /** The kernel has AppArmor, but its command line at boot didn't enable it. */
  DISABLED_AT_BOOT("AppArmor was disabled when the machine started"),
  /** securityfs, the file system through which policy is loaded, is not mounted. */
  NOT_MOUNTED("securityfs is not mounted"),
  /** securityfs is mounted, but this process may not read AppArmor's files. */
  NO_PERMISSION("no permission to see AppArmor's files");

  private final String message;

  Availability(String message) {
    this.message = message;
  }

  /** Returns a short explanation for people. */
  @Override
  public String toString() {
    return message;
  }
}
