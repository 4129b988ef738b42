package io.github.apparmor4j.aa.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.audit.AuditEvent;
import io.github.apparmor4j.audit.AuditLog;
import io.github.apparmor4j.check.ProfileChecks;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.ContainerdConfig;
import io.github.apparmor4j.containerd.CrictlConfig;
import io.github.apparmor4j.containerd.OciSpec;
import io.github.apparmor4j.containerd.kubernetes.KubernetesContainer;
import io.github.apparmor4j.containerd.kubernetes.KubernetesManifest;
import io.github.apparmor4j.containerd.kubernetes.OperatorProfile;
import io.github.apparmor4j.docker.BaneToml;
import io.github.apparmor4j.docker.ComposeFile;
import io.github.apparmor4j.docker.ComposeProject;
import io.github.apparmor4j.docker.ContainerInspect;
import io.github.apparmor4j.docker.DockerHost;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.Label;
import io.github.apparmor4j.kernel.LoadedProfile;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileEditor;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.print.ProfileFormatter;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.WorkLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Every reader, given anything: it answers, or throws what its Javadoc names; and what it accepts
 * keeps its laws. By default the inputs in {@code ReadersFuzzTestInputs} are run; docs/limits.md
 * says how to look for others.
 */
class ReadersFuzzTest {

  private static final WorkLimits SMALL =
      new WorkLimits(20_000, 200_000, 64L << 20, Duration.ofSeconds(10));

  private static final ProfileRef PROFILE = ProfileRef.external("web");

  /** Does something that may throw what its Javadoc names. */
  private static void orNamed(Class<? extends RuntimeException> named, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      if (!named.isInstance(e)) {
        throw e;
      }
    }
  }

  private static SourceText text(byte[] data) {
    return SourceText.of("fuzzed", SourceText.decode(data));
  }

  /** A text is read, resolved, compiled, checked and loaded; what is printed reads back. */
  @FuzzTest
  void profiles(byte[] data) throws KernelException {
    ParseResult<ProfileFile> read = ProfileParser.parse(text(data));
    if (read.isOk()) {
      String formatted = ProfileFormatter.format(read.model(), read::isSpaced);
      assertThat(ProfileParser.parse(SourceText.of("formatted", formatted)).isOk())
          .as(formatted)
          .isTrue();
      assertThat(ProfileParser.parseOrThrow(ProfilePrinter.print(read.model())))
          .isEqualTo(read.model());
    }
    Resolution resolution = Resolver.of(IncludeResolver.none()).resolve(read);
    Compilation compiled =
        PolicyCompiler.builder(Features.LINUX_6_12).limits(SMALL).build().compile(resolution);
    ProfileChecks.run(resolution, Features.LINUX_6_12);
    if (compiled.isOk() && !compiled.profiles().isEmpty()) {
      try {
        EmbeddedKernel.linux6_12().load(compiled.orThrow().toBytes());
      } catch (KernelException e) {
        assertThat(e).hasMessageMatching("(?s).*(ENOENT|ENOMEM).*"); // another's namespace
      }
    }
  }

  /** An edited text is still read; an edit that is undone leaves the text as it was. */
  @FuzzTest
  void edits(byte[] data) {
    SourceText text = text(data);
    ProfileEditor editor = ProfileEditor.of(text);
    if (!editor.result().isOk() || editor.result().model().profiles().isEmpty()) {
      return;
    }
    Profile first = editor.result().model().profiles().get(0);
    String name = first.name();
    FileRule rule = FileRule.of("/added/by/the/test", "r");
    try {
      assertThat(editor.add(name, rule).remove(name, rule).text())
          .isEqualToIgnoringWhitespace(text.text()); // an empty body may get a blank
      ProfileEditor audited = editor.setFlag(name, ProfileFlag.of(ProfileFlag.Kind.AUDIT));
      assertThat(audited.result().isOk()).isTrue();
      assertThat(editor.setMode(name, ProfileFlag.Kind.COMPLAIN).result().isOk()).isTrue();
    } catch (NoSuchElementException | IllegalStateException e) {
      return; // the name stands for two profiles, or the edit can't be made
    }
  }

  /**
   * Bytes are refused with an error of the kernel's, or can be written again, and a kernel can be
   * asked anything.
   */
  @FuzzTest
  void policies(byte[] data) throws KernelException {
    try {
      List<KernelProfile> read = PolicyReader.read(data, PolicyReader.Kernel.LINUX_7_2);
      CompiledPolicy written = new CompiledPolicy(read);
      assertThat(PolicyReader.read(written.toBytes(), PolicyReader.Kernel.LINUX_7_2))
          .isEqualTo(read);
      written.dump();
    } catch (PolicyFormatException e) {
      return;
    }
    EmbeddedKernel kernel = EmbeddedKernel.linux7_2();
    try {
      kernel.load(data);
    } catch (KernelException e) {
      return;
    }
    for (LoadedProfile loaded : kernel.profiles()) {
      for (String question :
          new String[] {
            "file rw owner /a/b", "exec /bin/sh", "capability kill", "network inet stream",
            "signal send term peer", "mount ext4 ro /a /b/", "ptrace read peer",
                "dbus bind bus=system name=org.x"
          }) {
        kernel.query(loaded.name(), Access.parse(question));
      }
      kernel.ask(
          loaded.name(), data.length < 100 ? data : "\002/a".getBytes(StandardCharsets.US_ASCII));
      kernel.rawData(loaded.name());
    }
    kernel.policy();
    kernel.replace(data);
  }

  /** A question that an event answers can be written down; of mounts, {@code -} is nothing. */
  @FuzzTest
  void logs(byte[] data) {
    try (Stream<AuditEvent> events =
        AuditLog.of("log", new ByteArrayInputStream(data)).withLongestLine(4096).events()) {
      events.forEach(
          event -> {
            assertThat(event.record().fields()).doesNotContainNull();
            assertThat(event.noise()).isNotNull();
            event.accesses().stream()
                .filter(access -> !(access instanceof Access.Mount))
                .forEach(access -> assertThat(Access.parse(access.toString())).isEqualTo(access));
          });
    } catch (UncheckedIOException e) {
      assertThat(e).hasMessageContaining("which is not read here"); // another compression
    }
  }

  @FuzzTest
  void features(byte[] data) {
    Features read;
    try {
      read = Features.parse(SourceText.decode(data));
    } catch (IllegalArgumentException e) {
      return;
    }
    assertThat(Features.parse(read.toText())).isEqualTo(read);
  }

  @FuzzTest
  void questions(byte[] data) {
    orNamed(IllegalArgumentException.class, () -> Access.parse(SourceText.decode(data)));
  }

  @FuzzTest
  void labels(byte[] data) {
    String text = SourceText.decode(data);
    Label label;
    try {
      label = Label.parse(text);
    } catch (IllegalArgumentException e) {
      return;
    }
    assertThat(Label.parse(label.toString())).isEqualTo(label);
  }

  @FuzzTest
  void compose(byte[] data) {
    ComposeFile file = ComposeFile.parse(text(data));
    ComposeProject.of(file).check(DockerHost.of("28.5.2"), Set.of("a"));
    for (String service : file.services().keySet()) {
      orNamed(
          DiagnosticException.class,
          () -> file.withProfile(service, PROFILE).withoutProfile(service));
    }
  }

  @FuzzTest
  void manifests(byte[] data) {
    KubernetesManifest manifest = KubernetesManifest.parse(text(data));
    manifest.check(30, Set.of("a"));
    for (KubernetesContainer container : manifest.containers().stream().limit(3).toList()) {
      orNamed(DiagnosticException.class, () -> manifest.withProfile(container, PROFILE));
    }
  }

  @FuzzTest
  void containerd(byte[] data) throws IOException {
    Path root = Files.createTempDirectory("fuzz");
    Path file = root.resolve("config.toml");
    try {
      Files.write(file, data);
      for (int major = 1; major <= 2; major++) {
        ContainerdConfig config = ContainerdConfig.read("" + major, root, "/config.toml");
        config.check();
        config.diagnostics();
      }
    } finally {
      Files.delete(file);
      Files.delete(root);
    }
  }

  @FuzzTest
  void ociSpecs(byte[] data) {
    orNamed(
        DiagnosticException.class,
        () -> assertThat(OciSpec.parse(text(data)).withProfile(PROFILE).profile()).isPresent());
  }

  @FuzzTest
  void crictl(byte[] data) {
    orNamed(DiagnosticException.class, () -> CrictlConfig.parse(text(data)).request());
  }

  @FuzzTest
  void bane(byte[] data) {
    orNamed(IllegalArgumentException.class, () -> BaneToml.parse(SourceText.decode(data)).build());
  }

  @FuzzTest
  void inspections(byte[] data) {
    orNamed(IllegalArgumentException.class, () -> ContainerInspect.parse(SourceText.decode(data)));
  }

  @FuzzTest
  void operatorProfiles(byte[] data) {
    Resolution resolution =
        Resolver.of(IncludeResolver.none()).resolve(ProfileParser.parse(text(data)));
    resolution
        .profiles()
        .forEach(
            profile -> {
              OperatorProfile made = OperatorProfile.of(profile);
              if (made.diagnostics().isEmpty()) {
                made.toYaml();
              }
            });
  }
}
