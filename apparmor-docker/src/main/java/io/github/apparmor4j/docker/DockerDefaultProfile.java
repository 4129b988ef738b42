package io.github.apparmor4j.docker;

import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.profile.ProfileFile;

/** {@code docker-default}, which containers get that ask for nothing else. */
public final class DockerDefaultProfile {

  /** Its name in the kernel. */
  public static final String NAME = "docker-default";

  private DockerDefaultProfile() {}

  /**
   * Returns the profile as Docker loads it on a host without AppArmor's own files, pinned to ABI
   * 3.0.
   */
  public static ProfileFile profile() {
    return builder(NAME).abi("abi/3.0").build();
  }

  /**
   * Returns a builder with Docker's parameters, to change: another name, the host's includes, the
   * label of a confined daemon.
   *
   * @param name of the profile
   */
  public static ContainerDefault.Builder builder(String name) {
    return ContainerDefault.builder(name).denyKernelCrypto();
  }
}
