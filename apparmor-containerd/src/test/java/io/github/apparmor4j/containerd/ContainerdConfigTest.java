package io.github.apparmor4j.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerdConfigTest {

  private static final String MAIN = "/etc/containerd/config.toml";

  private static final String V2 =
      """
      version = 2
      imports = ["/etc/containerd/conf.d/*.toml"]
      [plugins."io.containerd.grpc.v1.cri"]
        disable_apparmor = true
        [plugins."io.containerd.grpc.v1.cri".containerd]
          default_runtime_name = "own"
          [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.own]
            runtime_type = "io.containerd.runc.v2"
            base_runtime_spec = "/etc/containerd/base.json"
      """;

  private static final String MORE =
      """
      version = 2
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]
        runtime_type = "io.containerd.kata.v2"
        pod_annotations = ["a", "b"]
      """;

  @TempDir private Path root = Path.of("");

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file.substring(1));
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private ContainerdConfig read(int major) {
    return ContainerdConfig.read(major == 1 ? "1.6.20" : "2.1.9", root, MAIN);
  }

  private static List<String> said(List<Diagnostic> diagnostics) {
    return diagnostics.stream()
        .map(found -> found.code() + " " + found.place().source().name() + " " + found.message())
        .toList();
  }

  // What containerd makes of these files, "containerd config dump" says: docs/containers.md.

  @Test
  void mergesAsContainerd2() throws IOException {
    write(MAIN, V2);
    write("/etc/containerd/conf.d/1.toml", MORE);
    write("/etc/containerd/conf.d/README", "no TOML");
    ContainerdConfig config = read(2);
    assertThat(config.disableAppArmor()).isTrue();
    assertThat(config.defaultRuntimeName()).isEqualTo("own");
    assertThat(config.runtimes().keySet()).containsExactly("own", "kata");
    assertThat(config.diagnostics()).isEmpty();
    assertThat(said(config.check()))
        .containsExactly(
            "AA-CONTAINERD-0003 " + MAIN + " no container gets a profile",
            "AA-CONTAINERD-0006 " + MAIN + " /etc/containerd/base.json can't be read",
            "AA-CONTAINERD-0009 /etc/containerd/conf.d/1.toml runtime kata"
                + " (io.containerd.kata.v2) may apply no profiles");
    Diagnostic first = config.check().get(0);
    assertThat(first.place().line()).isEqualTo(4);
    assertThat(first.place().column()).isEqualTo(3);
  }

  @Test
  void replacesAsContainerd1() throws IOException {
    write(MAIN, V2);
    write("/etc/containerd/conf.d/1.toml", MORE);
    ContainerdConfig config = read(1);
    assertThat(config.disableAppArmor()).isFalse();
    assertThat(config.defaultRuntimeName()).isEqualTo("runc");
    assertThat(config.runtimes().keySet()).containsExactly("kata");
    assertThat(said(config.check()))
        .contains(
            "AA-CONTAINERD-0010 /etc/containerd/conf.d/1.toml the default runtime runc isn't"
                + " configured: CRI will not start");
    assertThat(said(config.diagnostics()))
        .containsExactly(
            "AA-CONTAINERD-0007 /etc/containerd/conf.d/1.toml this table replaces all that earlier"
                + " files say of the plugin");
  }

  @Test
  void readsVersion3() throws IOException {
    write(
        MAIN,
        """
        version = 3
        [plugins.'io.containerd.cri.v1.runtime']
          disable_apparmor = true
        [plugins.'io.containerd.grpc.v1.cri']
          disable_tcp_service = true
        """);
    assertThat(read(2).disableAppArmor()).isTrue();
    assertThat(read(2).diagnostics()).isEmpty();
    // containerd 1 takes the file and knows nothing of the table.
    assertThat(read(1).disableAppArmor()).isFalse();
    assertThat(said(read(1).diagnostics()))
        .containsExactly(
            "AA-CONTAINERD-0004 " + MAIN + " containerd 1 passes over this table here");
    write(MAIN, "version = 3\n[plugins.'io.containerd.grpc.v1.cri']\ndisable_apparmor = true\n");
    assertThat(read(2).disableAppArmor()).isFalse();
    assertThat(said(read(2).diagnostics()))
        .containsExactly(
            "AA-CONTAINERD-0004 " + MAIN + " containerd 2 passes over this table here");
  }

  @ParameterizedTest
  @CsvSource({
    // version, table, whether containerd 1 and 2 take it: as "config dump" of both says
    "'', cri, true, false",
    "'', io.containerd.grpc.v1.cri, false, false",
    "'', io.containerd.cri.v1.runtime, false, true",
    "version = 1, cri, true, false",
    "version = 1, io.containerd.grpc.v1.cri, false, false",
    "version = 1, io.containerd.cri.v1.runtime, false, true",
    "version = 2, io.containerd.grpc.v1.cri, true, true",
    "version = 2, io.containerd.cri.v1.runtime, false, true",
    "version = 3, io.containerd.grpc.v1.cri, true, false",
    "version = 3, io.containerd.cri.v1.runtime, false, true",
  })
  void takesTheTableOfItsVersion(String version, String table, boolean by1, boolean by2)
      throws IOException {
    write(MAIN, version + "\n[plugins.\"" + table + "\"]\ndisable_apparmor = true\n");
    assertThat(read(1).disableAppArmor()).isEqualTo(by1);
    assertThat(read(2).disableAppArmor()).isEqualTo(by2);
    assertThat(read(1).diagnostics().isEmpty()).isEqualTo(by1);
    assertThat(read(2).diagnostics().isEmpty()).isEqualTo(by2);
  }

  @Test
  void saysWhereContainerd1DoesNotStart() throws IOException {
    write(MAIN, "version = 2\n[plugins.cri]\ndisable_apparmor = true\n");
    assertThat(said(read(1).diagnostics())).singleElement().asString().contains("doesn't start");
  }

  @Test
  void followsImportsOnceAndFromTheirOwnDirectories() throws IOException {
    write(MAIN, "version = 2\nimports = [\"n/x.toml\", \"b.toml\"]\n");
    write("/etc/containerd/n/x.toml", "version = 2\nimports = [\"y.toml\", \"../config.toml\"]\n");
    write(
        "/etc/containerd/n/y.toml",
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\ndisable_apparmor = true\n");
    write("/etc/containerd/b.toml", "version = 2\nimports = [\"missing.toml\"]\n");
    assertThat(read(2).disableAppArmor()).isTrue();
    assertThat(said(read(2).diagnostics()))
        .containsExactly(
            "AA-CONTAINERD-0002 /etc/containerd/b.toml /etc/containerd/missing.toml is not there");
    assertThat(Diagnostic.errors(read(2).diagnostics())).isEmpty();
    assertThat(Diagnostic.errors(read(1).diagnostics())).hasSize(1);
  }

  @Test
  void findsAStaleProfileInABaseSpecification() throws IOException {
    write(MAIN, V2);
    write("/etc/containerd/base.json", "{\"process\": {\"apparmorProfile\": \"old\"}}");
    assertThat(said(read(2).check()))
        .anyMatch(text -> text.startsWith("AA-CONTAINERD-0005") && text.contains("profile old"));
    write("/etc/containerd/base.json", "{\"process\": {}, \"process\": {}}");
    assertThat(said(read(2).check())).anyMatch(text -> text.startsWith("AA-OCI-0001"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version = ",
        "[plugins.x]\n[plugins.x]\n",
        "a = 1\na = 2\n",
        "version = 2\nimports = [1]\n",
        "\"\0\"",
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\ndisable_apparmor = \"yes\"\n",
        "version = 4\n"
      })
  void saysWhatIsWrong(String text) throws IOException {
    write(MAIN, text);
    assertThat(Diagnostic.errors(read(2).check())).isNotEmpty();
    assertThat(read(2).disableAppArmor()).isFalse();
  }

  @Test
  void hasLimits() throws IOException {
    write(MAIN, "a = " + "[".repeat(100_000) + "]".repeat(100_000) + "\n");
    assertThat(Diagnostic.errors(read(2).diagnostics())).isNotEmpty();
    write(MAIN, "# " + "x".repeat(5 << 20) + "\n");
    assertThat(Diagnostic.errors(read(2).diagnostics())).hasSize(1);
    assertThat(ContainerdConfig.read("2", root, "/none.toml").diagnostics()).hasSize(1);
    write(MAIN, "version = 2\n[plugins.'io.containerd.grpc.v1.cri'" + ".a".repeat(64) + "]\nb = 1");
    assertThat(Diagnostic.errors(read(2).diagnostics())).isEmpty();
    write(MAIN, "version = 2\n[plugins.'io.containerd.grpc.v1.cri'" + ".a".repeat(65) + "]\nb = 1");
    assertThat(Diagnostic.errors(read(2).diagnostics())).hasSize(1);
    for (int i = 0; i < 1000; i++) {
      write("/etc/containerd/many/" + i + ".toml", "version = 2\n");
    }
    write(MAIN, "version = 2\nimports = ['many/*.toml']\n");
    assertThat(Diagnostic.errors(read(2).diagnostics()))
        .singleElement()
        .satisfies(one -> assertThat(one.message()).isEqualTo("more than 1000 files"));
    assertThatThrownBy(() -> ContainerdConfig.read("3.0", root, MAIN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ContainerdConfig.read("2", root, "config.toml"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesOthersConfigurations() throws IOException {
    for (String other :
        List.of(
            "[crio.runtime]\napparmor_profile = 'x'\n",
            "[containers]\napparmor_profile = 'x'\n",
            "{{ template \"base\" . }}\n[plugins.'io.containerd.cri.v1.runtime']\n",
            "version = 4\n")) {
      write(MAIN, other);
      assertThat(Diagnostic.errors(read(2).diagnostics())).as(other).hasSize(1);
    }
    write(MAIN, "version = 3\n[plugins.'io.containerd.cri.v1.runtime']\n");
    assertThat(Diagnostic.errors(read(2).diagnostics())).isEmpty();
    assertThat(Diagnostic.errors(read(1).diagnostics())).isEmpty();
    assertThat(Diagnostic.errors(ContainerdConfig.read("1.7.24", root, MAIN).diagnostics()))
        .singleElement()
        .satisfies(
            one -> assertThat(one.message()).isEqualTo("containerd 1 reads version 2 at most"));
  }

  // ---- fragments

  @Test
  void keepsContainerd1sOwnRuntimeBesideTheFirst() throws IOException {
    write(MAIN, "version = 2\nimports = [\"/etc/containerd/conf.d/*.toml\"]\n");
    ContainerdFragment fragment =
        ContainerdFragment.forContainerd1(read(1)).runtime("a", "/a.json").runtime("b", "/b.json");
    write("/etc/containerd/conf.d/1.toml", fragment.toToml());
    assertThat(read(1).runtimes().keySet()).containsExactlyInAnyOrder("runc", "a", "b");
    write(
        MAIN,
        """
        version = 3
        [plugins.'io.containerd.cri.v1.runtime'.containerd]
        default_runtime_name = "none"
        """);
    assertThat(said(read(2).check())).singleElement().asString().startsWith("AA-CONTAINERD-0010");
  }

  @Test
  void writesFragmentsInTables() throws IOException {
    String fragment =
        ContainerdFragment.forContainerd2()
            .disableAppArmor(false)
            .runtime("confined", "/etc/containerd/confined.json")
            .toToml();
    assertThat(fragment)
        .isEqualToNormalizingNewlines(
            """
            version = 3

            [plugins."io.containerd.cri.v1.runtime"]
            disable_apparmor = false

            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.confined]
            runtime_type = "io.containerd.runc.v2"
            base_runtime_spec = "/etc/containerd/confined.json"
            """);
  }

  @Test
  void keepsInContainerd1WhatAFragmentWouldReplace() throws IOException {
    write(MAIN, V2);
    write("/etc/containerd/conf.d/1.toml", MORE);
    String fragment =
        ContainerdFragment.forContainerd1(read(1))
            .disableAppArmor(true)
            .runtime("confined", "/c.json")
            .toToml();
    write("/etc/containerd/conf.d/2.toml", fragment);
    ContainerdConfig config = read(1);
    assertThat(config.disableAppArmor()).isTrue();
    assertThat(config.runtimes().keySet()).containsExactlyInAnyOrder("kata", "confined");
    assertThat(fragment).startsWith("version = 2\n").contains("pod_annotations = [\"a\", \"b\"]");
  }

  // ---- what nobody means well with

  @ParameterizedTest
  @ValueSource(
      strings = {
        "imports = [\"/etc/conf.d/[*.toml\"]",
        "imports = [\"/a\\u0000b\"]",
        "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.a.a.DEEP]\nb = 1",
        "a = DEEP_ARRAY",
        "a = 1e400000000\nimports = [[1e400]]",
        "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.r]\n"
            + "runtime_type = 'x'\nbase_runtime_spec = \"/a\\u0000b\"",
      })
  void saysWhatCanNotBeRead(String text) throws IOException {
    write(
        MAIN,
        text.replace("DEEP_ARRAY", "[".repeat(20_000))
            .replace("DEEP", String.join(".", Collections.nCopies(5000, "a"))));
    for (int major : List.of(1, 2)) {
      ContainerdConfig config = read(major);
      List<Diagnostic> found = new ArrayList<>(config.diagnostics());
      found.addAll(config.check());
      assertThat(found).as("containerd " + major).isNotEmpty();
    }
  }
}
