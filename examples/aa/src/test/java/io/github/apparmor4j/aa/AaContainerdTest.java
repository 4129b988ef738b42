package io.github.apparmor4j.aa;

import static io.github.apparmor4j.aa.Tool.aa;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.aa.Tool.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AaContainerdTest {

  @TempDir private Path directory = Path.of("");

  @Test
  void printsTheDefaultAndArguments() {
    assertThat(aa("", "containerd", "default").out())
        .contains("profile cri-containerd.apparmor.d ", "peer=crun");
    assertThat(aa("", "containerd", "default", "--containerd", "1.6.20").out())
        .doesNotContain("peer=crun");
    assertThat(aa("", "containerd", "arguments", "web").out())
        .isEqualTo(
            """
            ctr run --apparmor-profile web
            nerdctl run --security-opt apparmor=web
            podman run --security-opt apparmor=web
            runc exec --apparmor web
            """);
    assertThat(aa("", "containerd", "arguments", "cri-containerd.apparmor.d").out())
        .startsWith("ctr run --apparmor-default-profile cri-containerd.apparmor.d\nnerdctl run\n");
  }

  @Test
  void printsOthersDefaults() {
    assertThat(aa("", "containerd", "default", "--template", "podman_5").out())
        .contains("profile containers-default-0.67.1 ", "peer={/usr/bin/,/usr/sbin/,}podman");
    assertThat(aa("", "containerd", "default", "--template", "cri_o").out())
        .contains("profile crio-default ");
  }

  @Test
  void readsAndWritesCrictlsConfigurations() throws Exception {
    Path file =
        Files.writeString(directory.resolve("c.json"), "{\"metadata\": {\"name\": \"c\"}}\n");
    assertThat(aa("", "containerd", "crictl", file.toString(), "web").status()).isZero();
    assertThat(Files.readString(file)).contains("\"localhost_ref\" : \"web\"");
    assertThat(aa("", "containerd", "crictl", file.toString()).out())
        .contains("LOCALHOST", "localhostRef=web");
    Files.writeString(file, "[]");
    assertThat(aa("", "containerd", "crictl", file.toString()).status()).isEqualTo(1);
  }

  @Test
  void bringsProfilesToNodes() throws Exception {
    Files.createDirectory(directory.resolve("include"));
    Files.writeString(directory.resolve("include/base"), "/a r,\n");
    Path web = directory.resolve("web");
    Files.writeString(web, "profile web {\n  include <base>\n  deny /x w,\n}\n");
    String base = directory.resolve("include").toString();
    String name = aa("", "kube", "hash", "--name", "-b", base, web.toString()).out().strip();
    assertThat(name).matches("web-[0-9a-f]{8}");
    assertThat(aa("", "kube", "hash", "-b", base, web.toString()).out())
        .startsWith("profile " + name + " {\n")
        .contains("/a r,\n");
    String[] fleet = {
      "kube", "fleet", "--image", "registry.example/aa:1", "-b", base, "--hash", "" + web
    };
    Run run = aa("", fleet);
    assertThat(run.errors()).isEmpty();
    assertThat(run.out())
        .contains("profile " + name, "kind: DaemonSet", "image: registry.example/aa:1");
    Run operator = aa("", "kube", "operator", "-b", base, web.toString());
    assertThat(operator.status()).isEqualTo(1);
    assertThat(operator.out()).contains("readOnlyPaths:\n      - /a\n");
    assertThat(operator.errors()).contains("can't be expressed: deny /x w,");
    Files.writeString(web, "profile web {");
    assertThat(aa("", fleet).status()).isEqualTo(1);
    Path pod = directory.resolve("pod.yaml");
    String manifest =
        """
        kind: Pod
        metadata:
          name: p # here
        spec:
          containers:
          - name: c
            securityContext:
              appArmorProfile: {type: Localhost, localhostProfile: web}
        """;
    Files.writeString(pod, manifest);
    assertThat(aa("", "kube", "migrate", "--annotations", pod.toString()).status()).isZero();
    assertThat(Files.readString(pod))
        .isEqualTo(
            manifest.replace(
                "p # here\n",
                """
                p # here
                  annotations:
                    container.apparmor.security.beta.kubernetes.io/c: localhost/web
                """));
  }

  @Test
  void checksAHostAndWritesWhatGoesWithIt() throws Exception {
    Path file = directory.resolve("etc/containerd/config.toml");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        version = 2
        imports = ["more.toml"]
        [plugins."io.containerd.grpc.v1.cri"]
        disable_apparmor = true
        sandbox_image = "pause:1"
        """);
    String root = directory.toString();
    Run checked = aa("", "containerd", "check", "--root", root);
    assertThat(checked.status()).isZero();
    assertThat(checked.out())
        .startsWith("AppArmor: disabled\ndefault runtime: runc\n")
        .contains(
            "/etc/containerd/config.toml:4:1: warning: no container gets a profile"
                + " [AA-CONTAINERD-0003]");
    assertThat(aa("", "containerd", "check", "--json", "--root", root).out())
        .contains("\"schema\" : \"aa-containerd-check/1\"", "\"disable_apparmor\" : ");
    Run first = aa("", "containerd", "check", "--root", root, "--containerd", "1");
    assertThat(first.status()).isEqualTo(1); // what is imported isn't there
    assertThat(aa("", "containerd", "check", "--root", root, "--sarif").out())
        .contains("\"AA-CONTAINERD-0002\"");
    Run fragment =
        aa(
            "",
            "containerd",
            "fragment",
            "--containerd",
            "1",
            "--root",
            root,
            "--disable-apparmor",
            "false",
            "--runtime",
            "own=/base.json");
    assertThat(fragment.out())
        .startsWith("version = 2\n")
        .contains("disable_apparmor = false", "sandbox_image = \"pause:1\"", "\"/base.json\"");
    assertThat(aa("", "containerd", "check", "--containerd", "3").errors())
        .contains("containerd 1 or 2");
  }

  @Test
  void editsAnOciConfiguration() throws Exception {
    Path file = Files.writeString(directory.resolve("config.json"), "{\"process\": { }}\n");
    assertThat(aa("", "containerd", "set", file.toString(), "web").status()).isZero();
    assertThat(file).hasContent("{\"process\": {\"apparmorProfile\": \"web\" }}\n");
    Files.writeString(file, "{");
    Run bad = aa("", "containerd", "set", file.toString(), "web");
    assertThat(bad.status()).isEqualTo(1);
    assertThat(bad.errors()).contains("AA-OCI-0001");
    assertThat(file).hasContent("{");
  }

  @Test
  void checksManifests() throws Exception {
    String file =
        Files.writeString(
                directory.resolve("web.yaml"),
                """
                kind: Deployment
                metadata: {name: web}
                spec:
                  template:
                    spec:
                      containers:
                        - name: c
                          securityContext:
                            appArmorProfile: {type: Localhost, localhostProfile: web}
                        - name: d
                          securityContext: {privileged: true}
                """)
            .toString();
    Run known = aa("", "kube", "check", "--known", "web", file);
    assertThat(known.status()).isZero();
    assertThat(known.out())
        .startsWith("Deployment web, c: web\nDeployment web, d: unconfined\n")
        .contains("web.yaml:10:17: warning: container d", "[AA-KUBE-0010]");
    assertThat(aa("", "kube", "check", "--strict", file).status()).isEqualTo(1);
    Run other = aa("", "kube", "check", "--known", "x", "--sarif", file);
    assertThat(other.status()).isEqualTo(1);
    assertThat(other.out()).contains("\"AA-KUBE-0011\"");
    assertThat(aa("", "kube", "set", file, "d", "cri-containerd.apparmor.d").status()).isZero();
    assertThat(Path.of(file))
        .content()
        .endsWith("securityContext: {appArmorProfile: {type: RuntimeDefault}, privileged: true}\n");
    assertThat(aa("", "kube", "check", "--json", "--known", "x", file).out())
        .contains(
            "\"schema\" : \"aa-kube-check/1\"",
            "\"label\" : \"web\"",
            "\"code\" : \"AA-KUBE-0011\"",
            "\"line\" : 9");
    String before = Files.readString(Path.of(file));
    assertThat(aa("", "kube", "set", "--pod", file, "d", "web").status()).isZero();
    assertThat(aa("", "kube", "unset", file, "d").status()).isZero();
    assertThat(Files.readString(Path.of(file))).isNotEqualTo(before);
    String game =
        Files.writeString(
                directory.resolve("game.yaml"),
                "kind: Game\npod: {spec: {containers: [{name: a, image: x}]}}\n")
            .toString();
    assertThat(aa("", "kube", "check", "--strict", game).status()).isEqualTo(3);
    assertThat(aa("", "kube", "check", "--strict", "--pod-path", "Game=pod", game).out())
        .isEqualTo("Game without a name, a: cri-containerd.apparmor.d\n");
    assertThat(aa("", "kube", "set", file, "e", "web").errors()).contains("0 containers e");
    assertThat(aa("", "kube", "migrate", file).status()).isZero();
  }
}
