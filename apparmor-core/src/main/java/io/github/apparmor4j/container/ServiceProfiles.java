package io.github.apparmor4j.container;

import io.github.apparmor4j.profile.Capability;

/**
 * Profiles of common services, for the layout of their official images. Each method returns a
 * builder, so that the needs of an installation can be added; the caller chooses the profile's
 * name. Thread-safe, but the builders are not.
 *
 * <pre>{@code
 * ProfileFile file = ServiceProfiles.nginx("web").readOnly("/var/cache/nginx/static").build();
 * }</pre>
 *
 * <p>A service executes its own program and nothing else: a client that gets hold of the server has
 * no shell. So a container must be started by the server's program itself. Images that are started
 * by a script, as official ones are, and health checks by a shell are refused, unless everything
 * may be executed:
 *
 * <pre>{@code
 * ServiceProfiles.postgresql("db-first-start").allowExec("/")
 * }</pre>
 */
public final class ServiceProfiles {

  /** Password hashes, and the copies that programs leave of them. */
  private static final String[] SECRETS = {
    "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"
  };

  private ServiceProfiles() {}

  /**
   * Returns a builder for a service that is started by root, then becomes another user, and that
   * listens and keeps data.
   *
   * @param program the server's, by its real path: the kernel sees no links
   */
  private static ContainerProfile.Builder server(String name, String program) {
    return ContainerProfile.builder(name)
        .allowExec(program)
        .writable("/tmp")
        .tcp()
        .udp()
        .capabilities(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FOWNER,
            Capability.SETGID,
            Capability.SETUID)
        .hide(SECRETS);
  }

  /** Returns a builder for PostgreSQL with its data below {@code /var/lib/postgresql}. */
  public static ContainerProfile.Builder postgresql(String name) {
    return server(name, "/usr/{lib/postgresql/*,local}/bin/postgres")
        .hugePages() // tried at each start, by default
        .writable("/var/lib/postgresql", "/run/postgresql", "/var/run/postgresql");
  }

  /** Returns a builder for MySQL or MariaDB with its data in {@code /var/lib/mysql}. */
  public static ContainerProfile.Builder mysql(String name) {
    return server(name, "/usr/sbin/{mysqld,mariadbd}")
        .writable("/var/lib/mysql", "/var/lib/mysql-files", "/run/mysqld", "/var/run/mysqld");
  }

  /** Returns a builder for Redis or Valkey with its data in {@code /data}. */
  public static ContainerProfile.Builder redis(String name) {
    // One program under several names, of which Debian's redis-server is a link to check-rdb.
    return server(name, "/usr/{,local/}bin/{redis,valkey}-{server,sentinel,check-rdb,check-aof}")
        .writable("/data");
  }

  /** Returns a builder for MongoDB with its data in {@code /data/db}. */
  public static ContainerProfile.Builder mongodb(String name) {
    return server(name, "/usr/bin/mongod").writable("/data/db", "/data/configdb");
  }

  /**
   * Returns a builder for nginx. It may use ports below 1024, and write caches, logs and its
   * process ID. Files of the site and the configuration are not writable, so the image's start
   * scripts can't write there either.
   */
  public static ContainerProfile.Builder nginx(String name) {
    return server(name, "/usr/sbin/nginx{,-debug}")
        .writable("/var/cache/nginx", "/var/log/nginx", "/run", "/var/run")
        .capabilities(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.NET_BIND_SERVICE,
            Capability.SETGID,
            Capability.SETUID);
  }

  /**
   * Returns a builder for a service on the JVM that runs as a user of its own. It needs no
   * capabilities, starts no programs but {@code java}, and writes only temporary files.
   *
   * @param java patterns of the programs that may be executed, such as {@code /opt/java/**}
   * @throws IllegalArgumentException if there is no pattern: everything could be executed
   */
  public static ContainerProfile.Builder jvm(String name, String... java) {
    if (java.length == 0) {
      throw new IllegalArgumentException("where is java? give a pattern such as /opt/java/**");
    }
    return ContainerProfile.builder(name)
        .writable("/tmp")
        .allowExec(java)
        .tcp()
        .udp()
        .capabilities()
        .hide(SECRETS);
  }
}
