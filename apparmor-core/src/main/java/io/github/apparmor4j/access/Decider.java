package io.github.apparmor4j.access;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.vocabulary.AcceptBits;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers to {@link Access} questions as the kernel would give them, found by walking the tables
 * that it would walk. All methods are static and thread-safe.
 *
 * <pre>{@code
 * Decision decision = Decider.decide(compilation, "web", Access.file("/etc/shadow", "r"));
 * if (decision.allowed()) {
 *   decision.rules().forEach(rule -> System.out.println(rule.place() + ": " + rule.written()));
 * }
 * }</pre>
 *
 * <p>The verdict always comes from the binary policy ({@link Evaluator}); the rules that decided
 * are looked up afterwards, among the rules that the policy was compiled from.
 */
public final class Decider {

  private static final Comparator<ResolvedRule> BY_PLACE =
      Comparator.comparing((ResolvedRule r) -> r.place().source().name())
          .thenComparing(r -> r.place().span().start());

  private Decider() {}

  /** What the tables say about an access, and the permissions that it needs. */
  private record Verdict(AccessWords words, int wanted) {
    boolean allowed() {
      return words.allows(wanted);
    }

    boolean logged() {
      return words.logs(wanted);
    }
  }

  /**
   * Returns the answer of Linux 6.12 for a profile in binary form, if no other profile is loaded.
   * The answer names no rules.
   */
  public static Decision decide(KernelProfile profile, Access access) {
    return decide(profile, List.of(profile), access, PolicyReader.Kernel.LINUX_6_12);
  }

  /**
   * Returns a kernel's answer for a profile in binary form. The answer names no rules.
   *
   * @param loaded all loaded profiles, this one among them; they decide what a program runs as, and
   *     which hats exist
   * @param kernel kernel that answers, where kernels differ
   */
  public static Decision decide(
      KernelProfile profile,
      Collection<KernelProfile> loaded,
      Access access,
      PolicyReader.Kernel kernel) {
    Objects.requireNonNull(access, "access");
    return decide(new Evaluator(profile, kernel), profile, loaded, access, null);
  }

  /** Returns the answer of Linux 6.12 and the rules that decided, if no other profile is loaded. */
  public static Decision decide(CompiledProfile profile, Access access) {
    return decide(profile, List.of(profile.binary()), access);
  }

  /**
   * Returns the answer of Linux 6.12 and the rules that decided, if the profiles of a compilation
   * are loaded.
   *
   * @param profile name as the kernel shows it: {@code parent//child}, {@code :ns:name}
   * @throws IllegalArgumentException if the compilation has no such profile
   */
  public static Decision decide(Compilation compilation, String profile, Access access) {
    CompiledProfile asked =
        compilation
            .profile(profile)
            .orElseThrow(() -> new IllegalArgumentException("there is no profile " + profile));
    return decide(
        asked, compilation.profiles().stream().map(CompiledProfile::binary).toList(), access);
  }

  /** Returns the rules that decided about an access. */
  static List<ResolvedRule> deciding(
      CompiledProfile profile, Collection<KernelProfile> loaded, Access access) {
    return decide(profile, loaded, access).rules();
  }

  static Decision decide(CompiledProfile profile, Collection<KernelProfile> loaded, Access access) {
    Objects.requireNonNull(access, "access");
    Evaluator tables = new Evaluator(profile.binary(), PolicyReader.Kernel.LINUX_6_12);
    return decide(tables, profile.binary(), loaded, access, profile);
  }

  private static Decision decide(
      Evaluator tables,
      KernelProfile profile,
      Collection<KernelProfile> loaded,
      Access access,
      @Nullable CompiledProfile source) {
    Ownership ownership = ownership(access);
    if (ownership != Ownership.ANY) {
      boolean owner = ownership == Ownership.OWNER;
      return decide(tables, profile, loaded, access, source, owner);
    }
    Decision own = decide(tables, profile, loaded, access, source, true);
    Decision others = decide(tables, profile, loaded, access, source, false);
    boolean alike = own.allowed() == others.allowed();
    Decision refused = own.allowed() ? others : own;
    return alike
        ? new Decision(
            own.allowed(),
            own.logged() || others.logged(),
            union(own.rules(), others.rules()),
            null,
            Objects.equals(own.execution(), others.execution()) ? own.execution() : null)
        : new Decision(
            false,
            refused.logged(),
            refused.rules(),
            own.allowed() ? Ownership.OWNER : Ownership.OTHER,
            null);
  }

  private static List<ResolvedRule> union(List<ResolvedRule> one, List<ResolvedRule> other) {
    Set<ResolvedRule> all = new LinkedHashSet<>(one);
    all.addAll(other);
    return all.stream().sorted(BY_PLACE).toList();
  }

  /**
   * Returns who owns the file that a question is about; {@code OWNER} for other questions, where it
   * makes no difference.
   */
  private static Ownership ownership(Access access) {
    if (access instanceof Access.File file) {
      return file.ownership();
    }
    if (access instanceof Access.Exec exec) {
      return exec.ownership();
    }
    return access instanceof Access.Link link ? link.ownership() : Ownership.OWNER;
  }

  private static Decision decide(
      Evaluator tables,
      KernelProfile profile,
      Collection<KernelProfile> loaded,
      Access access,
      @Nullable CompiledProfile source,
      boolean owner) {
    if (access instanceof Access.ChangeHat hat) {
      boolean there = tables.isUnconfined() || ChangeProfileAccess.hasHat(profile, hat, loaded);
      return inMode(profile, there, !there, List.of(), null);
    }
    Verdict verdict = verdict(tables, access, owner);
    boolean allowed = verdict.allowed();
    Decision.Execution execution = null;
    if (access instanceof Access.Exec exec) {
      byte[] program = SourceText.encode(exec.program());
      execution =
          tables.isUnconfined()
              ? Decision.Execution.unconfined(false)
              : ExecAccess.execution(profile, tables.exec(program, owner), program, loaded);
      allowed &= execution != null;
    }
    List<ResolvedRule> rules =
        source == null || tables.isUnconfined()
            ? List.of()
            : deciding(source, tables, access, verdict, owner).stream().sorted(BY_PLACE).toList();
    return inMode(
        profile, allowed, verdict.logged() || (verdict.allowed() && !allowed), rules, execution);
  }

  private static Decision inMode(
      KernelProfile profile,
      boolean allowed,
      boolean logged,
      List<ResolvedRule> rules,
      Decision.@Nullable Execution execution) {
    boolean lenient = profile.mode() == KernelProfile.MODE_COMPLAIN;
    boolean confines = profile.mode() != KernelProfile.MODE_UNCONFINED;
    return new Decision(
        allowed || lenient,
        confines && (logged || (allowed && profile.behavior().audit())),
        rules,
        null,
        allowed ? execution : null);
  }

  /**
   * Returns whether the tables alone allow an access, whatever the profile's mode is; for a
   * question about both ownerships, whether they do for both.
   */
  static boolean grants(Evaluator tables, Access access) {
    Ownership ownership = ownership(access);
    return (ownership == Ownership.OTHER || verdict(tables, access, true).allowed())
        && (ownership == Ownership.OWNER || verdict(tables, access, false).allowed());
  }

  private static Verdict verdict(Evaluator tables, Access access, boolean owner) {
    if (access instanceof Access.File file) {
      return new Verdict(
          tables.file(SourceText.encode(file.path()), owner),
          AcceptBits.kernelUse(file.permissions().bits()));
    }
    if (access instanceof Access.Exec exec) {
      return new Verdict(tables.file(SourceText.encode(exec.program()), owner), AcceptBits.EXEC);
    }
    if (access instanceof Access.Link link) {
      AccessWords words =
          tables.link(SourceText.encode(link.path()), SourceText.encode(link.target()), owner);
      return new Verdict(words, AcceptBits.KERNEL_LINK);
    }
    if (access instanceof Access.Capability capability) {
      return new Verdict(tables.capability(capability.capability().number()), 1);
    }
    if (access instanceof Access.ChangeProfile change) {
      int wanted = ChangeProfileAccess.wanted(change);
      AccessWords words = AccessWords.UNMEDIATED;
      for (byte[] string : ChangeProfileAccess.strings(change, tables)) {
        AccessWords one = tables.file(string, true);
        words =
            one.allows(wanted) && words.allows(wanted) ? one : words.allows(wanted) ? one : words;
      }
      return new Verdict(words, wanted);
    }
    Question question = tableQuestion(access, tables);
    AccessWords words = tables.ask(question.string());
    if (access instanceof Access.Network network && words.equals(AccessWords.UNMEDIATED)) {
      words = tables.socketType(network.family().number(), network.type().number());
    }
    if (access instanceof Access.Unix unix && words.equals(AccessWords.UNMEDIATED)) {
      words = tables.socketType(NetworkFamily.UNIX.number(), unix.type().number());
    }
    return new Verdict(words, question.wanted());
  }

  /** Returns the question to the policy table; for sockets it depends on what the table holds. */
  private static Question tableQuestion(Access access, Evaluator tables) {
    if (access instanceof Access.Network network) {
      return NetworkAccess.question(network, tables);
    }
    if (access instanceof Access.Unix unix) {
      return UnixAccess.question(unix, tables);
    }
    return question(access);
  }

  /** Returns the question to the policy table about anything but files and sockets. */
  static Question question(Access access) {
    if (access instanceof Access.Signal signal) {
      return SignalAccess.question(signal);
    }
    if (access instanceof Access.Ptrace ptrace) {
      return PtraceAccess.question(ptrace);
    }
    if (access instanceof Access.Dbus dbus) {
      return DbusAccess.question(dbus);
    }
    if (access instanceof Access.Mount mount) {
      return MountAccess.question(mount);
    }
    if (access instanceof Access.Umount umount) {
      return MountAccess.question(umount);
    }
    if (access instanceof Access.PivotRoot pivot) {
      return PivotRootAccess.question(pivot);
    }
    if (access instanceof Access.Mqueue mqueue) {
      return MqueueAccess.question(mqueue);
    }
    if (access instanceof Access.IoUring ring) {
      return IoUringAccess.question(ring);
    }
    if (access instanceof Access.Userns userns) {
      return UsernsAccess.question(userns);
    }
    throw new AssertionError("not of the policy table: " + access);
  }

  // ---- the rules that decided

  private static Collection<ResolvedRule> deciding(
      CompiledProfile profile, Evaluator tables, Access access, Verdict verdict, boolean owner) {
    int wanted = verdict.allowed() ? verdict.wanted() : verdict.wanted() & ~verdict.words().allow();
    if (verdict.words().equals(AccessWords.UNMEDIATED)) {
      return List.of();
    }
    if (access instanceof Access.Capability capability) {
      return CapabilityAccess.deciding(profile.source().rules(), capability, verdict.allowed());
    }
    Set<ResolvedRule> rules = new LinkedHashSet<>();
    if (access instanceof Access.ChangeProfile change) {
      for (byte[] string : ChangeProfileAccess.strings(change, tables)) {
        rules.addAll(profile.deciding(true, string, wanted << 1));
      }
      return speaking(rules, verdict.allowed());
    }
    int file = AcceptBits.of(AcceptBits.ofFile(wanted), owner);
    if (access instanceof Access.File one) {
      rules.addAll(profile.deciding(true, SourceText.encode(one.path()), file));
    } else if (access instanceof Access.Exec exec) {
      rules.addAll(profile.deciding(true, SourceText.encode(exec.program()), file));
    } else if (access instanceof Access.Link link) {
      byte[] path = SourceText.encode(link.path());
      byte[] pair = Evaluator.pair(path, SourceText.encode(link.target()));
      rules.addAll(profile.deciding(true, path, file));
      rules.addAll(profile.deciding(true, pair, file));
    } else {
      byte[] string = tableQuestion(access, tables).string();
      rules.addAll(profile.deciding(false, string, AcceptBits.ofPolicy(wanted)));
    }
    return speaking(rules, verdict.allowed());
  }

  /** Returns the allowing rules if the access is allowed, otherwise the denying ones. */
  private static List<ResolvedRule> speaking(Collection<ResolvedRule> rules, boolean allowed) {
    return rules.stream().filter(rule -> rule.rule().qualifiers().isDeny() != allowed).toList();
  }
}
