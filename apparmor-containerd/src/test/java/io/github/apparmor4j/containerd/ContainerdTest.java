package io.github.apparmor4j.containerd;

import static io.github.apparmor4j.kernel.testing.Shell.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.CriRequest.ProfileType;
import io.github.apparmor4j.containerd.testing.Containerd;
import io.github.apparmor4j.kernel.ContainerCheck;
import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.kernel.testing.LoadedDefault;
import io.github.apparmor4j.kernel.testing.Shell;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.source.SourceText;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What this module says of containerd, on a real one: in a guest ({@link RealContainerdTest}). */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainerdTest {

  private static final Path PARSER = Path.of("/usr/sbin/apparmor_parser");
  private static final String LABEL = "/bin/cat /proc/self/attr/current";

  private final SecurityFsKernel kernel = SecurityFsKernel.open();
  private final ProfileRef.Named web = ProfileRef.external("vm-web");
  private final int version = Containerd.version();
  private Containerd daemon = Containerd.start("", "");

  ContainerdTest() throws IOException, InterruptedException {}

  @BeforeAll
  void load() throws IOException {
    kernel.load(
        PolicyCompiler.forKernel(kernel.features())
            .compileOrThrow(
                ProfileParser.parseOrThrow(
                    "abi <abi/3.0>,\nprofile vm-web flags=(attach_disconnected) {"
                        + " file, signal, capability, network, deny /data/** w, }\n"))
            .toBytes());
  }

  @AfterAll
  void stop() throws Exception {
    daemon.stop();
  }

  private Set<String> loaded() throws IOException {
    return kernel.profiles().stream().map(LoadedProfile::name).collect(Collectors.toSet());
  }

  // ---- CRI

  static Stream<CriRequest> requests() {
    return Stream.of(
            CriRequest.ofLegacy(""),
            CriRequest.ofLegacy("runtime/default"),
            CriRequest.ofLegacy("docker/default"),
            CriRequest.ofLegacy("unconfined"),
            CriRequest.ofLegacy("localhost/vm-web"),
            CriRequest.ofLegacy("localhost/vm-missing"),
            CriRequest.ofLegacy("vm-web"),
            CriRequest.of(ProfileType.RUNTIME_DEFAULT, ""),
            CriRequest.of(ProfileType.RUNTIME_DEFAULT, "vm-web"),
            CriRequest.of(ProfileType.UNCONFINED, ""),
            CriRequest.of(ProfileType.UNCONFINED, "vm-web"),
            CriRequest.of(ProfileType.LOCALHOST, "vm-web"),
            CriRequest.of(ProfileType.LOCALHOST, "localhost/vm-web"),
            CriRequest.of(ProfileType.LOCALHOST, "vm-missing"),
            CriRequest.of(ProfileType.LOCALHOST, ""),
            new CriRequest(
                new CriRequest.SecurityProfile(ProfileType.UNCONFINED, ""),
                "localhost/vm-web",
                false))
        .flatMap(request -> Stream.of(request, request.asPrivileged()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void choosesAsContainerdDoes(CriRequest request) throws IOException {
    choosesAsContainerdDoes(new CriHost(true, loaded()), request);
  }

  private void choosesAsContainerdDoes(CriHost host, CriRequest request) throws IOException {
    String expected;
    try {
      expected = host.choose(request);
    } catch (CriException e) {
      assertThatThrownBy(() -> daemon.start("c", request))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining(e.getMessage());
      return;
    }
    String container = daemon.start("c", request);
    assertThat(daemon.label(container)).isEqualTo(expected);
    daemon.remove(container);
  }

  @Test
  void appliesNothingWithoutTheParserAndSaysSo() throws Exception {
    Path away = PARSER.resolveSibling("apparmor_parser.away");
    Files.move(PARSER, away);
    try {
      choosesAsContainerdDoes(new CriHost(false, loaded()), "", "");
    } finally {
      Files.move(away, PARSER);
    }
  }

  /** Tries all requests on a daemon with a configuration of its own. */
  private void choosesAsContainerdDoes(CriHost host, String imports, String handler)
      throws Exception {
    daemon.stop();
    try {
      daemon = Containerd.start(imports, handler);
      for (CriRequest request : requests().toList()) {
        choosesAsContainerdDoes(host, request);
      }
      daemon.stop();
    } finally {
      daemon = Containerd.start("", "");
    }
  }

  // ---- the configuration

  private ContainerdFragment fragment() {
    return version == 1
        ? ContainerdFragment.forContainerd1(
            ContainerdConfig.read("1.6.20", Path.of("/"), "/run/containerd.toml"))
        : ContainerdFragment.forContainerd2();
  }

  private ContainerdConfig configured(String fragment) throws IOException {
    Files.writeString(Path.of("/run/ours.toml"), fragment);
    return ContainerdConfig.read(
        version == 1 ? "1.6.20" : "2.1.9", Path.of("/"), "/run/containerd.toml");
  }

  @Test
  void appliesNothingIfAFragmentOfOursSaysSo() throws Exception {
    String fragment = fragment().disableAppArmor(true).toToml();
    assertThat(configured(fragment).disableAppArmor()).isTrue();
    choosesAsContainerdDoes(new CriHost(false, loaded()), fragment, "");
  }

  @Test
  void aBaseSpecificationsProfileStaysWhereNoneIsAskedFor() throws Exception {
    Path base = Path.of("/run/base.json");
    OciSpec spec = OciSpec.parse(SourceText.of("base.json", sh("ctr oci spec").orThrow()));
    Files.writeString(base, spec.withProfile(web).toString());
    String fragment = fragment().runtime("based", base.toString()).toToml();
    assertThat(configured(fragment).check())
        .extracting(found -> found.code())
        .containsOnlyOnce("AA-CONTAINERD-0005");
    choosesAsContainerdDoes(
        new CriHost(true, loaded()).withBaseProfile("vm-web"), fragment, "based");
  }

  // ---- a node

  @Test
  void tellsWhatANodesContainersRunUnder() throws Exception {
    ContainerdNode node = ContainerdNode.of(ContainerdNode.STATE, kernel);
    String confined = daemon.start("verified", CriRequest.ofLegacy("localhost/vm-web"));
    String free = daemon.start("free", CriRequest.ofLegacy("unconfined"));
    assertThat(node.verify())
        .extracting(Object::toString)
        .contains(
            "k8s.io default/pod (sandbox): AS_ASKED: asked for unconfined, runs under unconfined",
            "k8s.io default/pod verified: AS_ASKED: asked for vm-web, runs under vm-web (enforce)",
            "k8s.io default/pod free: AS_ASKED: asked for unconfined, runs under unconfined");
    kernel.remove("vm-web");
    assertThat(node.verify())
        .extracting(container -> container.check().verdict())
        .containsOnlyOnce(ContainerCheck.Verdict.UNCONFINED);
    load();
    daemon.remove(confined);
    daemon.remove(free);
  }

  // ---- the default

  @Test
  void buildsTheDefaultThatContainerdLoads() throws Exception {
    daemon.remove(daemon.start("c", CriRequest.ofLegacy("runtime/default")));
    LoadedDefault.assertSame(
        kernel,
        CriDefaultProfile.NAME,
        ContainerDefault.builder(
                version == 1 ? ContainerTemplate.CONTAINERD_1_6 : ContainerTemplate.CONTAINERD_2)
            .host(Path.of("/"))
            .build());
  }

  @Test
  void takesOursUnderTheDefaultsName() throws Exception {
    String read = "/bin/sh -c '" + LABEL + "'";
    kernel.replace(
        PolicyCompiler.forKernel(kernel.features())
            .compileOrThrow(
                CriDefaultProfile.builder(CriDefaultProfile.NAME)
                    .abi("abi/3.0")
                    .denyExec("/bin/busybox", "/bin/cat")
                    .build())
            .toBytes());
    assertThat(ctr(ProfileRef.runtimeDefault(), read).out())
        .containsIgnoringCase("permission denied");
    kernel.remove(CriDefaultProfile.NAME);
    assertThat(ctr(ProfileRef.runtimeDefault(), read).orThrow())
        .as("containerd's own, once ours is gone")
        .isEqualTo(CriDefaultProfile.NAME + " (enforce)\n");
  }

  @Test
  void buildsTheDefaultThatPodmanLoads() throws Exception {
    assertThat(podman(ProfileRef.runtimeDefault(), LABEL).orThrow())
        .startsWith("containers-default-")
        .endsWith(" (enforce)\n");
    ContainerTemplate template =
        version == 1 ? ContainerTemplate.PODMAN_4 : ContainerTemplate.PODMAN_5;
    String name =
        loaded().stream()
            .filter(one -> one.startsWith("containers-default-"))
            .findAny()
            .orElseThrow();
    LoadedDefault.assertSame(
        kernel, name, ContainerDefault.builder(name, template).host(Path.of("/")).build());
    assertThat(podman(web, LABEL).orThrow()).isEqualTo("vm-web (enforce)\n");
    assertThat(podman(ProfileRef.unconfined(), LABEL).orThrow()).isEqualTo("unconfined\n");
    // Ours under its name is taken for its own.
    kernel.remove(name);
    kernel.load(
        PolicyCompiler.forKernel(kernel.features())
            .compileOrThrow(
                ContainerDefault.builder(name, template)
                    .abi("abi/3.0")
                    .denyExec("/bin/busybox", "/bin/cat")
                    .build())
            .toBytes());
    assertThat(podman(ProfileRef.runtimeDefault(), "/bin/sh -c '" + LABEL + "'").out())
        .containsIgnoringCase("permission denied");
  }

  private static Shell.Run podman(ProfileRef profile, String command)
      throws IOException, InterruptedException {
    return sh(
        "mkdir -p /dev/shm; podman --storage-driver=vfs --cgroup-manager=cgroupfs --events-backend=none run --rm"
            + " --network=none --cgroups=disabled --log-driver=none "
            + String.join(" ", RuntimeArguments.of(profile).podman())
            + " --rootfs "
            + Containerd.ROOT
            + " "
            + command);
  }

  // ---- command lines and OCI

  @Test
  void runsByCtrWithOurArguments() throws Exception {
    assertThat(ctr(web, LABEL).orThrow()).isEqualTo("vm-web (enforce)\n");
    assertThat(ctr(web, "/bin/sh -c 'echo x > /data/x'").out()).contains("Permission denied");
    assertThat(ctr(ProfileRef.runtimeDefault(), LABEL).orThrow())
        .isEqualTo(CriDefaultProfile.NAME + " (enforce)\n");
    assertThat(ctr(ProfileRef.unconfined(), LABEL).orThrow()).isEqualTo("unconfined\n");
  }

  private static Shell.Run ctr(ProfileRef profile, String command)
      throws IOException, InterruptedException {
    return sh(
        "ctr run --rm --rootfs "
            + String.join(" ", RuntimeArguments.of(profile).ctr())
            + " "
            + Containerd.ROOT
            + " c1 "
            + command);
  }

  @Test
  void runsByRuncWithOurEdit() throws Exception {
    Path bundle = Files.createDirectories(Path.of("/run/bundle"));
    sh("cd /run/bundle && cp -r " + Containerd.ROOT + " rootfs && runc spec").orThrow();
    Path file = bundle.resolve("config.json");
    OciSpec spec =
        OciSpec.parse(
            SourceText.of(
                "config.json",
                Files.readString(file)
                    .replace("\"terminal\": true", "\"terminal\": false")
                    .replace("\"sh\"", "\"cat\", \"/proc/self/attr/current\"")));
    assertThat(spec.profile()).isEmpty();
    Files.writeString(file, spec.toString());
    assertThat(sh("cd /run/bundle && runc run r1").orThrow()).isEqualTo("unconfined\n");
    Files.writeString(file, spec.withProfile(web).toString());
    assertThat(sh("cd /run/bundle && runc run r1").orThrow()).isEqualTo("vm-web (enforce)\n");
    Files.writeString(file, spec.withProfile(web).withProfile(ProfileRef.unconfined()).toString());
    assertThat(sh("cd /run/bundle && runc run r1").orThrow()).isEqualTo("unconfined\n");
  }
}
