package io.github.apparmor4j.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.SourceText;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {

  /** One or more of each type. */
  private static final List<String> QUESTIONS =
      List.of(
          "file rw owner /etc/passwd",
          "file r other \"/a b\"",
          "file wk /srv/x",
          "exec owner /bin/sh",
          "link other /a /b",
          "capability net_admin",
          "network inet stream create",
          "network inet6 dgram connect protocol=17 ip=::1 port=40000 peer_ip=::2 peer_port=53"
              + " peer_label=dns",
          "network inet raw send interface=eth0",
          "unix bind stream addr=@a",
          "unix connect dgram addr=none peer_addr=@b peer=web",
          "signal send term web//worker",
          "ptrace trace unconfined",
          "dbus send bus=system name=org.x label=x path=/x interface=org.x member=Get",
          "dbus bind bus=session name=org.y",
          "dbus eavesdrop bus=system",
          "mount ext4 ro,nosuid /dev/sda1 /mnt/",
          "mount - rbind /a /b/",
          "umount /mnt/",
          "pivot_root /new/ /new/old/",
          "change_profile web",
          "change_profile /bin/sh -> :ns:web",
          "change_hat worker",
          "mqueue open posix /q web",
          "mqueue create sysv 7",
          "io_uring sqpoll",
          "io_uring override_creds web",
          "userns create");

  private static Compilation compile(Features features, String text) {
    Compilation compilation =
        PolicyCompiler.forKernel(features)
            .compile(
                Resolver.of(IncludeResolver.none())
                    .resolve(ProfileParser.parse(SourceText.of("profiles", text))));
    assertThat(compilation.isOk()).as("%s", compilation.diagnostics()).isTrue();
    return compilation;
  }

  private static Decision decide(String text, String question) {
    return Decider.decide(compile(Features.LINUX_7_2, text), "p", Access.parse(question));
  }

  @Test
  void everyTypeIsReadAsItIsPrintedAndAnswered() {
    Compilation nothing = compile(Features.LINUX_7_2, "profile p { }");
    Compilation all =
        compile(Features.LINUX_7_2, "profile p { all, change_profile, hat worker { } }");
    Set<Class<?>> seen = new HashSet<>();
    for (String question : QUESTIONS) {
      Access access = Access.parse(question);
      seen.add(access.getClass());
      assertThat(access).hasToString(question);
      boolean unmediated =
          access instanceof Access.Mqueue || access instanceof Access.ChangeProfile;
      if (!unmediated) { // queues not by this kernel, and without file rules everything changes
        assertThat(Decider.decide(nothing, "p", access).allowed()).as(question).isFalse();
      }
      if (!(access instanceof Access.Link)) { // a link to a file that allows less
        assertThat(Decider.decide(all, "p", access).allowed()).as(question).isTrue();
      }
    }
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(Access.class.getPermittedSubclasses()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fly /x",
        "file",
        "file r",
        "file r srv/x",
        "file r \"\"",
        "file q /x",
        "file r /x /y",
        "file r \"/x",
        "exec bin/sh",
        "link /a b",
        "capability fly",
        "network inet stream bind peer_port=1",
        "network unix stream create ip=::1",
        "network inet stream create port=65536",
        "network inet stream create port=x",
        "network inet stream create ip=a.b",
        "network inet stream bind interface=eth0",
        "unix connect stream addr=none",
        "unix bind stream addr=/run/x",
        "unix bind stream peer=web",
        "signal term send x",
        "signal send term \"\"",
        "dbus send bus=system",
        "dbus bind bus=system",
        "dbus eavesdrop bus=system name=x",
        "dbus send",
        "mount ext4 ro /dev/sda1 /mnt",
        "mount ext4 flying /dev/sda1 /mnt/",
        "umount mnt/",
        "pivot_root /new/ /old",
        "change_profile",
        "change_profile sh -> x",
        "change_hat \"\"",
        "mqueue open posix q",
        "mqueue open sysv /q",
        "mqueue open sysv 4294967296",
        "io_uring override_creds",
        "io_uring sqpoll web",
        "userns destroy",
      })
  void refusesWhatCantBeMeant(String question) {
    assertThatThrownBy(() -> Access.parse(question)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAPathWithoutASlash() {
    assertThatThrownBy(() -> Access.file("srv/x", "r"))
        .hasMessage("path must be an absolute path, beginning with '/': 'srv/x'");
    assertThatThrownBy(() -> Access.file("/srv/\0x", "r")).hasMessage("path contains a NUL");
    assertThatThrownBy(() -> new Access.Umount("/mnt"))
        .hasMessage("target is a directory, so it must end with '/': '/mnt'");
    assertThatThrownBy(() -> new Access.IoUring(IoUringPermission.OVERRIDE_CREDS, null))
        .hasMessage("io_uring override_creds needs a label");
    assertThatThrownBy(
            () -> new Access.Dbus(DbusPermission.BIND, "system", null, null, null, null, null))
        .hasMessage("dbus bind needs a name");
  }

  @Test
  void saysWhetherItDependsOnTheOwner() {
    String text = "profile p { owner /o r, other /t r, /b r, owner /b w, }";
    assertThat(decide(text, "file r owner /o").allowed()).isTrue();
    assertThat(decide(text, "file r other /o").allowed()).isFalse();
    Decision either = decide(text, "file r /o");
    assertThat(either.allowed()).isFalse();
    assertThat(either.onlyFor()).isEqualTo(Ownership.OWNER);
    assertThat(decide(text, "file r /t").onlyFor()).isEqualTo(Ownership.OTHER);
    assertThat(decide(text, "file r /b").allowed()).isTrue();
    assertThat(decide(text, "file r /b").onlyFor()).isNull();
    assertThat(decide(text, "file rw /b").onlyFor()).isEqualTo(Ownership.OWNER);
    assertThat(decide(text, "file r /none").onlyFor()).isNull();
  }

  @Test
  void namesTheProfileThatAProgramGets() {
    String text =
        """
        profile p {
          /i ix,
          /u ux,
          /U Ux,
          /bin/web px,
          /bin/Web Px -> web,
          /bin/child cx,
          /bin/named cx -> kid,
          /bin/lost px,
          /bin/lostI pix,
          /bin/lostU PUx,
          /bin/gone px -> gone,
          deny /bin/no x,
          profile kid { }
          profile /bin/child { }
        }
        profile web /bin/w* { }
        profile other /bin/we? { }
        """;
    assertThat(execution(text, "/i")).isEqualTo("p keeps");
    assertThat(execution(text, "/u")).isEqualTo("unconfined");
    assertThat(execution(text, "/U")).isEqualTo("unconfined cleaned");
    assertThat(execution(text, "/bin/web")).isEqualTo("other");
    assertThat(execution(text, "/bin/Web")).isEqualTo("web cleaned");
    assertThat(execution(text, "/bin/child")).isEqualTo("p///bin/child");
    assertThat(execution(text, "/bin/named")).isEqualTo("p//kid");
    assertThat(execution(text, "/bin/lost")).isEqualTo("refused");
    assertThat(execution(text, "/bin/lostI")).isEqualTo("p keeps");
    assertThat(execution(text, "/bin/lostU")).isEqualTo("unconfined cleaned");
    assertThat(execution(text, "/bin/gone")).isEqualTo("refused");
    assertThat(execution(text, "/bin/no")).isEqualTo("refused");
  }

  private static String execution(String text, String program) {
    Decision decision = decide(text, "exec owner " + program);
    Decision.Execution execution = decision.execution();
    assertThat(decision.allowed()).isEqualTo(execution != null);
    return execution == null
        ? "refused"
        : execution.label()
            + (execution.keepsProfile() ? " keeps" : "")
            + (execution.cleanEnvironment() ? " cleaned" : "");
  }

  @Test
  void mapsWhatAnExecutionInherits() {
    Decision decision = decide("profile p {\n  /x ix,\n}", "file m owner /x");
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.rules()).extracting(rule -> rule.place().line()).containsExactly(2);
  }

  @Test
  void changesHatsOfTheProfileAlone() {
    String text = "profile p { hat h { } profile c { } } profile q { hat k { } }";
    assertThat(decide(text, "change_hat h").allowed()).isTrue();
    assertThat(decide(text, "change_hat c").allowed()).isFalse();
    assertThat(decide(text, "change_hat k").allowed()).isFalse();
    Compilation all = compile(Features.LINUX_7_2, text.replace("hat h { }", "hat h { } hat g { }"));
    assertThat(Decider.decide(all, "p//h", Access.parse("change_hat g")).allowed()).isTrue();
  }

  @Test
  void changesToStacksAsAWholeOrPartByPart() {
    String text =
        "profile p { change_profile -> a, change_profile -> b, change_profile -> c//&d, }";
    assertThat(decide(text, "change_profile a//&b").allowed()).isTrue();
    assertThat(decide(text, "change_profile c//&d").allowed()).isTrue();
    assertThat(decide(text, "change_profile a//&d").allowed()).isFalse();
    assertThat(decide(text, "change_profile d").allowed()).isFalse();
  }

  /** Kernels that know only families and types get sets of types, and no strings. */
  @Test
  void answersForSetsOfSocketTypes() {
    Features features =
        Features.parse("network {af_mask {inet unix\n}\n}\nfile {mask {read\n}\n}\n");
    Compilation policy =
        compile(features, "profile p { network inet dgram, deny network inet raw, }");
    assertThat(policy.profiles().get(0).binary().sockets()).isNotNull();
    for (String[] each :
        new String[][] {
          {"network inet dgram create", "true"},
          {"network inet stream create", "false"},
          {"network inet raw create", "false"},
          {"network inet6 dgram create", "false"}
        }) {
      assertThat(Decider.decide(policy, "p", Access.parse(each[0])).allowed())
          .as(each[0])
          .isEqualTo(Boolean.parseBoolean(each[1]));
    }
    assertThat(
            Decider.decide(
                    compile(features, "profile p { }"),
                    "p",
                    new Access.Network(
                        NetworkFamily.INET, SocketType.DGRAM, NetworkPermission.CREATE))
                .allowed())
        .as("without a rule nothing is mediated")
        .isTrue();
  }

  /** Returns the question with one of its parts exchanged. */
  private static Access with(Access access, RecordComponent changed, Object value)
      throws Throwable {
    RecordComponent[] parts = access.getClass().getRecordComponents();
    Object[] values = new Object[parts.length];
    Class<?>[] types = new Class<?>[parts.length];
    for (int i = 0; i < parts.length; i++) {
      types[i] = parts[i].getType();
      values[i] =
          parts[i].getName().equals(changed.getName())
              ? value
              : parts[i].getAccessor().invoke(access);
    }
    try {
      return (Access) access.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Test
  void noTextHasANul() throws Throwable {
    for (String question : QUESTIONS) {
      noTextHasANul(question, Access.parse(question));
    }
  }

  private static void noTextHasANul(String question, Access access) throws Throwable {
    for (RecordComponent part : access.getClass().getRecordComponents()) {
      Object value = part.getAccessor().invoke(access);
      if (value instanceof String text) {
        assertThat(with(access, part, text)).isEqualTo(access);
        assertThatThrownBy(
                () -> with(access, part, text + "\0"), "%s of %s", part.getName(), question)
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // flags, question, whether it is allowed and logged
    "'', file r /a, true, false",
    "'', file r /b, false, true",
    "'', file r /c, false, false",
    "'', file r /d, true, true",
    "complain, file r /b, true, true",
    "complain, file r /c, true, false",
    "audit, file r /a, true, true",
    "audit, file r /b, false, true",
    "unconfined, file r /b, true, false",
    "unconfined, exec /b, true, false",
    "'', exec /x, true, false",
    "'', exec /a, false, true",
    "complain, exec /a, true, true",
    "'', change_hat h, true, false",
    "'', change_hat g, false, true",
    "audit, change_hat h, true, true",
    "complain, change_hat g, true, true"
  })
  void modesSayWhatIsLogged(String flags, String question, boolean allowed, boolean logged) {
    String mode = flags.isEmpty() ? "" : "flags=(" + flags + ") ";
    Decision decision =
        decide("profile p " + mode + "{ /a r, deny /c r, audit /d r, /x ix, hat h { } }", question);
    assertThat(decision.allowed()).as("allowed").isEqualTo(allowed);
    assertThat(decision.logged()).as("logged").isEqualTo(logged);
    assertThat(decision.execution() != null)
        .isEqualTo(question.startsWith("exec") && !question.equals("exec /a"));
  }

  @Test
  void ownershipIsNamedWhereItDecides() {
    String profile = "profile p { owner /a r, /b r, owner /x ix, owner /l l -> /t, }";
    assertThat(decide(profile, "file r /a").onlyFor()).isEqualTo(Ownership.OWNER);
    assertThat(decide(profile, "file r /a").allowed()).isFalse();
    assertThat(decide(profile, "file r owner /a").allowed()).isTrue();
    assertThat(decide(profile, "file r other /a").allowed()).isFalse();
    assertThat(decide(profile, "file r /b").onlyFor()).isNull();
    assertThat(decide(profile, "exec /x").onlyFor()).isEqualTo(Ownership.OWNER);
    assertThat(decide(profile, "link /l /t").onlyFor()).isEqualTo(Ownership.OWNER);
  }
}
