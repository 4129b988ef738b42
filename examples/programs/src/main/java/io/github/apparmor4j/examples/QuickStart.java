package io.github.apparmor4j.examples;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.CriSecurityContext;
import io.github.apparmor4j.containerd.OciProcess;
import io.github.apparmor4j.containerd.kubernetes.KubernetesSecurityContext;
import io.github.apparmor4j.docker.DockerSecurityOptions;
import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.MountRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.SourceText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The library's main job in one file: a profile for a PostgreSQL container, from the builder to a
 * kernel's answers and the runtimes' options.
 */
public final class QuickStart {

  private QuickStart() {}

  /** Runs the example. */
  public static void main(String[] arguments) throws KernelException {
    Profile postgres =
        Profile.builder("postgres")
            .flags(ProfileFlag.Kind.ATTACH_DISCONNECTED, ProfileFlag.Kind.MEDIATE_DELETED)
            .comment("What the server and the image's entry point need, and no more.")
            .allow(CapabilityRule.of(Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.FOWNER))
            .allow(CapabilityRule.of(Capability.SETGID, Capability.SETUID))
            .allow(NetworkRule.of(NetworkFamily.INET, SocketType.STREAM))
            .allow(NetworkRule.of(NetworkFamily.INET6, SocketType.STREAM))
            .allow(NetworkRule.of(NetworkFamily.UNIX))
            .allow(FileRule.of("/{,usr/}{bin,lib,lib64,sbin}/**", "mrix"))
            .allow(FileRule.of("/{etc,usr/share,usr/local}/**", "r"))
            .allow(FileRule.of("/usr/local/bin/*", "rix"))
            .allow(FileRule.of("/var/lib/postgresql/data/{,**}", "rwkl"))
            .allow(FileRule.of("/{,var/}run/postgresql/{,**}", "rwk"))
            .allow(FileRule.of("/dev/{null,zero,urandom,shm/**}", "rw"))
            .allow(FileRule.of("/proc/[0-9]*/{stat,status,oom_score_adj}", "rw").owner())
            .allow(SignalRule.of("unconfined", SignalPermission.RECEIVE))
            .allow(SignalRule.of("postgres"), PtraceRule.of("postgres"))
            .deny(FileRule.of("/etc/shadow", "rw"), MountRule.all())
            .auditDeny(FileRule.of("/proc/sys/kernel/**", "w"))
            .build();

    ProfileFile file = ProfileFile.of(postgres);
    String text = ProfilePrinter.print(file);
    System.out.println(text);

    ParseResult<ProfileFile> parsed = ProfileParser.parse(SourceText.of("postgres", text));
    System.out.println("parses back to an equal model: " + parsed.orThrow().equals(file));

    Compilation compiled =
        KernelRelease.LINUX_6_12
            .compiler()
            .compile(SourceText.of("postgres", text), IncludeResolver.none());
    byte[] policy = compiled.orThrow().toBytes();
    AppArmorKernel kernel = EmbeddedKernel.of(KernelRelease.LINUX_6_12);
    kernel.load(policy);
    System.out.println(
        "loaded " + policy.length + " bytes into the embedded kernel: " + kernel.profiles());

    Map<String, Access> questions = new LinkedHashMap<>();
    questions.put("read its data", Access.file("/var/lib/postgresql/data/base/1", "r"));
    questions.put("read /etc/shadow", Access.file("/etc/shadow", "r"));
    questions.put("open a raw socket", Access.socket(NetworkFamily.INET, SocketType.RAW));
    questions.put("load a module", Access.capability(Capability.SYS_MODULE));
    questions.put("set core_pattern", Access.file("/proc/sys/kernel/core_pattern", "w"));
    for (Map.Entry<String, Access> question : questions.entrySet()) {
      boolean allowed = kernel.query("postgres", question.getValue()).allowed();
      Decision why = Decider.decide(compiled.profiles().get(0), question.getValue());
      System.out.printf(
          "may it %s? %s: %s%n", question.getKey(), allowed ? "yes" : "no", rules(why));
    }

    ProfileRef ref = ProfileRef.of(compiled.orThrow());
    System.out.println(
        "\ndocker run " + String.join(" ", DockerSecurityOptions.of(ref).cliArguments()));
    System.out.println("\n" + DockerSecurityOptions.of(ref).composeYaml("db"));
    System.out.println(CriSecurityContext.of(ref).toJson());
    System.out.println(OciProcess.of(ref).toJson());
    System.out.println("\n" + KubernetesSecurityContext.of(ref).toYaml());
  }

  private static String rules(Decision decision) {
    String rules =
        decision.rules().stream().map(QuickStart::shown).collect(Collectors.joining("; "));
    return rules.isEmpty() ? "no rule allows it" : rules;
  }

  private static String shown(ResolvedRule rule) {
    return "line " + rule.place().line() + ": " + rule.rule();
  }
}
