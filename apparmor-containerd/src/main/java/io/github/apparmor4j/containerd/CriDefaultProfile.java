package io.github.apparmor4j.containerd;

import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.profile.ProfileFile;

/**
 * {@code cri-containerd.apparmor.d}, the profile that containerd's CRI plugin gives to containers
 * that get the runtime's default.
 */
public final class CriDefaultProfile {

  /** Its name in the kernel; it looks like a file name, but isn't one. */
  public static final String NAME = ContainerTemplate.CONTAINERD_2.profileName();

  private CriDefaultProfile() {}

  /**
   * Returns the profile as containerd loads it on a host without AppArmor's own files, pinned to
   * ABI 3.0.
   */
  public static ProfileFile profile() {
    return builder(NAME).abi("abi/3.0").build();
  }

  /**
   * Returns a builder with containerd's parameters, which can be changed.
   *
   * @param name the profile's name
   */
  public static ContainerDefault.Builder builder(String name) {
    return ContainerDefault.builder(name, ContainerTemplate.CONTAINERD_2);
  }
}
