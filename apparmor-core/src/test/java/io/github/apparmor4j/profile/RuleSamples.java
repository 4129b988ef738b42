package io.github.apparmor4j.profile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One table of rules that the tests of every room go through: built form and canonical text. */
public final class RuleSamples {

  private RuleSamples() {}

  private static final Qualifiers AUDIT_DENY =
      new Qualifiers(0, true, Qualifiers.Action.DENY, Qualifiers.Ownership.ANY);

  /** Returns the table. */
  public static Map<Rule, String> all() {
    Map<Rule, String> all = new LinkedHashMap<>();
    all.put(FileRule.of("/etc/**", "r"), "/etc/** r,");
    all.put(FileRule.of("/a b", "wr").owner(), "owner \"/a b\" rw,");
    all.put(FileRule.of("@{HOME}/x", "mrPx").transitionTo("web//y"), "@{HOME}/x mrPx -> web//y,");
    all.put(FileRule.of("/x", "rwklx").withQualifiers(AUDIT_DENY), "audit deny /x rwklx,");
    all.put(FileRule.all(), "file,");
    all.put(
        FileRule.of("/p", "a")
            .withQualifiers(
                new Qualifiers(-7, false, Qualifiers.Action.ALLOW, Qualifiers.Ownership.OTHER)),
        "priority=-7 other /p a,");
    all.put(LinkRule.of("/a", "/b"), "link /a -> /b,");
    all.put(new LinkRule(Qualifiers.NONE, true, "/a", "/{b,c}"), "link subset /a -> /{b,c},");
    all.put(CapabilityRule.of(), "capability,");
    all.put(CapabilityRule.of(Capability.KILL, Capability.CHOWN), "capability chown kill,");
    all.put(NetworkRule.all(), "network,");
    all.put(NetworkRule.of(NetworkFamily.INET6, SocketType.DGRAM), "network inet6 dgram,");
    all.put(
        new NetworkRule(
            AUDIT_DENY,
            List.of(NetworkPermission.SEND, NetworkPermission.CREATE),
            null,
            null,
            NetworkRule.Protocol.TCP),
        "audit deny network (send create) tcp,");
    all.put(SignalRule.of("a//b", SignalPermission.SEND), "signal (send) peer=a//b,");
    all.put(
        new SignalRule(
            Qualifiers.NONE,
            List.of(),
            List.of(new Signal(15), new Signal(9), new Signal(131)),
            null),
        "signal set=(kill term rtmin+3),");
    all.put(PtraceRule.of("{a,b}", PtracePermission.READ), "ptrace (read) peer={a,b},");
    all.put(MountRule.all(), "mount,");
    all.put(
        MountRule.builder()
            .options(MountOption.RO, MountOption.NOSUID)
            .fstype("ext4", "x,y")
            .source("/dev/*")
            .mountPoint("/m/")
            .build(),
        "mount options=(ro nosuid) fstype=(ext4 \"x,y\") /dev/* -> /m/,");
    all.put(MountRule.builder().remount().build(), "remount,");
    all.put(MountRule.umount("/m/"), "umount /m/,");
    all.put(
        new PivotRootRule(Qualifiers.NONE, "/old/", "/new/", "p"),
        "pivot_root oldroot=/old/ /new/ -> p,");
    all.put(new AllRule(AUDIT_DENY), "audit deny all,");
    all.put(UsernsRule.of(), "userns,");
    all.put(ChangeProfileRule.of(":ns:web-*"), "change_profile -> :ns:web-*,");
    all.put(
        new ChangeProfileRule(AUDIT_DENY, true, "/bin/*", "a//{b,c}"),
        "audit deny change_profile unsafe /bin/* -> a//{b,c},");
    all.put(
        DbusRule.builder(DbusPermission.SEND)
            .bus("system")
            .path("/org/x/**")
            .interfaceName("org.x.{A,B}")
            .member("Get*")
            .peerName("org.x")
            .peerLabel("@{p_x}")
            .build(),
        "dbus send bus=system path=/org/x/** interface=org.x.{A,B} member=Get*"
            + " peer=(name=org.x label=@{p_x}),");
    all.put(
        DbusRule.builder().bus("session").name("org.y").build(), "dbus bus=session name=org.y,");
    all.put(UnixRule.of(NetworkPermission.CREATE, NetworkPermission.BIND), "unix (create bind),");
    all.put(
        new UnixRule(Qualifiers.NONE, List.of(), SocketType.STREAM, "@a(b", "none", "web"),
        "unix type=stream addr=\"@a(b\" peer=(addr=none label=web),");
    all.put(
        NetworkRule.of(NetworkFamily.INET)
            .between(
                new Endpoint("127.0.0.1", new Endpoint.Ports(80, 443), "eth*", null, null),
                new Endpoint("::1", new Endpoint.Ports(53, 53), null, null, "x")),
        "network inet ip=127.0.0.1 port=80-443 interface=eth* peer=(ip=::1 port=53 label:=x),");
    all.put(
        new MqueueRule(
            Qualifiers.NONE,
            List.of(MqueuePermission.READ, MqueuePermission.OPEN),
            MqueueRule.Type.POSIX,
            "web",
            "/q*"),
        "mqueue (read open) type=posix label=web /q*,");
    all.put(
        new IoUringRule(Qualifiers.NONE, List.of(IoUringPermission.SQPOLL), "web"),
        "io_uring (sqpoll) label=web,");
    all.put(RlimitRule.of(RlimitRule.Resource.NOFILE, 1024), "set rlimit nofile <= 1024,");
    all.put(new RlimitRule(RlimitRule.Resource.AS, 2, RlimitRule.Unit.GB), "set rlimit as <= 2GB,");
    all.put(
        RlimitRule.of(RlimitRule.Resource.CPU, RlimitRule.INFINITY), "set rlimit cpu <= infinity,");
    all.put(
        FileRule.of("/p", "r")
            .withQualifiers(
                new Qualifiers(0, false, Qualifiers.Action.PROMPT, Qualifiers.Ownership.OWNER)),
        "prompt owner /p r,");
    all.put(new UnrecognizedRule("frobnicate (a b) /x"), "frobnicate (a b) /x,");
    return all;
  }
}
