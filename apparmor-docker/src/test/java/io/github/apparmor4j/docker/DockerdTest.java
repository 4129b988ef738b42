package io.github.apparmor4j.docker;

import static io.github.apparmor4j.kernel.testing.Shell.sh;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.DockerException;
import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.container.ServiceProfiles;
import io.github.apparmor4j.docker.testing.Dockerd;
import io.github.apparmor4j.kernel.ContainerCheck;
import io.github.apparmor4j.kernel.ContainerCheck.Verdict;
import io.github.apparmor4j.kernel.PolicyKeeper;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.kernel.testing.LoadedDefault;
import io.github.apparmor4j.kernel.testing.Shell;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.PolicyComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What this module says of Docker, on a real daemon: in a guest ({@link RealDockerTest}). */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerdTest {

  private static final Path PARSER = Path.of("/usr/sbin/apparmor_parser");

  private final SecurityFsKernel kernel = SecurityFsKernel.open();
  private Dockerd daemon = Dockerd.start();
  private DockerEngine engine = DockerEngine.of(daemon.client(), kernel);
  private final ProfileRef.Compiled web =
      ProfileRef.of(
          compiled(ContainerDefault.builder("vm-web", ContainerTemplate.DOCKER_29).build()));
  // With programs: what runs under it here are a box's commands. RealServicesTest has the server.
  private final ProfileRef.Compiled postgresql =
      ProfileRef.of(compiled(ServiceProfiles.postgresql("vm-postgresql").allowExec("/").build()));

  DockerdTest() throws IOException, InterruptedException {}

  private CompiledPolicy compiled(ProfileFile file) throws IOException {
    return PolicyCompiler.forKernel(kernel.features()).compileOrThrow(file);
  }

  @BeforeAll
  void load() throws IOException {
    kernel.load(web.policy().toBytes());
    kernel.load(postgresql.policy().toBytes());
  }

  @AfterAll
  void stop() throws Exception {
    daemon.stop();
  }

  // ---- the default

  @Test
  void buildsTheDefaultThatTheDaemonLoads() throws Exception {
    LoadedDefault.assertSame(kernel, DockerDefaultProfile.NAME, engine.defaultProfile().build());
  }

  @Test
  void buildsTheDefaultOfAConfinedDaemon() throws Exception {
    String label = "vm-daemon";
    kernel.load(
        compiled(ProfileParser.parseOrThrow("profile " + label + " flags=(unconfined) { }\n"))
            .toBytes());
    daemon.stop();
    kernel.remove(DockerDefaultProfile.NAME);
    try {
      daemon = Dockerd.start("aa-exec", "-p", label, "--");
      engine = DockerEngine.of(daemon.client(), kernel);
      ProfileFile file = engine.defaultProfile().build();
      assertThat(ProfilePrinter.print(file)).contains("peer=vm-daemon");
      LoadedDefault.assertSame(kernel, DockerDefaultProfile.NAME, file);
    } finally {
      daemon.stop();
      kernel.remove(DockerDefaultProfile.NAME);
      daemon = Dockerd.start();
      engine = DockerEngine.of(daemon.client(), kernel);
    }
  }

  // ---- options

  static Stream<Arguments> options() {
    return Stream.of(
            List.<String>of(),
            List.of("apparmor=unconfined"),
            List.of("apparmor=vm-web"),
            List.of("apparmor:vm-web"),
            List.of("apparmor="),
            List.of("apparmor=vm-web", "apparmor=vm-postgresql"),
            List.of("apparmor=vm-web", "apparmor="),
            List.of("no-new-privileges", "apparmor=vm-web", "label=disable"),
            List.of("seccomp=unconfined"))
        .flatMap(options -> Stream.of(Arguments.of(options, false), Arguments.of(options, true)));
  }

  @ParameterizedTest(name = "{0}, privileged: {1}")
  @MethodSource("options")
  void choosesAsTheDaemonDoes(List<String> options, boolean privileged) throws IOException {
    String container = daemon.start(options, privileged);
    assertThat(engine.host().choose(options, privileged).label())
        .isEqualTo(daemon.label(container));
    assertThat(engine.verify(container).verdict()).isEqualTo(Verdict.AS_ASKED);
    daemon.remove(container);
  }

  @ParameterizedTest
  @MethodSource
  void refusesAsTheDaemonDoes(String option) throws IOException {
    assertThatThrownBy(() -> engine.host().choose(List.of(option), false))
        .isInstanceOf(DockerOptionException.class);
    assertThatThrownBy(() -> daemon.start(List.of(option), false))
        .isInstanceOf(DockerException.class)
        .hasMessageContaining("security-opt");
  }

  static Stream<String> refusesAsTheDaemonDoes() {
    return Stream.of("apparmor", "app=armor", "AppArmor=vm-web");
  }

  @Test
  void mergesItsOptionIntoOthers() throws IOException {
    List<String> options =
        DockerSecurityOptions.of(web).mergedInto(List.of("apparmor=unconfined", "label=disable"));
    String container = daemon.start(options, true);
    assertThat(daemon.label(container)).isEqualTo("vm-web");
    daemon.remove(container);
  }

  @Test
  void executesUnderTheContainersProfile() throws Exception {
    String container = daemon.start(DockerSecurityOptions.of(web).securityOpt(), false);
    String label = "vm-web (enforce)\n";
    assertThat(sh("docker exec " + container + " cat /proc/self/attr/current").orThrow())
        .isEqualTo(label);
    assertThat(
            sh("docker exec --privileged " + container + " cat /proc/self/attr/current").orThrow())
        .isEqualTo(label);
    daemon.remove(container);
  }

  @Test
  void isStoppedUnderProfilesOfOurs() throws Exception {
    for (ProfileRef profile : List.of(web, postgresql)) {
      String container =
          daemon.start(
              DockerSecurityOptions.of(profile).securityOpt(),
              false,
              "sh",
              "-c",
              "trap 'exit 7' TERM; while true; do read -t 1 x < /dev/zero; done");
      assertThat(daemon.label(container)).isEqualTo(((ProfileRef.Named) profile).name());
      daemon.client().stopContainerCmd(container).withTimeout(60).exec();
      assertThat(daemon.client().inspectContainerCmd(container).exec().getState().getExitCodeLong())
          .isEqualTo(7);
      daemon.remove(container);
    }
  }

  // ---- a profile of a service

  @Test
  void deniesAndAllowsAsDecidedOffline() throws Exception {
    StringBuilder script = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (String file : Dockerd.FILES) {
      script.append(
          "cat %1$s > /dev/null 2>&1 && echo r %1$s yes || echo r %1$s no%n".formatted(file));
      script.append(
          "(echo x >> %1$s) 2> /dev/null && echo w %1$s yes || echo w %1$s no%n".formatted(file));
      expected.add("r " + file + (allows(Access.file(file, "r")) ? " yes" : " no"));
      expected.add("w " + file + (allows(Access.file(file, "w")) ? " yes" : " no"));
    }
    script.append("mount -t tmpfs t /tmp 2> /dev/null && echo mount yes || echo mount no\n");
    boolean mounts = allows(new Access.Mount("t", List.of(), "tmpfs", "/tmp/"));
    expected.add("mount" + (mounts ? " yes" : " no"));
    String printed =
        Shell.run(
                "docker",
                "run",
                "--rm",
                "--network=none",
                "--cap-add=SYS_ADMIN",
                "--security-opt",
                "apparmor=vm-postgresql",
                "box",
                "sh",
                "-c",
                script.toString())
            .orThrow();
    assertThat(printed.lines()).isEqualTo(expected).contains("w /var/log/x no");
    assertThat(expected).contains("w /var/lib/postgresql/data/base yes", "r /etc/shadow no");
  }

  private boolean allows(Access access) {
    KernelProfile profile = postgresql.policy().profiles().get(0);
    return Decider.decide(profile, access).allowed();
  }

  // ---- compose

  private static final String COMPOSE =
      """
      services:
        web:
          image: box
          command: [sleep, "600"]
          network_mode: none
        plain: # the default
          extends: {service: web}
        free:
          extends: {service: web}
          security_opt:
            - apparmor:unconfined
        all:
          extends: {service: web}
          privileged: true
      """;

  @Test
  void appliesWhatAComposeFileSays() throws Exception {
    ComposeFile file =
        ComposeFile.parse(SourceText.of("compose.yaml", COMPOSE))
            .withProfile("plain", postgresql)
            .withProfile("all", web);
    Map<String, ComposeConfinement> effective = ComposeProject.of(file).effective(engine.host());
    assertThat(effective.keySet()).containsExactly("web", "plain", "free", "all");
    if (Files.exists(Path.of("/usr/libexec/docker/cli-plugins/docker-compose"))) {
      Path yaml = Path.of("/run/compose/compose.yaml");
      Files.createDirectories(yaml.getParent());
      Files.writeString(yaml, file.toString());
      Shell.run("docker", "compose", "-f", "" + yaml, "up", "-d", "--pull", "never").orThrow();
      for (ComposeConfinement service : effective.values()) {
        String container = "compose-" + service.service() + "-1";
        assertThat(daemon.label(container)).isEqualTo(requireNonNull(service.choice()).label());
        daemon.remove(container);
      }
    } else {
      for (ComposeConfinement service : effective.values()) {
        String container = daemon.start(options(service), service.privileged());
        assertThat(daemon.label(container)).isEqualTo(requireNonNull(service.choice()).label());
        daemon.remove(container);
      }
    }
  }

  private static List<String> options(ComposeConfinement service) {
    return service.securityOpt().stream().map(ComposeService.Text::value).toList();
  }

  // ---- checks

  @Test
  void findsAProfileThatIsNotLoaded() throws Exception {
    ProfileRef missing = ProfileRef.external("vm-missing");
    assertThat(engine.preflight(web)).isEmpty();
    assertThat(engine.preflight(ProfileRef.runtimeDefault())).isEmpty();
    assertThat(engine.preflight(missing))
        .singleElement()
        .asString()
        .contains("vm-missing is not loaded");
    List<String> options = DockerSecurityOptions.of(missing).securityOpt();
    assertThatThrownBy(() -> daemon.start(options, false))
        .isInstanceOf(DockerException.class)
        .hasMessageContaining("no such file or directory");
  }

  @Test
  void seesWhatAPrivilegedContainerAndAnUnloadedProfileComeTo() throws Exception {
    String privileged = daemon.start(List.of(), true);
    ContainerCheck check = engine.verify(privileged);
    assertThat(check.asked()).isEqualTo("unconfined");
    assertThat(check.verdict()).isEqualTo(Verdict.AS_ASKED);
    daemon.remove(privileged);

    CompiledPolicy policy =
        compiled(ContainerDefault.builder("vm-passing", ContainerTemplate.DOCKER_29).build());
    kernel.load(policy.toBytes());
    String container = daemon.start(List.of("apparmor=vm-passing"), false);
    assertThat(engine.verify(container).verdict()).isEqualTo(Verdict.AS_ASKED);
    kernel.remove("vm-passing");
    // The kernel unconfines whom a removed profile confined.
    assertThat(engine.verify(container).verdict()).isEqualTo(Verdict.UNCONFINED);
    assertThat(engine.verify(container).mode()).isNull();
    assertThat(engine.inventory())
        .anySatisfy(found -> assertThat(found.verdict()).isEqualTo(Verdict.UNCONFINED));
    daemon.remove(container);
  }

  @Test
  void keepsAProfileLoaded() throws Exception {
    ProfileRef.Compiled kept =
        ProfileRef.of(
            compiled(ContainerDefault.builder("vm-kept", ContainerTemplate.DOCKER_29).build()));
    BlockingQueue<String> restored = new LinkedBlockingQueue<>();
    try (PolicyKeeper keeper =
        engine.ensureLoaded(kept, (keys, problem) -> restored.addAll(keys))) {
      assertThat(keeper).isNotNull();
      kernel.remove("vm-kept");
      assertThat(restored.poll(1, TimeUnit.MINUTES)).isEqualTo("vm-kept");
      assertThat(engine.preflight(kept)).isEmpty();
    }
  }

  @Test
  void findsADaemonThatFailsOpen() throws Exception {
    Path away = PARSER.resolveSibling("apparmor_parser.away");
    daemon.stop();
    Files.move(PARSER, away);
    try {
      daemon = Dockerd.start();
      engine = DockerEngine.of(daemon.client(), kernel);
      boolean open = engine.host().obstacle().isPresent();
      assertThat(engine.preflight(web).isEmpty()).isEqualTo(!open);
      String container = daemon.start(List.of("apparmor=vm-web"), false);
      assertThat(daemon.label(container)).isEqualTo(open ? "unconfined" : "vm-web");
      ContainerCheck check = engine.verify(container);
      assertThat(check.verdict()).isEqualTo(open ? Verdict.UNCONFINED : Verdict.AS_ASKED);
      assertThat(check.claimed()).isEqualTo("vm-web");
      daemon.remove(container);
    } finally {
      Files.move(away, PARSER);
      daemon.stop();
      daemon = Dockerd.start();
      engine = DockerEngine.of(daemon.client(), kernel);
    }
  }

  @Test
  void fillsInTheTemplateForItsOption() throws Exception {
    // Another use of the engine that the daemon fills its template in with: the client's format.
    String template = DockerDefaultProfile.goTemplate(builder -> builder);
    String format =
        template
            .replace("{{.Name}}", "{{\"docker-default\"}}")
            .replace("{{if .Abi}}", "{{if true}}")
            .replace("{{.Abi}}", "{{\"abi/3.0\"}}")
            .replace("{{range .Imports}}", "{{range (split \"@{PROC} = /proc/\" \";\")}}")
            .replace("{{range .InnerImports}}", "{{range (split \"\" \",\")}}")
            .replace("{{.DaemonProfile}}", "{{\"unconfined\"}}");
    String filled = Shell.run("docker", "version", "--format", format).orThrow();
    assertThat(
            PolicyComparison.differences(
                compiled(ProfileParser.parseOrThrow(filled)).profiles(),
                compiled(DockerDefaultProfile.profile()).profiles()))
        .as(filled)
        .isEmpty();
  }
}
