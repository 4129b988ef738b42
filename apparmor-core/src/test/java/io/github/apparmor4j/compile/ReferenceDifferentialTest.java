package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.PolicyComparison;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our binary policy beside that of {@code apparmor_parser} 5.0.2, by two comparisons that know
 * nothing of each other.
 */
@Tag("differential")
class ReferenceDifferentialTest {

  private static final Resolver RESOLVER =
      Resolver.of(IncludeResolver.directories(Shared.path("corpus/profiles/upstream/apparmor.d")));

  @TempDir private Path directory = Path.of("");

  static Stream<Arguments> profilesAndKernels() throws IOException {
    List<Path> profiles;
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/differential"))) {
      profiles = files.sorted().toList();
    }
    return profiles.stream()
        .flatMap(
            file ->
                Stream.of(
                    Arguments.of(file, "6.1", PolicyReader.Kernel.LINUX_6_1),
                    Arguments.of(file, "6.12", PolicyReader.Kernel.LINUX_6_12)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("profilesAndKernels")
  void equalsTheReference(Path file, String kernel, PolicyReader.Kernel limits) throws Exception {
    Path features = Shared.path("corpus/features/kernel-" + kernel + "-debian");
    String reference = Shared.run(Shared.path("tools/reference-parser")).text().strip();
    Path configuration = Files.createFile(directory.resolve("empty.conf"));
    Shared.Output theirs =
        Shared.run(
            reference,
            "--config-file=" + configuration,
            "-QKS",
            "-j0",
            "-M",
            features,
            "-b",
            Shared.path("corpus/profiles/upstream/apparmor.d"),
            file);
    assertThat(theirs.status()).as(theirs.errors()).isZero();
    compare(theirs.bytes(), ours(file, Features.parse(Files.readString(features))), limits);
  }

  static Stream<Arguments> runtimesDefaults() {
    return Stream.of("6.1", "6.12")
        .flatMap(
            kernel ->
                Stream.concat(
                    Stream.of(ContainerTemplate.values())
                        .map(
                            template ->
                                Arguments.of(
                                    template.name(),
                                    ContainerDefault.builder(template).abi("abi/3.0"),
                                    kernel)),
                    Stream.of(
                        Arguments.of(
                            "another",
                            ContainerDefault.builder("another", ContainerTemplate.DOCKER_29)
                                .signalPeer("a//b"),
                            kernel))));
  }

  @ParameterizedTest(name = "{0} on {2}")
  @MethodSource("runtimesDefaults")
  void defaultsOfRuntimesEqualTheReference(
      String name, ContainerDefault.Builder builder, String kernel) throws Exception {
    Path file = directory.resolve(name);
    Files.writeString(file, ProfilePrinter.print(builder.build()));
    equalsTheReference(
        file,
        kernel,
        kernel.equals("6.1") ? PolicyReader.Kernel.LINUX_6_1 : PolicyReader.Kernel.LINUX_6_12);
  }

  static Stream<Path> ownProfiles() throws IOException {
    Path profiles = Shared.path("corpus/profiles/upstream/apparmor.d");
    try (Stream<Path> files = Files.list(profiles)) {
      return files.filter(Files::isRegularFile).sorted().toList().stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ownProfiles")
  void appArmorsOwnProfilesEqualTheReference(Path file) throws Exception {
    equalsTheReference(file, "6.12", PolicyReader.Kernel.LINUX_6_12);
  }

  static Stream<Arguments> corpusBinaries() {
    return Stream.of("tiny", "small-files")
        .flatMap(
            name ->
                Stream.of(
                    Arguments.of(name, "6.1", PolicyReader.Kernel.LINUX_6_1),
                    Arguments.of(name, "6.12", PolicyReader.Kernel.LINUX_6_12)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("corpusBinaries")
  void equalsTheCorpus(String name, String kernel, PolicyReader.Kernel limits) throws Exception {
    String features = "kernel-" + kernel + "-debian";
    Path binaries = Shared.path("corpus/binaries");
    compare(
        Files.readAllBytes(binaries.resolve(name + "@" + features + ".bin")),
        ours(
            binaries.resolve(name + ".profile"),
            Features.parse(Files.readString(Shared.path("corpus/features/" + features)))),
        limits);
  }

  private static byte[] ours(Path file, Features kernel) throws IOException {
    SourceText text = SourceText.of(file.toString(), Files.readString(file));
    return PolicyCompiler.builder(kernel)
        .semantics(Semantics.APPARMOR_5_0)
        .build()
        .compile(RESOLVER.resolve(ProfileParser.parse(text)))
        .orThrow()
        .toBytes();
  }

  private void compare(byte[] theirs, byte[] ours, PolicyReader.Kernel limits) throws Exception {
    assertThat(
            PolicyComparison.differences(
                PolicyReader.read(theirs, limits), PolicyReader.read(ours, limits)))
        .isEmpty();
    Path left = Files.write(directory.resolve("reference.bin"), theirs);
    Path right = Files.write(directory.resolve("ours.bin"), ours);
    Shared.Output verdict =
        Shared.run("python3", Shared.path("tools/policycmp.py"), "compare", left, right);
    assertThat(verdict.status()).as(verdict.text() + verdict.errors()).isZero();
  }
}
