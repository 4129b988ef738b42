package io.github.apparmor4j.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.Arbitraries;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.VariableAssignment;
import io.github.apparmor4j.source.SourceText;
import java.util.NoSuchElementException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ProfileEditorTest {

  private static final String NGINX =
      """
      # vim: ft=apparmor
      abi <abi/4.0>,
      include <tunables/global>

      profile nginx /usr/sbin/nginx {  # the web server
      \tinclude <abstractions/base>

      \tcapability net_bind_service,   # ports below 1024

      \t/etc/nginx/** r,
      \t# content
      \t/srv/www/** r,

      \tprofile worker flags=(audit attach_disconnected) {
      \t}
      }
      """;

  private static ProfileEditor edit(String text) {
    return ProfileEditor.of(SourceText.of("nginx", text));
  }

  @Test
  void addsARuleBesideItsKind() {
    assertThat(edit(NGINX).add("nginx", FileRule.of("/var/log/nginx/*", "w")).text())
        .isEqualTo(NGINX.replace("/srv/www/** r,\n", "/srv/www/** r,\n\t/var/log/nginx/* w,\n"));
    assertThat(edit(NGINX).add("nginx", CapabilityRule.of(Capability.KILL)).text())
        .isEqualTo(NGINX.replace("ports below 1024\n", "ports below 1024\n\tcapability kill,\n"));
  }

  @Test
  void addsARuleOfANewKindWhereItStandsInCanonicalOrder() {
    assertThat(edit(NGINX).add("nginx", NetworkRule.of(NetworkFamily.INET)).text())
        .isEqualTo(NGINX.replace("ports below 1024\n", "ports below 1024\n\tnetwork inet,\n"));
    assertThat(edit(NGINX).add("nginx//worker", FileRule.of("/x", "r")).text())
        .isEqualTo(NGINX.replace("\n\t}\n", "\n\t\t/x r,\n\t}\n"));
    assertThat(edit(NGINX).add("nginx", Include.of("abstractions/nis")).text())
        .isEqualTo(
            NGINX.replace(
                "<abstractions/base>\n", "<abstractions/base>\n\tinclude <abstractions/nis>\n"));
    assertThat(edit("profile p { /a r, }").add("p", FileRule.of("/b", "r")).text())
        .isEqualTo("profile p { /a r, /b r, }");
    assertThat(edit("/bin/p {}").add("/bin/p", FileRule.of("/b", "r")).text())
        .isEqualTo("/bin/p { /b r, }");
    assertThat(edit("profile p {\r\n  /a r,\r\n}").add("p", FileRule.of("/b", "r")).text())
        .isEqualTo("profile p {\r\n  /a r,\r\n  /b r,\r\n}");
  }

  @Test
  void removesARuleWithItsLine() {
    assertThat(edit(NGINX).remove("nginx", CapabilityRule.of(Capability.NET_BIND_SERVICE)).text())
        .isEqualTo(NGINX.replace("\tcapability net_bind_service,   # ports below 1024\n", ""));
    assertThat(edit("profile p { /a r, /b r, }").remove("p", FileRule.of("/a", "r")).text())
        .isEqualTo("profile p { /b r, }");
    assertThatThrownBy(() -> edit(NGINX).remove("nginx", FileRule.of("/none", "r")))
        .isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void replacesARuleAndKeepsItsComment() {
    assertThat(
            edit(NGINX)
                .replace(
                    "nginx",
                    CapabilityRule.of(Capability.NET_BIND_SERVICE),
                    CapabilityRule.of(Capability.SETUID))
                .text())
        .isEqualTo(NGINX.replace("net_bind_service", "setuid"));
  }

  @Test
  void switchesTheMode() {
    ProfileEditor complain = edit(NGINX).setMode("nginx", ProfileFlag.Kind.COMPLAIN);
    assertThat(complain.text())
        .isEqualTo(NGINX.replace("/usr/sbin/nginx {", "/usr/sbin/nginx flags=(complain) {"));
    assertThat(complain.setMode("nginx", ProfileFlag.Kind.KILL).text())
        .isEqualTo(NGINX.replace("/usr/sbin/nginx {", "/usr/sbin/nginx flags=(kill) {"));
    assertThat(complain.setMode("nginx", ProfileFlag.Kind.ENFORCE).text()).isEqualTo(NGINX);
  }

  @Test
  void setsAndDropsFlags() {
    ProfileEditor editor = edit(NGINX);
    assertThat(
            editor
                .setFlag("nginx//worker", ProfileFlag.of(ProfileFlag.Kind.MEDIATE_DELETED))
                .text())
        .isEqualTo(NGINX.replace("attach_disconnected)", "attach_disconnected mediate_deleted)"));
    assertThat(editor.dropFlag("nginx//worker", ProfileFlag.Kind.AUDIT).text())
        .isEqualTo(NGINX.replace("(audit attach", "(attach"));
    assertThat(editor.dropFlag("nginx//worker", ProfileFlag.Kind.ATTACH_DISCONNECTED).text())
        .isEqualTo(NGINX.replace("audit attach_disconnected", "audit"));
    assertThat(editor.dropFlag("nginx", ProfileFlag.Kind.AUDIT).text()).isEqualTo(NGINX);
  }

  @Test
  void renames() {
    assertThat(edit(NGINX).rename("nginx", "web server").text())
        .isEqualTo(NGINX.replace("profile nginx", "profile \"web server\""));
    assertThat(edit("/bin/x { }").rename("/bin/x", "x").text()).isEqualTo("profile x { }");
  }

  @Test
  void addsToThePreamble() {
    assertThat(edit(NGINX).addToPreamble(Include.of("tunables/web")).text())
        .isEqualTo(
            NGINX.replace("<tunables/global>\n", "<tunables/global>\ninclude <tunables/web>\n"));
    assertThat(edit("# one\nprofile p { }").addToPreamble(VariableAssignment.of("x", "a")).text())
        .isEqualTo("# one\n@{x} = a\nprofile p { }");
  }

  @Test
  void leavesWhatCantBeReadAlone() {
    String text = "profile p {\n  frobnicate x,\n  /a r,\n}\n";
    assertThat(edit(text).add("p", FileRule.of("/b", "r")).text())
        .isEqualTo(text.replace("/a r,\n", "/a r,\n  /b r,\n"));
  }

  @Test
  void refusesAnEditThatWouldLoseAComment() {
    assertThatThrownBy(
            () ->
                edit("profile p {\n  capability # why\n    kill,\n}")
                    .remove("p", CapabilityRule.of(Capability.KILL)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Provide
  Arbitrary<ProfileFile> files() {
    return Arbitraries.files();
  }

  @Provide
  Arbitrary<Rule> rules() {
    return Arbitraries.rules();
  }

  /** Each edit and its inverse give back the same bytes, whatever the file. */
  @Property(tries = 1000, seed = "20261123")
  void editsAreUndone(@ForAll("files") ProfileFile file, @ForAll("rules") Rule rule) {
    String text = ProfilePrinter.print(file);
    ProfileEditor editor = edit(text);
    for (Profile profile :
        editor.result().model().profiles().subList(0, Math.min(1, file.profiles().size()))) {
      String name = profile.name();
      if (!profile.elements().contains(rule)) {
        assertThat(editor.add(name, rule).remove(name, rule).text()).isEqualTo(text);
      }
      if (!profile.has(ProfileFlag.Kind.DEBUG)) {
        assertThat(
                editor
                    .setFlag(name, ProfileFlag.of(ProfileFlag.Kind.DEBUG))
                    .dropFlag(name, ProfileFlag.Kind.DEBUG)
                    .text())
            .isEqualTo(text);
      }
      assertThat(editor.rename(name, "another").rename("another", name).text()).isEqualTo(text);
      for (Rule old : profile.rules().subList(0, Math.min(2, profile.rules().size()))) {
        // A rule that stands in several lines comes back in one.
        if (!profile.elements().contains(rule) && text.contains(old.toString())) {
          assertThat(editor.replace(name, old, rule).replace(name, rule, old).text())
              .isEqualTo(text);
        }
      }
    }
  }
}
