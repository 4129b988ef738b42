package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.Everything;
import io.github.apparmor4j.automaton.Language;
import io.github.apparmor4j.automaton.Product;
import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.policy.Evaluator.Origin;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.source.WorkLimits;
import io.github.apparmor4j.vocabulary.AcceptBits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a profile's tables allow in one domain: a part of a product, and the rights in a state. */
final class Tables {

  private final Evaluator evaluator;
  private final Domain domain;
  private final int policyClass;
  private final @Nullable Origin origin;

  Tables(Evaluator evaluator, Domain domain) {
    this.evaluator = evaluator;
    this.domain = domain;
    this.policyClass = domain.policyClass(evaluator);
    Optional<Origin> found = policyClass < 0 ? Optional.empty() : evaluator.origin(policyClass);
    this.origin = found.orElse(null);
  }

  Product.Part part() {
    if (domain.kind() == RuleKind.CAPABILITY) {
      return new Product.Part(CapabilityAccess.Numbers.ALL, Dfa.START);
    }
    return origin == null
        ? new Product.Part(Everything.BYTES, Dfa.START)
        : new Product.Part(origin.table().tables(), origin.state());
  }

  /** Returns the rights of a state, bit i for the domain's right i. */
  int rights(int state) {
    List<Domain.Right> rights = domain.rights();
    int allowed = 0;
    for (int i = 0; i < rights.size(); i++) {
      allowed |= words(state, rights.get(i)).allows(rights.get(i).wanted()) ? 1 << i : 0;
    }
    return allowed;
  }

  Domain domain() {
    return domain;
  }

  /** Returns how programs are executed whose paths lead to a state. */
  ExecManner manner(KernelProfile profile, int state, boolean owner) {
    if (origin == null) {
      return new ExecManner(true, ExecManner.UNCONFINED, null, false);
    }
    boolean allowed =
        evaluator.at(policyClass, origin.table(), state, owner).allows(AcceptBits.EXEC);
    return allowed
        ? ExecManner.of(profile, evaluator.execAt(origin.table(), state, owner))
        : ExecManner.NONE;
  }

  /**
   * Returns whether some state of the table has something, a string leads to it or not: most tables
   * lack what is rare, and a look at their states costs much less than a product.
   */
  boolean has(IntPredicate something) {
    return origin == null || IntStream.range(Dfa.START, origin.table().size()).anyMatch(something);
  }

  /** Returns which of some rights are allowed for which of the strings that are asked about. */
  List<AccessSet> allowed(Language asked, int wanted, WorkLimits limits) {
    Dfa dfa =
        Product.of(
            List.of(asked.part(), part()),
            limits,
            at -> asked.dfa().label(at[0]) == 0 ? 0 : rights(at[1]) & wanted);
    return AccessSet.of(domain, dfa, label -> label, limits);
  }

  /** Returns which of some rights are <em>not</em> allowed for which of the strings. */
  List<AccessSet> refused(Language asked, int wanted, WorkLimits limits) {
    Dfa dfa =
        Product.of(
            List.of(asked.part(), part()),
            limits,
            at -> asked.dfa().label(at[0]) == 0 ? 0 : ~rights(at[1]) & wanted);
    return AccessSet.of(domain, dfa, label -> label, limits);
  }

  /** Returns which rights other tables allow and these don't, for all strings of the domain. */
  List<AccessSet> wider(Tables other, WorkLimits limits) {
    Language asked = domain.asked();
    Dfa dfa =
        Product.of(
            List.of(asked.part(), part(), other.part()),
            limits,
            at -> asked.dfa().label(at[0]) == 0 ? 0 : other.rights(at[2]) & ~rights(at[1]));
    return AccessSet.of(domain, dfa, label -> label, limits);
  }

  /**
   * What is different between two tables.
   *
   * @param widened what the second allows and the first doesn't
   * @param narrowed what the first allows and the second doesn't
   * @param logged what leaves a record in one of them only, though both decide alike
   */
  record Differences(List<AccessSet> widened, List<AccessSet> narrowed, List<AccessSet> logged) {}

  /** The rights that are different in a state of the product. */
  private record Rights(int widened, int narrowed, int logged) {
    static final Rights SAME = new Rights(0, 0, 0);
  }

  /** Compares all that these tables say with what other tables say, in one walk. */
  Differences compared(Tables other, WorkLimits limits) {
    Language asked = domain.asked();
    List<Rights> kinds = new ArrayList<>(List.of(Rights.SAME));
    Map<Rights, Integer> labels = new HashMap<>(Map.of(Rights.SAME, 0));
    Dfa dfa =
        Product.of(
            List.of(asked.part(), part(), other.part()),
            limits,
            at -> {
              if (asked.dfa().label(at[0]) == 0) {
                return 0;
              }
              int was = rights(at[1]);
              int is = other.rights(at[2]);
              int logs = (logged(at[1]) ^ other.logged(at[2])) & ~(was ^ is);
              return labels.computeIfAbsent(
                  new Rights(is & ~was, was & ~is, logs),
                  rights -> {
                    kinds.add(rights);
                    return kinds.size() - 1;
                  });
            });
    return new Differences(
        AccessSet.of(domain, dfa, label -> kinds.get(label).widened(), limits),
        AccessSet.of(domain, dfa, label -> kinds.get(label).narrowed(), limits),
        AccessSet.of(domain, dfa, label -> kinds.get(label).logged(), limits));
  }

  /** Returns the rights whose use, or whose refusal, leaves a record. */
  private int logged(int state) {
    int logged = 0;
    for (int i = 0; i < domain.rights().size(); i++) {
      logged |=
          words(state, domain.rights().get(i)).logs(domain.rights().get(i).wanted()) ? 1 << i : 0;
    }
    return logged;
  }

  private AccessWords words(int state, Domain.Right right) {
    if (domain.kind() == RuleKind.CAPABILITY) {
      int number = CapabilityAccess.Numbers.number(state);
      return number < 0 ? AccessWords.UNMEDIATED : evaluator.capability(number);
    }
    return origin == null
        ? AccessWords.UNMEDIATED
        : evaluator.at(policyClass, origin.table(), state, right.owner());
  }

  /**
   * Returns what other tables of files allow to read, execute or map of the files that these allow
   * to write, whoever owns them.
   */
  List<AccessSet> flow(Tables reader, WorkLimits limits) {
    int writing = rightsNamed("wa");
    int reading = rightsNamed("rxm");
    Language asked = domain.asked();
    Dfa dfa =
        Product.of(
            List.of(asked.part(), part(), reader.part()),
            limits,
            at -> {
              boolean written = asked.dfa().label(at[0]) != 0 && (rights(at[1]) & writing) != 0;
              return written ? reader.rights(at[2]) & reading : 0;
            });
    return AccessSet.of(domain, dfa, label -> label, limits);
  }

  private int rightsNamed(String letters) {
    int named = 0;
    for (int i = 0; i < domain.rights().size(); i++) {
      named |= letters.contains(domain.rights().get(i).word()) ? 1 << i : 0;
    }
    return named;
  }
}
