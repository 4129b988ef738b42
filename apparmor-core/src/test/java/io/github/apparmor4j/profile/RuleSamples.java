package io.github.apparmor4j.profile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One table of rules that the tests of every room go through: built form, canonical text, and what
 * is asked of a profile that has the rule.
 */
public final class RuleSamples {

  private RuleSamples() {}

  private static final Qualifiers AUDIT_DENY =
      new Qualifiers(0, true, Qualifiers.Action.DENY, Qualifiers.Ownership.ANY);

  /**
   * A rule.
   *
   * @param rule as it is built
   * @param text as it is printed
   * @param decided a question, in words, that the rule allows or, if it denies, refuses; {@code
   *     null} if nothing can be asked
   * @param missed a question that is nearly the same, and that the rule says nothing of
   */
  public record Sample(Rule rule, String text, @Nullable String decided, @Nullable String missed) {}

  private static Sample sample(Rule rule, String text) {
    return new Sample(rule, text, null, null);
  }

  private static Sample sample(Rule rule, String text, String decided, String missed) {
    return new Sample(rule, text, decided, missed);
  }

  /** Returns the rules with their texts. */
  public static Map<Rule, String> all() {
    Map<Rule, String> all = new LinkedHashMap<>();
    samples().forEach(sample -> all.put(sample.rule(), sample.text()));
    return all;
  }

  /** Returns the table. */
  public static List<Sample> samples() {
    return List.of(
        sample(
            FileRule.of("/etc/**", "r"),
            "/etc/** r,",
            "file r owner /etc/passwd",
            "file w owner /etc/passwd"),
        sample(
            FileRule.of("/a b", "wr").owner(),
            "owner \"/a b\" rw,",
            "file rw owner \"/a b\"",
            "file rw other \"/a b\""),
        sample(
            FileRule.of("@{HOME}/x", "mrPx").transitionTo("web//y"),
            "@{HOME}/x mrPx -> web//y,",
            "file mr owner /home/u/x",
            "file w owner /home/u/x"),
        sample(
            FileRule.of("/x", "rwklx").withQualifiers(AUDIT_DENY),
            "audit deny /x rwklx,",
            "file r other /x",
            "file m other /x"),
        sample(FileRule.all(), "file,", "file rw other /any", "change_profile web"),
        sample(
            FileRule.of("/p", "a")
                .withQualifiers(
                    new Qualifiers(-7, false, Qualifiers.Action.ALLOW, Qualifiers.Ownership.OTHER)),
            "priority=-7 other /p a,",
            "file a other /p",
            "file a owner /p"),
        sample(LinkRule.of("/a", "/b"), "link /a -> /b,", "link owner /a /b", "link owner /a /c"),
        sample(
            new LinkRule(Qualifiers.NONE, true, "/a", "/{b,c}"),
            "link subset /a -> /{b,c},",
            "link owner /a /c",
            "link owner /a /d"),
        sample(CapabilityRule.of(), "capability,", "capability sys_admin", "userns create"),
        sample(
            CapabilityRule.of(Capability.KILL, Capability.CHOWN),
            "capability chown kill,",
            "capability kill",
            "capability fowner"),
        sample(NetworkRule.all(), "network,", "network inet stream create", "signal send term web"),
        sample(
            NetworkRule.of(NetworkFamily.INET6, SocketType.DGRAM),
            "network inet6 dgram,",
            "network inet6 dgram bind",
            "network inet6 stream bind"),
        sample(
            new NetworkRule(
                AUDIT_DENY,
                List.of(NetworkPermission.SEND, NetworkPermission.CREATE),
                null,
                null,
                NetworkRule.Protocol.TCP),
            "audit deny network (send create) tcp,",
            "network inet stream create",
            "network inet dgram create"),
        sample(
            SignalRule.of("a//b", SignalPermission.SEND),
            "signal (send) peer=a//b,",
            "signal send term a//b",
            "signal receive term a//b"),
        sample(
            new SignalRule(
                Qualifiers.NONE,
                List.of(),
                List.of(new Signal(15), new Signal(9), new Signal(131)),
                null),
            "signal set=(kill term rtmin+3),",
            "signal receive rtmin+3 web",
            "signal receive hup web"),
        sample(
            PtraceRule.of("{a,b}", PtracePermission.READ),
            "ptrace (read) peer={a,b},",
            "ptrace read b",
            "ptrace read c"),
        sample(MountRule.all(), "mount,", "mount ext4 ro /dev/sda1 /mnt/", "umount /mnt/"),
        sample(
            MountRule.builder()
                .options(MountOption.RO, MountOption.NOSUID)
                .fstype("ext4", "x,y")
                .source("/dev/*")
                .mountPoint("/m/")
                .build(),
            "mount options=(ro nosuid) fstype=(ext4 \"x,y\") /dev/* -> /m/,",
            "mount ext4 ro,nosuid /dev/sda1 /m/",
            "mount ext4 ro /dev/sda1 /m/"),
        sample(
            MountRule.builder().remount().build(),
            "remount,",
            "remount ro /mnt/",
            "mount ext4 ro /dev/sda1 /mnt/"),
        sample(MountRule.umount("/m/"), "umount /m/,", "umount /m/", "umount /n/"),
        sample(
            new PivotRootRule(Qualifiers.NONE, "/old/", "/new/", "p"),
            "pivot_root oldroot=/old/ /new/ -> p,",
            "pivot_root /new/ /old/",
            "pivot_root /new/ /other/"),
        sample(new AllRule(Qualifiers.NONE), "all,", "capability kill", "change_hat nobody"),
        sample(new AllRule(AUDIT_DENY), "audit deny all,", "capability kill", "change_hat worker"),
        sample(UsernsRule.of(), "userns,", "userns create", "capability sys_admin"),
        sample(
            ChangeProfileRule.of(":ns:web-*"),
            "change_profile -> :ns:web-*,",
            "change_profile :ns:web-1",
            "change_profile web-1"),
        sample(
            new ChangeProfileRule(AUDIT_DENY, true, "/bin/*", "a//{b,c}"),
            "audit deny change_profile unsafe /bin/* -> a//{b,c},",
            "change_profile /bin/sh -> a//b",
            "change_profile /bin/sh -> a//d"),
        sample(
            DbusRule.builder(DbusPermission.SEND)
                .bus("system")
                .path("/org/x/**")
                .interfaceName("org.x.{A,B}")
                .member("Get*")
                .peerName("org.x")
                .peerLabel("@{p_x}")
                .build(),
            "dbus send bus=system path=/org/x/** interface=org.x.{A,B} member=Get*"
                + " peer=(name=org.x label=@{p_x}),",
            "dbus send bus=system name=org.x label=px path=/org/x/y interface=org.x.B"
                + " member=GetAll",
            "dbus send bus=system name=org.x label=px path=/org/x/y interface=org.x.C"
                + " member=GetAll"),
        sample(
            DbusRule.builder().bus("session").name("org.y").build(),
            "dbus bus=session name=org.y,",
            "dbus bind bus=session name=org.y",
            "dbus bind bus=session name=org.z"),
        sample(
            UnixRule.of(NetworkPermission.CREATE, NetworkPermission.BIND),
            "unix (create bind),",
            "unix bind stream addr=@a",
            "unix listen stream addr=@a"),
        sample(
            new UnixRule(Qualifiers.NONE, List.of(), SocketType.STREAM, "@a(b", "none", "web"),
            "unix type=stream addr=\"@a(b\" peer=(addr=none label=web),",
            "unix connect stream addr=@a(b peer=web",
            "unix connect stream addr=@a(b peer=other"),
        sample(
            NetworkRule.of(NetworkFamily.INET)
                .between(
                    new Endpoint("127.0.0.1", new Endpoint.Ports(80, 443), "eth*", null, null),
                    new Endpoint("::1", new Endpoint.Ports(53, 53), null, null, "x")),
            "network inet ip=127.0.0.1 port=80-443 interface=eth* peer=(ip=::1 port=53 label:=x),",
            "network inet stream bind ip=127.0.0.1 port=80",
            "network inet stream bind ip=127.0.0.1 port=79"),
        sample(
            new MqueueRule(
                Qualifiers.NONE,
                List.of(MqueuePermission.READ, MqueuePermission.OPEN),
                MqueueRule.Type.POSIX,
                "web",
                "/q*"),
            "mqueue (read open) type=posix label=web /q*,",
            "mqueue open posix /q1 web",
            "mqueue open posix /r web"),
        sample(
            new IoUringRule(Qualifiers.NONE, List.of(IoUringPermission.SQPOLL), "web"),
            "io_uring (sqpoll) label=web,",
            "io_uring sqpoll",
            "io_uring override_creds web"),
        sample(RlimitRule.of(RlimitRule.Resource.NOFILE, 1024), "set rlimit nofile <= 1024,"),
        sample(
            new RlimitRule(RlimitRule.Resource.AS, 2, RlimitRule.Unit.GB), "set rlimit as <= 2GB,"),
        sample(
            RlimitRule.of(RlimitRule.Resource.CPU, RlimitRule.INFINITY),
            "set rlimit cpu <= infinity,"),
        sample(
            FileRule.of("/p", "r")
                .withQualifiers(
                    new Qualifiers(0, false, Qualifiers.Action.PROMPT, Qualifiers.Ownership.OWNER)),
            "prompt owner /p r,"),
        sample(new UnrecognizedRule("frobnicate (a b) /x"), "frobnicate (a b) /x,"));
  }
}
