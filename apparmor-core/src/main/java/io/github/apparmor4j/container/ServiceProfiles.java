package io.github.apparmor4j.container;

import io.github.apparmor4j.profile.Capability;

/**
 * Profiles of common services, for the layout of their official images. Each is a builder, to add
 * what an installation has besides; the profile's name is the caller's.
 */
public final class ServiceProfiles {

  private ServiceProfiles() {}

  /**
   * Returns a service that listens, keeps data, and becomes another user after it was started by
   * root.
   */
  private static ContainerProfile.Builder server(String name) {
    return ContainerProfile.builder(name)
        .writable("/tmp")
        .tcp()
        .udp()
        .capabilities(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FOWNER,
            Capability.SETGID,
            Capability.SETUID)
        .hide("/etc/shadow", "/etc/gshadow");
  }

  /** PostgreSQL: data below {@code /var/lib/postgresql}. */
  public static ContainerProfile.Builder postgresql(String name) {
    return server(name).writable("/var/lib/postgresql", "/run/postgresql", "/var/run/postgresql");
  }

  /** MySQL and MariaDB: data in {@code /var/lib/mysql}. */
  public static ContainerProfile.Builder mysql(String name) {
    return server(name)
        .writable("/var/lib/mysql", "/var/lib/mysql-files", "/run/mysqld", "/var/run/mysqld");
  }

  /** Redis and Valkey: data in {@code /data}. */
  public static ContainerProfile.Builder redis(String name) {
    return server(name).writable("/data");
  }

  /** MongoDB: data in {@code /data/db}. */
  public static ContainerProfile.Builder mongodb(String name) {
    return server(name).writable("/data/db", "/data/configdb");
  }

  /**
   * nginx: caches, logs and its process's number are written; ports below 1024; no file of the site
   * or the configuration is writable, so what the image's start scripts would write there is
   * refused.
   */
  public static ContainerProfile.Builder nginx(String name) {
    return server(name)
        .writable("/var/cache/nginx", "/var/log/nginx", "/run", "/var/run")
        .capabilities(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.NET_BIND_SERVICE,
            Capability.SETGID,
            Capability.SETUID);
  }

  /**
   * A service on the JVM, run by a user of its own: it needs no capability, starts no programs but
   * {@code java}, and writes temporary files only.
   *
   * @param java patterns of the programs that may be executed, {@code /opt/java/**} say
   */
  public static ContainerProfile.Builder jvm(String name, String... java) {
    return ContainerProfile.builder(name)
        .writable("/tmp")
        .allowExec(java)
        .tcp()
        .udp()
        .capabilities()
        .hide("/etc/shadow", "/etc/gshadow");
  }
}
