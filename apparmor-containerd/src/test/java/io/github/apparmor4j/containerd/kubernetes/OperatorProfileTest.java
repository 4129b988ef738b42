package io.github.apparmor4j.containerd.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import org.junit.jupiter.api.Test;

class OperatorProfileTest {

  private static OperatorProfile of(String text) {
    return OperatorProfile.of(
        Resolver.of(IncludeResolver.none())
            .resolve(ProfileParser.parse(SourceText.of("web", text)))
            .profiles()
            .get(0));
  }

  @Test
  void writesWhatTheObjectCanSay() {
    OperatorProfile object =
        of(
            """
            @{ROOT}=/srv
            profile web flags=(attach_disconnected,complain) {
              @{ROOT}/** r,
              /var/log/web.log w,
              /run/web/* rwlk,
              /usr/bin/web rix,
              /usr/lib/*.so* mr,
              network tcp,
              network inet dgram,
              network raw,
              capability net_bind_service,
            }
            """);
    assertThat(object.toYaml())
        .isEqualTo(
            """
            ---
            apiVersion: security-profiles-operator.x-k8s.io/v1
            kind: AppArmorProfile
            metadata:
              name: web
            spec:
              mode: Complain
              abstract:
                executable:
                  allowedExecutables:
                  - /usr/bin/web
                  allowedLibraries:
                  - /usr/lib/*.so*
                filesystem:
                  readOnlyPaths:
                  - /srv/**
                  readWritePaths:
                  - /run/web/*
                  writeOnlyPaths:
                  - /var/log/web.log
                network:
                  allowRaw: true
                  allowedProtocols:
                    allowTcp: true
                    allowUdp: true
                capability:
                  allowedCapabilities:
                  - net_bind_service
            """);
    assertThat(object.diagnostics())
        .extracting(Diagnostic::toString)
        .containsExactly(
            "web:3:3: warning: writing to /srv/** is denied, whatever else allows it [AA-SPO-0002]",
            "web:4:3: warning: /var/log/web.log may be written, linked and locked [AA-SPO-0002]",
            "web:4:3: warning: reading /var/log/web.log is denied, whatever else allows it"
                + " [AA-SPO-0002]",
            "web:9:3: warning: 'network inet dgram,' is allowed for both versions of IP"
                + " [AA-SPO-0002]",
            "web:2:1: warning: the operator denies writing to readOnlyPaths, also where another"
                + " rule allows it [AA-SPO-0002]");
  }

  @Test
  void reportsWhatItCant() {
    OperatorProfile object =
        of(
            """
            profile Web_1 /usr/bin/web flags=(kill) {
              file,
              owner /home/** r,
              deny /etc/shadow r,
              audit /etc/passwd r,
              /bin/{a,b} r,
              /bin/x Px,
              /bin/l l,
              network unix,
              network inet stream peer=(ip=10.0.0.1),
              capability,
              deny capability kill,
              mount,
              signal peer=x,
              profile child { }
            }
            """);
    assertThat(object.diagnostics())
        .extracting(Diagnostic::code)
        .containsOnly("AA-SPO-0001", "AA-SPO-0003");
    assertThat(object.diagnostics().stream().map(Diagnostic::message))
        .containsExactly(
            "not a valid object name: Web_1",
            "can't be expressed: the flag kill",
            "can't be expressed: an attachment to programs",
            "can't be expressed: the child child",
            "can't be expressed: file,",
            "can't be expressed: owner /home/** r,",
            "can't be expressed: deny /etc/shadow r,",
            "can't be expressed: audit /etc/passwd r,",
            "can't be expressed: /bin/{a,b} r,",
            "can't be expressed: /bin/x Px,",
            "can't be expressed: /bin/l l,",
            "can't be expressed: network unix,",
            "can't be expressed: network inet stream peer=(ip=10.0.0.1),",
            "can't be expressed: deny capability kill,",
            "can't be expressed: mount,",
            "can't be expressed: signal peer=x,");
    assertThat(object.toYaml()).contains("- sys_admin\n");
  }
}
