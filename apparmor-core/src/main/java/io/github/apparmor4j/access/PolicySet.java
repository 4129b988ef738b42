package io.github.apparmor4j.access;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Profiles that are loaded together, such as those of a host, and questions about all of them.
 * Answers are found with automata over the kernel's tables, so they hold for every path and label,
 * not for a sample; each is shown with a witness, a concrete access that has been asked again, one
 * by one, as a kernel would be asked. Immutable and thread-safe.
 *
 * <pre>{@code
 * PolicySet host = PolicySet.of(compilations);
 * for (PolicySet.Grant grant : host.who(AccessPattern.parse("file w /etc/cron.d/**"))) {
 *   System.out.println(grant.profile() + " may: " + grant.witness());
 * }
 * }</pre>
 */
public final class PolicySet {

  private static final PolicyReader.Kernel KERNEL = PolicyReader.Kernel.LINUX_6_12;

  private final Map<String, CompiledProfile> profiles;
  private final List<KernelProfile> loaded;
  private final WorkLimits limits;

  private PolicySet(Map<String, CompiledProfile> profiles, WorkLimits limits) {
    this.profiles = profiles;
    this.loaded = profiles.values().stream().map(CompiledProfile::binary).toList();
    this.limits = limits;
  }

  /**
   * Accesses that a profile allows.
   *
   * @param profile name as the kernel shows it
   * @param accesses what is allowed
   * @param witness one of them
   * @param rules the rules that allow the witness; empty if the profile confines nothing, or
   *     doesn't mediate such accesses
   */
  public record Grant(
      String profile, AccessSet accesses, Access witness, List<ResolvedRule> rules) {
    /** Copies the list. */
    public Grant {
      rules = List.copyOf(rules);
    }
  }

  /** Returns the set of the profiles of some files. Of two with one name, the later one counts. */
  public static PolicySet of(Collection<Compilation> compilations) {
    Map<String, CompiledProfile> profiles = new LinkedHashMap<>();
    for (Compilation compilation : compilations) {
      for (CompiledProfile each : compilation.profiles()) {
        profiles.put(each.binary().qualifiedName(), each);
      }
    }
    return new PolicySet(profiles, WorkLimits.DEFAULT);
  }

  /**
   * Returns this set with limits for each question about one profile, or about two in a difference.
   */
  public PolicySet withLimits(WorkLimits most) {
    return new PolicySet(profiles, most);
  }

  /** Returns the profiles, in the order in which they were given. */
  public Collection<CompiledProfile> profiles() {
    return List.copyOf(profiles.values());
  }

  /** Returns the profile with a name, as the kernel shows it; empty if there is none. */
  public Optional<CompiledProfile> profile(String name) {
    return Optional.ofNullable(profiles.get(name));
  }

  /**
   * Returns the names of the profiles whose mode is to confine nothing: whatever is asked, their
   * programs may do it, as programs without a profile may.
   */
  public List<String> confiningNothing() {
    return profiles.values().stream()
        .filter(each -> evaluator(each).isUnconfined())
        .map(each -> each.binary().qualifiedName())
        .toList();
  }

  /** Returns the binary forms. */
  List<KernelProfile> loaded() {
    return loaded;
  }

  WorkLimits limits() {
    return limits;
  }

  static Evaluator evaluator(CompiledProfile profile) {
    return new Evaluator(profile.binary(), KERNEL);
  }

  /**
   * Returns what the profiles allow of some accesses: for each profile, and each group of
   * permissions that it allows for the same names, exactly that part. Profiles that allow nothing
   * of it are left out, and so are those that confine nothing ({@link #confiningNothing}).
   * Otherwise the mode is left aside: a profile that complains grants what its rules grant.
   *
   * @throws TooComplexException if a limit is reached
   */
  public List<Grant> who(AccessPattern asked) {
    List<Grant> grants = new ArrayList<>();
    profiles.values().stream()
        .filter(each -> !evaluator(each).isUnconfined())
        .forEach(each -> grants.addAll(what(each, asked)));
    return grants;
  }

  /**
   * Returns what one profile allows of some accesses, as {@link #who} does.
   *
   * @throws IllegalArgumentException if there is no such profile
   * @throws TooComplexException if a limit is reached
   */
  public List<Grant> what(String profile, AccessPattern asked) {
    return what(required(profile), asked);
  }

  /** Returns the profile with a name; there must be one. */
  CompiledProfile required(String name) {
    return profile(name)
        .orElseThrow(() -> new IllegalArgumentException("there is no profile " + name));
  }

  /**
   * A profile that attaches to a program.
   *
   * @param profile name of the profile
   * @param length how many bytes of the program's path match before the pattern repeats itself: of
   *     several, kernels prefer the longest
   * @param xattrs extended attributes that the program must have as well; none for most profiles
   * @param wins whether an unconfined task that executes the program gets this profile, if the
   *     program has no extended attributes
   */
  public record Attached(String profile, int length, List<String> xattrs, boolean wins) {
    /** Copies the list. */
    public Attached {
      xattrs = List.copyOf(xattrs);
    }
  }

  /**
   * Returns the profiles that attach to a program, the longest match first. If two match equally
   * long, none of them wins: the kernel refuses to choose.
   *
   * @param program absolute path
   */
  public List<Attached> which(String program) {
    byte[] path = SourceText.encode(program);
    List<KernelProfile> global =
        loaded.stream().filter(each -> each.profileName().parent().isEmpty()).toList();
    KernelProfile winner = ExecAccess.attachedTo(path, global);
    List<Attached> attached = new ArrayList<>();
    for (KernelProfile each : global) {
      KernelProfile.Attachment attachment = each.attachment();
      int length = attachment == null ? 0 : attachment.dfa().leftMatch(path);
      if (attachment != null && length > 0) {
        boolean wins = each.equals(winner);
        attached.add(new Attached(each.qualifiedName(), length, attachment.xattrs(), wins));
      }
    }
    attached.sort(Comparator.comparing(Attached::length).reversed());
    return attached;
  }

  /**
   * Returns the files that one profile may write and another may read, execute or map: what flows
   * from one to the other. With the same profile twice it is what breaks W^X.
   *
   * @param from name of the profile that writes
   * @param to name of the profile that reads; the permissions of the result are its own
   * @throws IllegalArgumentException if there is no such profile
   * @throws TooComplexException if a limit is reached
   */
  public List<AccessSet> flow(String from, String to) {
    Domain files = FileAccess.DOMAINS.get(0);
    Tables writer = new Tables(evaluator(required(from)), files);
    Tables reader = new Tables(evaluator(required(to)), files);
    return writer.flow(reader, limits);
  }

  /**
   * A way in which tasks of two labels deal with each other, which both sides must allow.
   *
   * @param kind the kind of rule
   * @param what what the first side does, such as {@code signal send term}
   * @param own what the first side allows, or {@code null} if it refuses
   * @param other what the second side allows of the same, or {@code null} if it refuses
   */
  public record Dealing(RuleKind kind, String what, @Nullable Access own, @Nullable Access other) {

    /** Returns whether both sides allow it. */
    public boolean isAllowed() {
      return own != null && other != null;
    }
  }

  /**
   * Returns what a task under one profile may do to a task under another: signals, tracing,
   * connections of Unix sockets and messages of D-Bus, one by one, with the side that refuses. Of
   * sockets and messages it says whether there are any that the sides allow, which need not be the
   * same ones.
   *
   * @throws IllegalArgumentException if there is no such profile
   * @throws TooComplexException if a limit is reached
   */
  public List<Dealing> peers(String from, String to) {
    CompiledProfile one = required(from);
    CompiledProfile other = required(to);
    List<Dealing> dealings = new ArrayList<>();
    for (Signal signal : Signal.all()) {
      Access sent = new Access.Signal(SignalPermission.SEND, signal, to);
      Access received = new Access.Signal(SignalPermission.RECEIVE, signal, from);
      dealings.add(dealing(RuleKind.SIGNAL, one, sent, other, received, "signal send " + signal));
    }
    dealings.add(traced(one, PtracePermission.READ, other, PtracePermission.READBY));
    dealings.add(traced(one, PtracePermission.TRACE, other, PtracePermission.TRACEDBY));
    dealings.add(
        new Dealing(
            RuleKind.UNIX,
            "unix connect",
            any(from, "unix connect", "peer", to),
            any(to, "unix accept", "peer", from)));
    dealings.add(
        new Dealing(
            RuleKind.DBUS,
            "dbus send",
            any(from, "dbus send", "label", to),
            any(to, "dbus receive", "label", from)));
    return dealings;
  }

  private static Dealing traced(
      CompiledProfile one,
      PtracePermission traces,
      CompiledProfile other,
      PtracePermission suffers) {
    Access own = new Access.Ptrace(traces, other.binary().qualifiedName());
    Access suffered = new Access.Ptrace(suffers, one.binary().qualifiedName());
    return dealing(RuleKind.PTRACE, one, own, other, suffered, "ptrace " + traces);
  }

  private static Dealing dealing(
      RuleKind kind,
      CompiledProfile one,
      Access own,
      CompiledProfile other,
      Access suffered,
      String what) {
    return new Dealing(
        kind,
        what,
        Decider.grants(evaluator(one), own) ? own : null,
        Decider.grants(evaluator(other), suffered) ? suffered : null);
  }

  /** Returns an access that a profile allows with a peer, or {@code null}. */
  private @Nullable Access any(String profile, String words, String field, String peer) {
    String pattern = words + AccessReader.value(field, Aare.quote(peer));
    return what(profile, AccessPattern.parse(pattern)).stream()
        .map(Grant::witness)
        .findFirst()
        .orElse(null);
  }

  /**
   * What some accesses used of a profile.
   *
   * @param profile name of the profile
   * @param used how many of the accesses each rule decided about, in the order of the text
   * @param unused the rules that decided about none; limits of resources are left out, since no
   *     access is about them
   * @param refused how often each access occurred that the profile's tables refuse
   */
  public record Coverage(
      String profile,
      Map<ResolvedRule, Long> used,
      List<ResolvedRule> unused,
      Map<Access, Long> refused) {}

  /**
   * Returns which rules of a profile some accesses used: those of a log or of a test run. A rule
   * that was never used may still be needed; what is never refused is seen only if it was logged.
   *
   * @throws IllegalArgumentException if there is no such profile
   */
  public Coverage coverage(String profile, Iterable<Access> accesses) {
    CompiledProfile asked = required(profile);
    Evaluator evaluator = evaluator(asked);
    Map<ResolvedRule, Long> counts = new HashMap<>();
    Map<Access, Long> refused = new LinkedHashMap<>();
    for (Access access : accesses) {
      rules(asked, access).forEach(rule -> counts.merge(rule, 1L, Long::sum));
      if (!(access instanceof Access.ChangeHat) && !Decider.grants(evaluator, access)) {
        refused.merge(access, 1L, Long::sum);
      }
    }
    Map<ResolvedRule, Long> used = new LinkedHashMap<>();
    List<ResolvedRule> unused = new ArrayList<>();
    for (ResolvedRule rule : asked.source().rules()) {
      Long count = counts.get(rule);
      if (count != null) {
        used.put(rule, count);
      } else if (rule.rule().kind() != RuleKind.RLIMIT) {
        unused.add(rule);
      }
    }
    return new Coverage(
        profile,
        Collections.unmodifiableMap(used),
        List.copyOf(unused),
        Collections.unmodifiableMap(refused));
  }

  private List<Grant> what(CompiledProfile profile, AccessPattern asked) {
    Evaluator evaluator = evaluator(profile);
    List<Grant> grants = new ArrayList<>();
    for (AccessPattern.Part part : asked.parts()) {
      if (part.domain().isAsked(evaluator)) {
        new Tables(evaluator, part.domain())
            .allowed(part.strings(), part.rights(), limits)
            .forEach(set -> confirmed(profile, set).ifPresent(grants::add));
      }
    }
    return grants;
  }

  /** Returns a grant whose witness the profile really allows. */
  private Optional<Grant> confirmed(CompiledProfile profile, AccessSet set) {
    Access witness = set.witness();
    return Decider.grants(evaluator(profile), witness)
        ? Optional.of(
            new Grant(profile.binary().qualifiedName(), set, witness, rules(profile, witness)))
        : Optional.empty();
  }

  /** Returns the rules that decide about an access. */
  List<ResolvedRule> rules(CompiledProfile profile, Access access) {
    return Decider.deciding(profile, loaded, access);
  }
}
