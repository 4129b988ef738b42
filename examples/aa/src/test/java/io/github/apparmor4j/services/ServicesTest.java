package io.github.apparmor4j.services;

import static io.github.apparmor4j.kernel.testing.Shell.sh;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ContainerProfile;
import io.github.apparmor4j.container.ServiceProfiles;
import io.github.apparmor4j.kernel.ConfinedProcessBuilder;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.kernel.testing.Guest;
import io.github.apparmor4j.kernel.testing.Shell.Run;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The ready profiles with the servers that they are for: in a guest ({@link RealServicesTest}).
 * Each server is started, used and stopped under its profile, after which the kernel's log must
 * have no denial; then the attacks of {@code attacks.pl} are made as root under the same profile.
 */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServicesTest {

  private static final Path ATTACKS = Guest.RESULTS.resolve("attacks.pl");
  private static final List<String> NAMES =
      List.of("shell", "shadow", "sysctl", "mount", "raw socket");

  /** How often something that needs time is looked at, every tenth of a second. */
  private static final int TRIES = 1200;

  private final SecurityFsKernel kernel = SecurityFsKernel.open();
  private Process server = new ProcessBuilder("true").start();
  private Path output = Path.of("");

  ServicesTest() throws IOException {}

  /** What packages do when they are installed, which these weren't. */
  @BeforeAll
  void addUsers() throws Exception {
    List<String> names = List.of("postgres", "mysql", "redis");
    for (int i = 0; i < names.size(); i++) {
      sh("""
          grep -q ^%1$s: /etc/group || echo %1$s:x:%2$s: >> /etc/group
          grep -q ^%1$s: /etc/passwd || echo %1$s:x:%2$s:%2$s::/nonexistent:/usr/sbin/nologin >> /etc/passwd
          """
              .formatted(names.get(i), 900 + i))
          .orThrow();
    }
  }

  @AfterEach
  void killServer() throws Exception {
    server.destroyForcibly().waitFor();
  }

  // ---- helpers

  private void load(ContainerProfile.Builder profile) throws IOException {
    kernel.load(
        PolicyCompiler.forKernel(kernel.features()).compileOrThrow(profile.build()).toBytes());
  }

  /** Starts a command under a profile as a user. */
  private void start(String user, String profile, String... command) throws Exception {
    String group = sh("id -g " + user).orThrow().strip();
    output = Guest.RESULTS.resolve(profile + ".log");
    server =
        ConfinedProcessBuilder.of(profile, command)
            .with(
                builder -> {
                  builder
                      .command()
                      .addAll(
                          0,
                          List.of(
                              "setpriv", "--reuid=" + user, "--regid=" + group, "--init-groups"));
                  builder.redirectErrorStream(true).redirectOutput(output.toFile());
                })
            .start();
  }

  /** Makes a database as root, as images' scripts do at their first start. */
  private void initialize(String profile, String script) throws Exception {
    start("root", profile, "sh", "-ec", script);
    assertThat(server.waitFor()).as(log()).isZero();
    assertThat(denials(profile)).isEmpty();
  }

  /** Repeats a client's command until it succeeds. */
  private void await(String command) throws Exception {
    Run run = sh(command);
    for (int i = 0; i < TRIES && run.status() != 0 && server.isAlive(); i++) {
      Thread.sleep(100);
      run = sh(command);
    }
    assertThat(run.status()).as("%s%n%s", run.out(), log()).isZero();
  }

  private String log() throws IOException {
    return new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1);
  }

  private static String get(int port, String path) throws IOException {
    try (var in = URI.create("http://127.0.0.1:" + port + path).toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Waits for an answer of a service over HTTP. */
  private void awaitAnswer(int port, String path, String answer) throws Exception {
    String got = "";
    for (int i = 0; i < TRIES && !got.equals(answer) && server.isAlive(); i++) {
      try {
        got = get(port, path);
      } catch (IOException e) {
        got = "" + e;
      }
      Thread.sleep(100);
    }
    assertThat(got).as(log()).isEqualTo(answer);
  }

  private void stop(String signal, int status) throws Exception {
    assertThat(Files.readString(Path.of("/proc/" + server.pid() + "/attr/current")))
        .startsWith("vm-")
        .endsWith(" (enforce)\n");
    sh("kill -" + signal + " " + server.pid()).orThrow();
    assertThat(server.waitFor()).as(log()).isEqualTo(status);
  }

  private static List<String> denials(String profile) throws Exception {
    return sh("dmesg")
        .orThrow()
        .lines()
        .filter(line -> line.contains("DENIED") && line.contains("\"" + profile + "\""))
        .toList();
  }

  private static List<String> attacks(String profile) throws Exception {
    Process process =
        ConfinedProcessBuilder.of(profile, "/usr/bin/perl", "" + ATTACKS)
            .with(builder -> builder.redirectErrorStream(true))
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.lines().toList();
  }

  private static void refusesAttacks(String profile) throws Exception {
    // EACCES, as a profile refuses; what only a capability is missing for ends with EPERM.
    assertThat(attacks(profile)).isEqualTo(NAMES.stream().map(name -> name + ": EACCES").toList());
    // What is hidden is denied without a word.
    assertThat(String.join("\n", denials(profile)))
        .containsPattern("operation=\"exec\".* name=\"(/usr)?/bin/[a-z]*sh\"")
        .containsPattern("operation=\"open\".* name=\"/proc/sys/kernel/core_pattern\"")
        .containsPattern("operation=\"mount\".* name=\"/mnt/\"")
        .containsPattern("operation=\"create\".* family=\"inet\" sock_type=\"raw\"");
  }

  // ---- services

  @Test
  void theAttacksComeOffWithoutAProfile() throws Exception {
    Run run = sh("perl " + ATTACKS + "; umount /mnt");
    assertThat(run.out().lines())
        .isEqualTo(NAMES.stream().map(name -> name + ": came off").toList());
  }

  @Test
  void postgresql() throws Exception {
    load(ServiceProfiles.postgresql("vm-postgresql"));
    load(ServiceProfiles.postgresql("vm-postgresql-first").allowExec("/"));
    String programs = sh("ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1").orThrow().strip();
    String data = "/var/lib/postgresql/data";
    initialize(
        "vm-postgresql-first",
        """
        mkdir -p %1$s /run/postgresql
        chown postgres:postgres %1$s /run/postgresql
        exec setpriv --reuid=postgres --regid=postgres --init-groups \
          %2$s/initdb --pgdata=%1$s --auth=trust --encoding=UTF8 --no-locale --no-sync
        """
            .formatted(data, programs));
    // By default it tries to have huge pages, and goes without a word without them.
    Files.writeString(Path.of("/proc/sys/vm/nr_hugepages"), "100");
    start(
        "postgres",
        "vm-postgresql",
        programs + "/postgres",
        "-D",
        data,
        "-k",
        "/run/postgresql",
        "-c",
        "huge_pages=on");
    String psql = programs + "/psql -XAtq -v ON_ERROR_STOP=1 -h /run/postgresql -U postgres ";
    await(psql + "-c 'SELECT 1'");
    assertThat(
            sh(psql
                    + """
                    -c 'CREATE TABLE words (word text PRIMARY KEY)' -c "INSERT INTO words SELECT 'w' || generate_series(1, 5000)" \
                    -c CHECKPOINT -c 'VACUUM FULL words' -c 'SELECT count(*) FROM words' \
                    -c "COPY words TO '/tmp/postgresql.txt'" -c 'CREATE DATABASE other' -c 'SHOW huge_pages_status'
                    """)
                .orThrow())
        .isEqualTo("5000\non\n");
    assertThat(
            sh(programs + "/psql -XAtq -h 127.0.0.1 -U postgres -c 'SELECT max(word) FROM words'")
                .orThrow())
        .isEqualTo("w999\n");
    assertThat(denials("vm-postgresql")).as(log()).isEmpty();
    // What a superuser of the database may ask for.
    assertThat(sh(psql + "-c \"COPY words FROM PROGRAM 'id'\"").out())
        .isEqualTo("ERROR:  could not execute command \"id\": Permission denied\n");
    assertThat(String.join("\n", denials("vm-postgresql")))
        .containsPattern("operation=\"exec\".*comm=\"postgres\"");
    int before = denials("vm-postgresql").size();
    stop("INT", 0);
    assertThat(denials("vm-postgresql")).as(log()).hasSize(before);
    refusesAttacks("vm-postgresql");
    // What images' scripts need is a shell, and nothing else.
    assertThat(attacks("vm-postgresql-first"))
        .startsWith("shell: came off")
        .filteredOn(line -> line.endsWith("EACCES"))
        .hasSize(NAMES.size() - 1);
  }

  @Test
  void mariadb() throws Exception {
    load(ServiceProfiles.mysql("vm-mariadb"));
    load(ServiceProfiles.mysql("vm-mariadb-first").allowExec("/"));
    String data = "/var/lib/mysql";
    initialize(
        "vm-mariadb-first",
        """
        mkdir -p %1$s /run/mysqld
        chown mysql:mysql %1$s /run/mysqld
        exec setpriv --reuid=mysql --regid=mysql --init-groups \
          mariadb-install-db --no-defaults --datadir=%1$s --rpm --skip-test-db \
          --auth-root-authentication-method=normal
        """
            .formatted(data));
    start(
        "mysql",
        "vm-mariadb",
        "/usr/sbin/mariadbd",
        "--no-defaults",
        "--datadir=" + data,
        "--socket=/run/mysqld/mysqld.sock",
        "--pid-file=/run/mysqld/mysqld.pid",
        "--bind-address=127.0.0.1");
    String client = "mariadb --no-defaults -NB -u root ";
    String local = client + "-S /run/mysqld/mysqld.sock ";
    await(local + "-e 'SELECT 1'");
    assertThat(
            sh(local
                    + """
                    -e "CREATE DATABASE d; USE d; CREATE TABLE words (word varchar(9) PRIMARY KEY);
                    INSERT INTO words SELECT concat('w', seq) FROM seq_1_to_5000;
                    ALTER TABLE words ADD COLUMN n int, ADD INDEX (n);
                    SELECT * FROM words INTO OUTFILE '/tmp/mariadb.txt';
                    FLUSH TABLES; SELECT count(*) FROM words"
                    """)
                .orThrow())
        .isEqualTo("5000\n");
    assertThat(sh(client + "-h 127.0.0.1 -e 'SELECT max(word) FROM d.words'").orThrow())
        .isEqualTo("w999\n");
    stop("TERM", 0);
    assertThat(denials("vm-mariadb")).as(log()).isEmpty();
    refusesAttacks("vm-mariadb");
  }

  @Test
  void redis() throws Exception {
    load(ServiceProfiles.redis("vm-redis"));
    sh("mkdir -p /data && chown redis /data").orThrow();
    start(
        "redis",
        "vm-redis",
        "/usr/bin/redis-server",
        "--dir",
        "/data",
        "--bind",
        "127.0.0.1",
        "--appendonly",
        "yes");
    await("redis-cli -e ping");
    assertThat(
            sh("redis-cli -e set k v && redis-cli -e get k && redis-cli -e save && redis-cli -e bgrewriteaof")
                .orThrow())
        .isEqualTo("OK\nv\nOK\nBackground append only file rewriting started\n");
    await("redis-cli info persistence | grep aof_rewrite_in_progress:0");
    assertThat(sh("redis-cli info persistence").orThrow())
        .contains("aof_last_bgrewrite_status:ok")
        .contains("aof_last_write_status:ok");
    stop("TERM", 0);
    assertThat(Path.of("/data/dump.rdb")).isNotEmptyFile();
    assertThat(denials("vm-redis")).as(log()).isEmpty();
    refusesAttacks("vm-redis");
  }

  @Test
  void nginx() throws Exception {
    load(ServiceProfiles.nginx("vm-nginx"));
    Path site = Files.createDirectories(Path.of("/srv/site"));
    Files.writeString(site.resolve("index.html"), "first\n");
    Files.writeString(Files.createDirectories(site.resolve("new")).resolve("index.html"), "new\n");
    Path file = site.resolve("nginx.conf");
    String configuration =
        """
        user www-data;
        worker_processes 2;
        daemon off;
        pid /run/nginx.pid;
        error_log /var/log/nginx/error.log notice;
        events { }
        http {
          access_log /var/log/nginx/access.log;
          client_body_temp_path /var/cache/nginx/client_temp;
          proxy_temp_path /var/cache/nginx/proxy_temp;
          fastcgi_temp_path /var/cache/nginx/fastcgi_temp;
          uwsgi_temp_path /var/cache/nginx/uwsgi_temp;
          scgi_temp_path /var/cache/nginx/scgi_temp;
          proxy_cache_path /var/cache/nginx/cache keys_zone=one:1m;
          server { listen 127.0.0.1:80; root /srv/site; }
          server {
            listen 127.0.0.1:81;
            location / { proxy_pass http://127.0.0.1:80; proxy_cache one; proxy_cache_valid any 1h; }
          }
        }
        """;
    Files.writeString(file, configuration);
    sh("mkdir -p /var/cache/nginx /var/log/nginx").orThrow();
    start("root", "vm-nginx", "/usr/sbin/nginx", "-c", "" + file);
    awaitAnswer(80, "/", "first\n");
    awaitAnswer(81, "/", "first\n");
    Files.writeString(file, configuration.replace("root /srv/site", "root /srv/site/new"));
    sh("kill -HUP " + server.pid()).orThrow();
    awaitAnswer(80, "/", "new\n");
    awaitAnswer(81, "/", "first\n");
    assertThat(Files.readString(Path.of("/var/log/nginx/access.log"))).contains("GET / HTTP/1");
    stop("QUIT", 0);
    assertThat(denials("vm-nginx")).as(log()).isEmpty();
    refusesAttacks("vm-nginx");
  }

  @Test
  void jvm() throws Exception {
    Path java = Path.of(System.getProperty("java.home")).toRealPath();
    load(ServiceProfiles.jvm("vm-jvm", "" + java));
    sh("""
        mkdir -p /srv/app/io/github/apparmor4j/services
        cp /run/results/HelloService.class /srv/app/io/github/apparmor4j/services
        """)
        .orThrow();
    start(
        "nobody",
        "vm-jvm",
        java + "/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        "/srv/app",
        "io.github.apparmor4j.services.HelloService",
        "8080");
    awaitAnswer(8080, "/you", "hello /you");
    assertThat(denials("vm-jvm")).as(log()).isEmpty();
    assertThat(get(8080, "/shell")).endsWith("error=13, Permission denied");
    assertThat(denials("vm-jvm")).singleElement().asString().contains("operation=\"exec\"");
    stop("TERM", 143);
    assertThat(denials("vm-jvm")).as(log()).hasSize(1);
    refusesAttacks("vm-jvm");
  }
}
