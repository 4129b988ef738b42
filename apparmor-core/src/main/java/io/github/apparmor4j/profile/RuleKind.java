package io.github.apparmor4j.profile;

import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The kinds of rules, in the order of canonical text: the one place that says what they are called,
 * which part of the kernel's policy they belong to, and what {@code all} stands for.
 *
 * <p>The other parts of this library have a class for each kind, named after it ({@code
 * DbusParser}, {@code DbusEncoder}, {@code DbusAccess}), and find it by an exhaustive {@code
 * switch}: docs/adr/0012-one-home-for-each-rule-kind.md.
 */
@SuppressWarnings(
    "ImmutableEnumChecker") // the lists are those of List.of, the functions have no state
public enum RuleKind {
  /** {@code set rlimit}: a field of the binary profile. */
  RLIMIT(RlimitRule.class, List.of("set"), List.of(), List.of(), q -> Stream.of()),

  /** {@code all}: a rule of each other kind. */
  ALL(AllRule.class, List.of("all"), List.of(), List.of(), q -> Stream.of()),

  /** {@code capability}: fields of the binary profile. */
  CAPABILITY(
      CapabilityRule.class,
      List.of("capability"),
      List.of(),
      List.of(),
      q -> Stream.of(new CapabilityRule(q, List.of()))),

  /** {@code network}. */
  NETWORK(
      NetworkRule.class,
      List.of("network"),
      List.of(NetworkPermission.values()),
      List.of(
          Marker.of("network_v8", PolicyClass.NETWORK),
          Marker.of("network_v9_skb", PolicyClass.PACKETS)),
      q -> Stream.of(NetworkRule.all().withQualifiers(q))),

  /** {@code unix}. */
  UNIX(
      UnixRule.class,
      List.of("unix"),
      List.of(NetworkPermission.values()),
      List.of(
          Marker.of("network_v9/af_unix", PolicyClass.NETWORK_V9),
          Marker.of("network_v9/af_unix", PolicyClass.NETWORK_V9, 0, (int) '1'),
          Marker.of("network/af_unix", PolicyClass.NETWORK_V7),
          Marker.of("network/af_unix", PolicyClass.NETWORK_V7, 0, (int) '1')),
      q -> Stream.of(UnixRule.of().withQualifiers(q))),

  /** {@code mqueue}. */
  MQUEUE(
      MqueueRule.class,
      List.of("mqueue"),
      List.of(MqueuePermission.values()),
      List.of(
          Marker.of("ipc/posix_mqueue", PolicyClass.POSIX_MQUEUE),
          Marker.of("ipc/sysv_mqueue", PolicyClass.SYSV_MQUEUE)),
      q -> Stream.of(MqueueRule.of().withQualifiers(q))),

  /** {@code dbus}. */
  DBUS(
      DbusRule.class,
      List.of("dbus"),
      List.of(DbusPermission.values()),
      List.of(Marker.of("dbus", PolicyClass.DBUS)),
      q -> Stream.of(DbusRule.builder().build().withQualifiers(q))),

  /** {@code signal}. */
  SIGNAL(
      SignalRule.class,
      List.of("signal"),
      List.of(SignalPermission.values()),
      List.of(Marker.of("signal", PolicyClass.SIGNAL)),
      q -> Stream.of(new SignalRule(q, List.of(), List.of(), null))),

  /** {@code ptrace}. */
  PTRACE(
      PtraceRule.class,
      List.of("ptrace"),
      List.of(PtracePermission.values()),
      List.of(Marker.of("ptrace", PolicyClass.PTRACE)),
      q -> Stream.of(new PtraceRule(q, List.of(), null))),

  /** {@code mount}, {@code remount}, {@code umount}. */
  MOUNT(
      MountRule.class,
      List.of("mount", "remount", "umount", "unmount"),
      List.of(),
      List.of(Marker.of("mount", PolicyClass.MOUNT)),
      q ->
          Stream.of(MountRule.Operation.values())
              .map(each -> new MountRule(q, each, List.of(), List.of(), null, null))),

  /** {@code pivot_root}: in the class of mounts in the policy table. */
  PIVOT_ROOT(
      PivotRootRule.class,
      List.of("pivot_root"),
      List.of(),
      List.of(),
      q -> Stream.of(new PivotRootRule(q, null, null, null))),

  /** {@code userns}. */
  USERNS(
      UsernsRule.class,
      List.of("userns"),
      List.of(),
      List.of(new Marker("namespaces/mask/userns_create", true, true, PolicyClass.USERNS)),
      q -> Stream.of(UsernsRule.of().withQualifiers(q))),

  /** {@code io_uring}. */
  IO_URING(
      IoUringRule.class,
      List.of("io_uring"),
      List.of(IoUringPermission.values()),
      List.of(new Marker("io_uring", true, false, PolicyClass.IO_URING)),
      q -> Stream.of(IoUringRule.of().withQualifiers(q))),

  /** {@code change_profile}: in the table of files. */
  CHANGE_PROFILE(
      ChangeProfileRule.class, List.of("change_profile"), List.of(), List.of(), q -> Stream.of()),

  /** {@code file}, or a path and letters. */
  FILE(FileRule.class, List.of("file"), List.of(), List.of(), RuleKind::everyFile),

  /** {@code link}. */
  LINK(LinkRule.class, List.of("link"), List.of(), List.of(), q -> Stream.of()),

  /** A rule of a newer language. */
  UNRECOGNIZED(UnrecognizedRule.class, List.of(), List.of(), List.of(), q -> Stream.of());

  /**
   * The priority of the rule by which executed programs keep the profile, unless another rule says
   * how to execute them.
   */
  private static final int WEAK = -1;

  /**
   * A string of the policy table that tells the kernel that a class is in force at all: the class
   * byte, or a string that begins with it. Without one, everything of the class is allowed
   * (docs/binary-policy.md).
   *
   * @param feature the feature that kernel and policy must have
   * @param weak whether rules of the class say more about the string's state; their own markers
   *     then count
   * @param always whether profiles that confine nothing have it, too
   * @param string the bytes; the first is the class
   */
  public record Marker(String feature, boolean weak, boolean always, List<Integer> string) {

    /** Copies the bytes. */
    public Marker {
      string = List.copyOf(string);
    }

    private Marker(String feature, boolean weak, boolean always, int policyClass) {
      this(feature, weak, always, List.of(policyClass));
    }

    private static Marker of(String feature, Integer... string) {
      return new Marker(feature, false, false, List.of(string));
    }
  }

  private final Class<? extends Rule> type;
  private final List<String> keywords;
  private final List<Permission> permissions;
  private final List<Marker> markers;
  private final Function<Qualifiers, Stream<Rule>> everything;

  RuleKind(
      Class<? extends Rule> type,
      List<String> keywords,
      List<Permission> permissions,
      List<Marker> markers,
      Function<Qualifiers, Stream<Rule>> everything) {
    this.type = type;
    this.keywords = keywords;
    this.permissions = permissions;
    this.markers = markers;
    this.everything = everything;
  }

  private static Stream<Rule> everyFile(Qualifiers q) {
    String everything = "/{**,}";
    return Stream.of(
        new FileRule(q, everything, FilePermissions.of("rwlkm"), null),
        new FileRule(
            q.withPriority(WEAK), everything, FilePermissions.of(q.isDeny() ? "x" : "ix"), null));
  }

  /** Returns the Java class of the kind's rules. */
  public Class<? extends Rule> type() {
    return type;
  }

  /** Returns the words that its rules begin with; none for rules of a newer language. */
  public List<String> keywords() {
    return keywords;
  }

  /** Returns the kind whose rules begin with a word; empty if there is none. */
  public static Optional<RuleKind> named(String keyword) {
    for (RuleKind kind : values()) {
      if (kind.keywords.contains(keyword)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns all permissions that its rules can name; none for kinds without permissions, and for
   * files, whose permissions are letters ({@link FilePermissions}).
   */
  public List<Permission> permissions() {
    return permissions;
  }

  /** Returns the strings that tell the kernel that the kind's classes are in force. */
  public List<Marker> markers() {
    return markers;
  }

  /**
   * Returns the rules of this kind that {@code all} stands for.
   *
   * @param qualifiers the qualifiers of the rule {@code all}
   */
  public Stream<Rule> everything(Qualifiers qualifiers) {
    return everything.apply(qualifiers);
  }

  /** Returns the kind's name in lower case: {@code change_profile}. */
  @Override
  public String toString() {
    return Words.keyword(this);
  }
}
