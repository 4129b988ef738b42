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
            NetworkProtocol.TCP),
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
    return all;
  }
}
