package io.github.apparmor4j.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.audit.AuditEvent.Noise;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.SourceText;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What records mean. The lines are those of kernels, shortened (docs/audit.md). */
class AuditEventTest {

  private static AuditEvent event(String fields) {
    return AuditLines.one(
        "type=AVC msg=audit(1.000:1): apparmor=\"DENIED\" " + fields.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          operation='open' class='file' name='/a' requested_mask='wrc' denied_mask='wc' fsuid=0 ouid=0|FILE|file w owner /a
          operation='open' class='file' name='/a' requested_mask='r' fsuid=0 ouid=7|FILE|file r other /a
          operation='mkdir' name='/a/' requested_mask='c' denied_mask='c'|FILE|file w /a/
          operation='file_mmap' name='/a' denied_mask='xm'|FILE|file mx /a
          operation='open' name='/a' denied_mask='aw'|FILE|file w /a
          operation='open' name='/a' denied_mask='a'|FILE|file a /a
          operation='open' name='/a' denied_mask='r::' fsuid=1 ouid=1|FILE|file r owner /a
          operation='open' name='/a' denied_mask='::w'|FILE|file w other /a
          operation='open' name='/a' denied_mask='r::w'|FILE|file r owner /a;file w other /a
          operation='open' name='a/b' info='Failed name lookup - disconnected path' error=-13 denied_mask='r'|FILE|
          operation='open' denied_mask='r'|FILE|
          operation='open' name='/a'|FILE|
          operation='exec' class='file' name='/bin/x' requested_mask='x' denied_mask='x' fsuid=0 ouid=0|FILE|exec owner /bin/x
          operation='link' class='file' name='/a' denied_mask='l' fsuid=0 ouid=0 target='/b'|LINK|link owner /a /b
          operation='link' class='file' name='/a' denied_mask='xm' target='/b'|LINK|file mx /a
          operation='capable' class='cap' capability=21  capname='sys_admin'|CAPABILITY|capability sys_admin
          operation='capable' capability=1|CAPABILITY|capability dac_override
          operation='capable' capability=99 capname='newer'|CAPABILITY|
          operation='create' class='net' family='inet' sock_type='stream' protocol=6 requested_mask='create' denied_mask='create'|NETWORK|network inet stream create protocol=6
          operation='sendmsg' laddr=192.168.66.150 lport=765 faddr=192.168.66.200 fport=2049 family='inet' sock_type='stream' protocol=6|NETWORK|network inet stream send protocol=6 ip=192.168.66.150 port=765 peer_ip=192.168.66.200 peer_port=2049
          operation='bind' class='net' saddr=127.0.97.3 src=3456 family='inet' sock_type='dgram' protocol=17 requested='bind' denied='bind'|NETWORK|network inet dgram bind protocol=17 ip=127.0.97.3 port=3456
          operation='file_perm' family='inet6' sock_type='stream' protocol=6 requested_mask='send receive' denied_mask='send receive' lport=143|NETWORK|network inet6 stream send protocol=6 port=143;network inet6 stream receive protocol=6 port=143
          operation='create' class='net' family='unknown(77)' sock_type='stream' denied_mask='create'|NETWORK|
          operation='create' class='net' family='unix' sock_type='stream' protocol=0 denied_mask='create'|UNIX|network unix stream create
          operation='connect' class='net' family='unix' sock_type='stream' denied='send connect' addr=none peer_addr='@bus' peer='web'|UNIX|unix send stream addr=none peer_addr=@bus peer=web;unix connect stream addr=none peer_addr=@bus peer=web
          operation='bind' class='net' family='unix' sock_type='stream' denied_mask='bind' addr='@foo'|UNIX|unix bind stream addr=@foo
          operation='bind' class='net' family='unix' sock_type='stream' denied_mask='bind' addr='/run/x'|UNIX|
          operation='signal' class='signal' requested_mask='send' denied_mask='send' signal=term peer='web'|SIGNAL|signal send term web
          operation='signal' class='signal' denied_mask='receive' signal=rtmin+3 peer='web'|SIGNAL|signal receive rtmin+3 web
          operation='signal' class='signal' denied_mask='send' signal=unknown(99) peer='web'|SIGNAL|
          operation='ptrace' class='ptrace' denied_mask='read' peer='unconfined'|PTRACE|ptrace read unconfined
          operation='ptrace' class='ptrace' denied_mask='trace'|PTRACE|
          operation='mount' class='mount' name='/mnt/' fstype='tmpfs' srcname='tmpfs' flags='rw, nosuid'|MOUNT|mount tmpfs rw,nosuid tmpfs /mnt/
          operation='mount' class='mount' name='/mnt/' flags='rw, newer'|MOUNT|
          operation='umount' class='mount' name='/mnt/'|MOUNT|umount /mnt/
          operation='pivotroot' class='mount' name='/new/' srcname='/new/old/'|PIVOT_ROOT|pivot_root /new/ /new/old/
          operation='userns_create' class='namespace' requested='userns_create' denied='userns_create'|USERNS|userns create
          operation='uring_sqpoll' class='io_uring' requested='sqpoll' denied='sqpoll'|IO_URING|io_uring sqpoll
          operation='uring_override' class='io_uring' denied='override_creds' tcontext='web'|IO_URING|io_uring override_creds web
          operation='change_profile' class='file' name='q2' target='q2'|CHANGE_PROFILE|change_profile q2
          operation='stack' class='file' target='q2'|CHANGE_PROFILE|change_profile &q2
          operation='change_onexec' class='file' name='q2'|CHANGE_PROFILE|
          operation='open' name='/q' requested='read create' denied='read' class='posix_mqueue'|MQUEUE|mqueue read posix /q
          operation='sysv_mqueue' name='123' requested='create' denied='create' class='sysv_mqueue'|MQUEUE|mqueue create sysv 123
          operation='getattr' class='posix_mqueue' requested='getattr' denied='getattr'|MQUEUE|
          operation='dbus_bind' bus='system' name='org.x' mask='bind'|DBUS|dbus bind bus=system name=org.x
          operation='dbus_method_call' bus='session' mask='eavesdrop'|DBUS|dbus eavesdrop bus=session
          operation='dbus_method_call' bus='session' mask='send' name='org.x'|DBUS|
          operation='setrlimit' class='rlimits' rlimit=nofile value=1024|RLIMIT|
          """)
  void isOfAKindAndStandsForQuestions(String fields, RuleKind kind, String questions) {
    AuditEvent event = event(fields);
    assertThat(event.kind()).contains(kind);
    List<String> expected = questions == null ? List.of() : Arrays.asList(questions.split(";", -1));
    assertThat(event.accesses()).extracting(Access::toString).isEqualTo(expected);
    event.accesses().forEach(each -> assertThat(Access.parse(each.toString())).isEqualTo(each));
  }

  /** Those that have no event of their own, and why. */
  @Test
  void everyKindHasAnEvent() {
    Set<RuleKind> without = EnumSet.of(RuleKind.ALL, RuleKind.UNRECOGNIZED);
    for (RuleKind kind : RuleKind.values()) {
      long found =
          Arrays.stream(AuditEvent.class.getPermittedSubclasses())
              .filter(type -> type.getSimpleName().equals(name(kind)))
              .count();
      assertThat(found).as(kind.name()).isEqualTo(without.contains(kind) ? 0 : 1);
    }
  }

  private static String name(RuleKind kind) {
    StringBuilder name = new StringBuilder();
    for (String word : kind.toString().split("_", -1)) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    return name.toString();
  }

  @Test
  void knowsHatsPoliciesAndOthers() {
    AuditEvent hat = event("operation='change_hat' profile='/a' target='/a//b//c'");
    assertThat(hat).isInstanceOf(AuditEvent.ChangeHat.class);
    assertThat(hat.accesses()).hasToString("[change_hat b//c]");
    assertThat(event("operation='change_hat' info='unconfined' error=-1").accesses()).isEmpty();
    String load =
        "type=AVC msg=audit(1.000:1): apparmor=\"STATUS\" operation=\"profile_load\""
            + " profile=\"unconfined\" name=\"web\" pid=7 ns=\"ns1\"";
    assertThat(AuditLines.one(load))
        .isInstanceOfSatisfying(
            AuditEvent.Policy.class, policy -> assertThat(policy.subject()).contains("web"));
    assertThat(AuditLines.one(load).record().text("ns")).contains("ns1");
    assertThat(event("operation='brew' class='tea'")).isInstanceOf(AuditEvent.Other.class);
    assertThat(event("profile='p'").kind()).isEmpty();
  }

  @Test
  void aNewClassIsReadByItsOperation() {
    assertThat(event("operation='open' class='newer' name='/a' denied_mask='r'").kind())
        .contains(RuleKind.FILE);
    assertThat(event("operation='newer' class='file' name='/a' denied_mask='r'").kind())
        .contains(RuleKind.FILE);
  }

  @Test
  void namesTheSubject() {
    AuditEvent event =
        event("operation='open' namespace='root//ns1' profile='web//hat' pid=7 comm='sh' info='i'");
    assertThat(event.profile()).contains("web//hat");
    assertThat(event.namespace()).contains("root//ns1");
    assertThat(event.command()).contains("sh");
    assertThat(event.pid()).hasValue(7);
    assertThat(event.info()).contains("i");
    assertThat(event.operation()).contains("open");
    assertThat(event("operation='open' label='a//&b'").profile()).contains("a//&b");
  }

  @Test
  void marksNoise() {
    assertThat(event("operation='open' comm='runc:[2:INIT]'").noise())
        .containsExactly(Noise.RUNTIME);
    assertThat(event("operation='open' comm='crun'").noise()).containsExactly(Noise.RUNTIME);
    assertThat(event("operation='open' comm='crunch'").noise()).isEmpty();
    assertThat(event("operation='capable' capname='sys_admin'").noise())
        .containsExactly(Noise.SPECULATIVE);
    assertThat(event("operation='capable' capname='chown'").noise()).isEmpty();
    assertThat(event("operation='capable' info='optional: no audit' capname='chown'").noise())
        .containsExactly(Noise.SPECULATIVE);
  }

  /** A refusal is refused again, by the policy that it is from. */
  @Test
  void canBeAskedAgain() {
    Compilation policy =
        KernelRelease.LINUX_6_12
            .compiler()
            .compile(SourceText.of("p", "profile web { /a r, }"), IncludeResolver.none());
    AuditEvent event =
        event("operation='open' profile='web' name='/a' requested_mask='wr' denied_mask='w'");
    assertThat(event.accesses())
        .isNotEmpty()
        .allMatch(access -> !Decider.decide(policy, "web", access).allowed());
  }
}
