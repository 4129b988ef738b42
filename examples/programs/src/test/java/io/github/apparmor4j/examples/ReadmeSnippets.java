package io.github.apparmor4j.examples;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.AccessPattern;
import io.github.apparmor4j.access.PolicyDifference;
import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.access.TransitionGraph;
import io.github.apparmor4j.audit.AuditEvent;
import io.github.apparmor4j.audit.AuditLog;
import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.containerd.kubernetes.HashedProfile;
import io.github.apparmor4j.containerd.kubernetes.KubernetesManifest;
import io.github.apparmor4j.containerd.kubernetes.ProfileFleet;
import io.github.apparmor4j.docker.DockerDefaultProfile;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.PolicyStore;
import io.github.apparmor4j.kernel.PolicyStore.Action;
import io.github.apparmor4j.kernel.PolicyStore.Scope;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.kernel.StoreChange;
import io.github.apparmor4j.parse.ProfileEditor;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The snippets of the README and of docs/asking.md, so that they compile; {@link ReadmeTest}
 * compares.
 */
final class ReadmeSnippets {

  private ReadmeSnippets() {}

  static boolean build() throws KernelException {
    Profile web =
        Profile.builder("web")
            .attachment("/usr/sbin/web")
            .allow(
                FileRule.of("/srv/www/**", "r"),
                NetworkRule.of(NetworkFamily.INET, SocketType.STREAM))
            .deny(FileRule.of("/srv/www/private/**", "r"))
            .build();
    CompiledPolicy policy = KernelRelease.LINUX_6_12.compiler().compileOrThrow(ProfileFile.of(web));
    EmbeddedKernel kernel = EmbeddedKernel.of(KernelRelease.LINUX_6_12);
    kernel.load(policy.toBytes());
    boolean allowed = kernel.query("web", Access.file("/srv/www/private/key", "r")).allowed();
    return allowed;
  }

  static Compilation diagnose() {
    SourceText text =
        SourceText.of(
            "usr.bin.web", "include <tunables/global>\nprofile web { capability kil, }\n");
    IncludeResolver includes = IncludeResolver.directories(Path.of("/etc/apparmor.d"));
    Compilation compilation = KernelRelease.LINUX_6_12.compiler().compile(text, includes);
    compilation.diagnostics().forEach(problem -> System.err.print(problem.render()));
    return compilation;
  }

  static boolean ask(List<Compilation> compilations, PolicySet changed) {
    PolicySet host = PolicySet.of(compilations);
    for (PolicySet.Grant grant : host.who(AccessPattern.parse("file w /etc/cron.d/**"))) {
      System.out.println(grant.profile() + " may " + grant.witness() + " by " + grant.rules());
    }
    boolean wider = PolicyDifference.between(host, changed).isWidened();
    return wider;
  }

  static TransitionGraph askMore(BatchCompiler batch, List<Path> files)
      throws InterruptedException {
    PolicySet host =
        PolicySet.of(batch.compile(files).stream().map(BatchCompiler.Result::compilation).toList());
    host.what("web", AccessPattern.parse("file rw /home/**"));
    host.which("/usr/bin/man"); // the profiles that attach to it, and which one wins
    host.flow("web", "cron"); // what the one may write and the other read, execute or map
    host.peers("web", "cron"); // signals, tracing, sockets and messages that both sides allow
    TransitionGraph graph = TransitionGraph.of(host);
    graph.paths("web", TransitionGraph.UNCONFINED, 3); // how a task of web can become unconfined
    graph.cut(List.of("web"), TransitionGraph.UNCONFINED); // the fewest steps to forbid
    return graph;
  }

  static void batch(Path directory) throws IOException, InterruptedException {
    PolicyCompiler compiler = KernelRelease.LINUX_7_2.compiler();
    BatchCompiler batch = BatchCompiler.of(compiler, IncludeResolver.directories(directory));
    for (BatchCompiler.Result result : batch.compile(ProfileDirectory.files(directory))) {
      result.compilation().diagnostics().forEach(problem -> System.err.print(problem.render()));
    }
  }

  static void edit() {
    ProfileEditor editor =
        ProfileEditor.of(SourceText.of("web", "profile web { # mine\n  /srv/** r,\n}\n"))
            .setMode("web", ProfileFlag.Kind.COMPLAIN)
            .add("web", FileRule.of("/var/log/web", "w"));
    System.out.print(editor.text());
  }

  static void store() throws IOException {
    PolicyStore store = PolicyStore.of(Path.of("/etc/apparmor.d"));
    StoreChange change =
        store.plan(Action.COMPLAIN, Scope.WITH_CHILDREN, store.find("/usr/bin/man"));
    change.apply();
    store.load(SecurityFsKernel.open(), store.find("/usr/bin/man"));
  }

  static void events() throws IOException {
    try (Stream<AuditEvent> events =
        AuditLog.rotated(Path.of("/var/log/audit/audit.log")).events()) {
      events
          .filter(AuditEvent::isRefusal)
          .flatMap(event -> event.accesses().stream())
          .forEach(System.out::println);
    }
  }

  static void docker() {
    ProfileFile file =
        DockerDefaultProfile.builder("my-default").abi("abi/3.0").signalPeer("supervisor").build();
    System.out.print(ProfilePrinter.print(file));
  }

  static String kubernetes(SourceText manifest) {
    HashedProfile web =
        HashedProfile.of(
            "web", name -> ContainerDefault.builder(name, ContainerTemplate.DOCKER_29).build());
    String nodes =
        ProfileFleet.builder(
                "profiles",
                "registry.example/aa:1",
                agent ->
                    List.of(
                        "agent",
                        "--state",
                        agent.state(),
                        "--listen",
                        "*:" + agent.port(),
                        agent.profiles()))
            .profile(web.text())
            .build()
            .toYaml();
    KubernetesManifest deployment = KubernetesManifest.parse(manifest);
    String workload =
        deployment.withProfile(deployment.containers().get(0), web.reference()).toString();
    return nodes + workload;
  }
}
