package io.github.apparmor4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InfoCmd;
import com.github.dockerjava.api.command.InspectContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.DockerObject;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Info;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.container.ServiceProfiles;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.ContainerCheck.Verdict;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.Label;
import io.github.apparmor4j.kernel.PolicyKeeper;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks, with a daemon that answers as Docker 28.5.2 was seen to. */
class DockerEngineTest {

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private static final ProfileRef.Compiled WEB =
      ProfileRef.of(
          PolicyCompiler.forKernel(Features.LINUX_6_12)
              .compileOrThrow(ServiceProfiles.nginx("web").build()));

  private final EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
  private String securityOptions = "[\"name=apparmor\", \"name=seccomp,profile=builtin\"]";
  private String label = "unconfined";

  @TempDir private Path directory = Path.of("");
  private Path parser = Path.of("");

  @BeforeEach
  void makeParser() throws Exception {
    parser = Files.createFile(directory.resolve("apparmor_parser"));
  }

  /** Makes an object whose methods are answered by name. */
  private static <T> T answering(Class<T> type, Map<String, Answer> answers) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Answer answer = answers.get(method.getName());
              if (answer == null) {
                throw new UnsupportedOperationException(method.toString());
              }
              return answer.to(arguments == null ? new Object[0] : arguments);
            });
    return type.cast(proxy);
  }

  private interface Answer {
    @Nullable Object to(Object[] arguments) throws Exception;
  }

  private DockerEngine engine() {
    DockerClient client =
        answering(
            DockerClient.class,
            Map.of(
                "infoCmd",
                none -> answering(InfoCmd.class, Map.of("exec", nothing -> info())),
                "inspectContainerCmd",
                id ->
                    answering(
                        InspectContainerCmd.class,
                        Map.of("exec", nothing -> inspect((String) id[0])))));
    return new DockerEngine(client, kernel, parser, pid -> Label.parse(label));
  }

  private Info info() throws Exception {
    String json = "{\"ServerVersion\": \"28.5.2\", \"SecurityOptions\": " + securityOptions + "}";
    return JSON.readValue(json, Info.class);
  }

  private static InspectContainerResponse inspect(String id) throws Exception {
    if (!id.equals("c1")) {
      throw new NotFoundException("No such container: " + id);
    }
    InspectContainerResponse response =
        JSON.readValue(
            """
            {"Name": "/c1", "State": {"Pid": 42},
             "HostConfig": {"Privileged": false, "SecurityOpt": ["apparmor=web"]}}
            """,
            InspectContainerResponse.class);
    // What the model has no field for is put here by docker-java's own reader.
    Field raw = DockerObject.class.getDeclaredField("rawValues");
    raw.setAccessible(true);
    raw.set(response, new HashMap<>(Map.of("AppArmorProfile", "web")));
    return response;
  }

  @Test
  void preflightSaysWhatToDo() throws Exception {
    assertThat(engine().preflight(WEB))
        .singleElement()
        .asString()
        .contains("profile web is not loaded", "aa replace");
    kernel.load(WEB.policy().toBytes());
    assertThat(engine().preflight(WEB)).isEmpty();
    assertThat(engine().preflight(ProfileRef.unconfined())).isEmpty();
    assertThat(engine().preflight(ProfileRef.runtimeDefault()))
        .singleElement()
        .asString()
        .contains("docker-default");
    Files.delete(parser);
    assertThat(engine().preflight(WEB))
        .singleElement()
        .asString()
        .contains("would start the container unconfined");
    securityOptions = "[\"name=seccomp,profile=builtin\", \"name=rootless\"]";
    assertThat(engine().preflight(WEB)).hasSize(2);
  }

  @Test
  void verifyBelievesTheKernelOnly() throws Exception {
    kernel.load(WEB.policy().toBytes());
    assertThat(engine().verify("c1"))
        .satisfies(
            check -> {
              assertThat(check.claimed()).isEqualTo("web");
              assertThat(check.verdict()).isEqualTo(Verdict.UNCONFINED);
              assertThat(check).hasToString("c1: UNCONFINED: asked for web, runs under unconfined");
            });
    label = "web (enforce)";
    assertThat(engine().verify("c1").verdict()).isEqualTo(Verdict.AS_ASKED);
    label = "web (complain)";
    assertThat(engine().verify("c1").verdict()).isEqualTo(Verdict.NOT_ENFORCED);
    label = "docker-default (enforce)";
    assertThat(engine().verify("c1").verdict()).isEqualTo(Verdict.OTHER);
    assertThatThrownBy(() -> engine().verify("c2")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void containersAreCreatedUnderAProfile() {
    HostConfig config = HostConfig.newHostConfig().withSecurityOpts(List.of("a=b", "apparmor=x"));
    HostConfig[] given = {config};
    CreateContainerCmd command =
        answering(
            CreateContainerCmd.class,
            Map.of(
                "getHostConfig",
                nothing -> given[0],
                "withHostConfig",
                changed -> {
                  given[0] = (HostConfig) changed[0];
                  return null;
                }));
    DockerJava.profile(WEB).accept(command);
    assertThat(given[0].getSecurityOpts()).containsExactly("a=b", "apparmor=web");
    given[0] = HostConfig.newHostConfig();
    DockerJava.profile(WEB).accept(command);
    assertThat(given[0].getSecurityOpts()).containsExactly("apparmor=web");
  }

  @Test
  void ensuresThatAProfileIsLoaded() throws Exception {
    try (PolicyKeeper keeper = engine().ensureLoaded(WEB, (restored, problem) -> {})) {
      assertThat(engine().preflight(WEB)).isEmpty();
      assertThat(keeper.keys()).containsExactly("web");
    }
  }
}
