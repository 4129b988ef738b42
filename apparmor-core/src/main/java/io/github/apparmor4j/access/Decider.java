package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.compile.EncodedRule;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyClass;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.policy.Rights;
import io.github.apparmor4j.profile.AllRule;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.SourceText;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers as the kernel would, by walking the tables that it would walk. Thread-safe.
 *
 * <p>The verdict always comes from the binary policy; the rules that decided are looked for
 * afterwards, among the encoded ones.
 */
public final class Decider {

  private static final int OTHERS = 14;
  private static final int LINK = FilePermissions.LINK;
  private static final int SUBSET = 0x20;

  private Decider() {}

  /**
   * What the tables say of an access: bits wanted, allowed, logged when used, and not logged when
   * refused.
   */
  private record Verdict(int wanted, int allow, int audit, int quiet) {

    static final Verdict UNMEDIATED = new Verdict(0, 0, 0, 0);

    boolean allowed() {
      return (wanted & ~allow) == 0;
    }

    boolean logged() {
      return allowed() ? (audit & wanted) != 0 : (wanted & ~allow & ~quiet) != 0;
    }
  }

  /** Returns the kernel's answer for a profile of which only the binary form is known. */
  public static Decision decide(KernelProfile profile, Access access) {
    Objects.requireNonNull(access, "access");
    if (profile.mode() == KernelProfile.MODE_UNCONFINED) {
      return new Decision(true, false, List.of());
    }
    return inMode(profile, verdict(profile, access), List.of());
  }

  /** Returns the kernel's answer, and the rules that decided it. */
  public static Decision decide(CompiledProfile profile, Access access) {
    KernelProfile binary = profile.binary();
    if (binary.mode() == KernelProfile.MODE_UNCONFINED) {
      return new Decision(true, false, List.of());
    }
    Verdict verdict = verdict(binary, access);
    Set<ResolvedRule> rules = new LinkedHashSet<>();
    if (access instanceof Access.Capability one) {
      for (ResolvedRule rule : profile.source().rules()) {
        if (isAbout(rule.rule(), one.capability())
            && rule.rule().qualifiers().isDeny() != verdict.allowed()) {
          rules.add(rule);
        }
      }
    } else if (verdict.wanted() != 0) {
      int bits = verdict.allowed() ? verdict.wanted() : verdict.wanted() & ~verdict.allow();
      deciding(profile, access, bits, verdict.allowed(), rules);
    }
    return inMode(binary, verdict, rules.stream().sorted(BY_PLACE).toList());
  }

  private static boolean isAbout(Rule rule, Capability capability) {
    return rule instanceof AllRule
        || (rule instanceof CapabilityRule some
            && (some.capabilities().isEmpty() || some.capabilities().contains(capability)));
  }

  private static final Comparator<ResolvedRule> BY_PLACE =
      Comparator.comparing((ResolvedRule r) -> r.place().source().name())
          .thenComparing(r -> r.place().span().start());

  private static Decision inMode(KernelProfile profile, Verdict verdict, List<ResolvedRule> rules) {
    boolean lenient = profile.mode() == KernelProfile.MODE_COMPLAIN;
    boolean logged = verdict.logged() || (verdict.allowed() && profile.behavior().audit());
    return new Decision(verdict.allowed() || lenient, logged, rules);
  }

  private static Verdict verdict(KernelProfile profile, Access access) {
    if (access instanceof Access.File file) {
      return file(profile, file);
    }
    if (access instanceof Access.Capability capability) {
      KernelProfile.Capabilities caps = profile.capabilities();
      int number = capability.capability().number();
      return new Verdict(
          1,
          (int) (caps.allow() >>> number) & 1,
          (int) (caps.audit() >>> number) & 1,
          (int) (caps.quiet() >>> number) & 1);
    }
    PolicyDfa dfa = profile.policyDb();
    Query query = query(dfa, access);
    if (dfa == null || (profile.abi() > 5 && dfa.walk((byte) query.policyClass()) == Dfa.TRAP)) {
      return Verdict.UNMEDIATED;
    }
    Rights rights = dfa.rights(dfa.walk(query.string()));
    return new Verdict(query.wanted(), rights.allow(), rights.audit(), rights.quiet());
  }

  private static Query query(@Nullable PolicyDfa dfa, Access access) {
    Query query = Query.of(access);
    boolean newer =
        access instanceof Access.Network
            && dfa != null
            && dfa.walk((byte) PolicyClass.NETWORK_V9) != Dfa.TRAP;
    return newer ? query.inClass(PolicyClass.NETWORK_V9) : query;
  }

  // ---- files

  private static Verdict file(KernelProfile profile, Access.File access) {
    PolicyDfa dfa = profile.files();
    int start = Dfa.START;
    if (dfa == null) {
      // Without file rules the kernel looks for files in the policy table, behind their class.
      dfa = profile.policyDb();
      start = dfa == null ? Dfa.TRAP : dfa.walk((byte) PolicyClass.FILE);
      if (dfa == null || (start == Dfa.TRAP && profile.abi() > 5)) {
        return Verdict.UNMEDIATED;
      }
    }
    int wanted = access.permissions().bits();
    int state = dfa.walk(start, SourceText.encode(access.path()));
    Rights path = dfa.fileRights(state, access.owner());
    if (access.linkTarget() == null) {
      return new Verdict(wanted, path.allow(), path.audit(), path.quiet());
    }
    byte[] target = SourceText.encode(access.linkTarget());
    Rights pair = dfa.fileRights(dfa.walk(dfa.walk(state, (byte) 0), target), access.owner());
    boolean linked =
        (path.allow() & pair.allow() & LINK) != 0
            && ((pair.allow() & SUBSET) == 0
                || isSubset(path, dfa.fileRights(dfa.walk(start, target), access.owner())));
    int allow = linked ? path.allow() | LINK : path.allow() & ~LINK;
    int audit = (path.audit() & ~LINK) | (pair.audit() & LINK);
    int quiet = (path.quiet() & ~LINK) | (pair.quiet() & LINK);
    return new Verdict(wanted | LINK, allow, audit, quiet);
  }

  /**
   * Returns whether a link's permissions are among those of its target, executed no differently.
   */
  private static boolean isSubset(Rights link, Rights target) {
    int permissions = link.allow() & 0x7f & ~LINK;
    boolean exec = (permissions & FilePermissions.EXEC) != 0;
    return (permissions & ~target.allow()) == 0
        && (!exec || (link.exec() == target.exec() && (target.unsafe() || !link.unsafe())));
  }

  // ---- which rules

  private static void deciding(
      CompiledProfile profile, Access access, int bits, boolean allowed, Set<ResolvedRule> to) {
    if (access instanceof Access.File file) {
      byte[] path = SourceText.encode(file.path());
      int shift = file.owner() ? 0 : OTHERS;
      byte[] pair = pair(path, file.linkTarget());
      deciding(profile, EncodedRule.Table.FILE, path, bits << shift, allowed, to);
      if (pair != null) {
        deciding(profile, EncodedRule.Table.FILE, pair, LINK << shift, allowed, to);
      }
    } else {
      byte[] string = query(profile.binary().policyDb(), access).string();
      deciding(profile, EncodedRule.Table.POLICY, string, bits, allowed, to);
    }
  }

  private static byte @Nullable [] pair(byte[] path, @Nullable String target) {
    if (target == null) {
      return null;
    }
    byte[] second = SourceText.encode(target);
    byte[] pair = Arrays.copyOf(path, path.length + 1 + second.length);
    System.arraycopy(second, 0, pair, path.length + 1, second.length);
    return pair;
  }

  private static void deciding(
      CompiledProfile profile,
      EncodedRule.Table table,
      byte[] string,
      int bits,
      boolean allowed,
      Set<ResolvedRule> to) {
    List<EncodedRule> matching =
        profile.rules().stream()
            .filter(rule -> rule.table() == table && (rule.permissions() & bits) != 0)
            .filter(rule -> rule.regex().matches(string))
            .toList();
    for (int bit = 1; bit != 0; bit <<= 1) {
      if ((bits & bit) == 0) {
        continue;
      }
      int one = bit;
      int strongest =
          matching.stream()
              .filter(rule -> (rule.permissions() & one) != 0)
              .mapToInt(rule -> rule.strength(one))
              .max()
              .orElse(0);
      for (EncodedRule rule : matching) {
        ResolvedRule origin = rule.origin();
        if ((rule.permissions() & one) != 0
            && rule.strength(one) == strongest
            && rule.isDeny() != allowed
            && rule.action() != Qualifiers.Action.PROMPT
            && origin != null) {
          to.add(origin);
        }
      }
    }
  }
}
