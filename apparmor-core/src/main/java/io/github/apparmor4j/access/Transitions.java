package io.github.apparmor4j.access;

import io.github.apparmor4j.access.TransitionGraph.Edge;
import io.github.apparmor4j.access.TransitionGraph.Manner;
import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.automaton.DfaBuilder;
import io.github.apparmor4j.automaton.Language;
import io.github.apparmor4j.automaton.Product;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.source.SourceText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The ways out of each profile of a set. */
final class Transitions {

  private static final Domain FILES = FileAccess.DOMAINS.get(0);

  /** Of each label a state of its own: labels of states are 1 and the number in the list. */
  private record Names(List<String> labels, Dfa alone, Dfa afterProgram) {}

  private final PolicySet set;
  private final Names names;

  /** For each namespace, which profiles attach to a program. */
  private final Map<String, Attachments> attachments = new HashMap<>();

  /**
   * Which profiles attach to a program.
   *
   * @param dfa its labels are 1 and the number in the list
   * @param rivals for each label the profiles whose attachment matches
   */
  private record Attachments(Dfa dfa, List<List<CompiledProfile>> rivals) {

    /** Returns what tells apart the programs that get different profiles. */
    List<Integer> key(int state) {
      int label = dfa.label(state);
      // Which of several attaches depends on how each of them matched.
      return List.of(label, label > 0 && rivals.get(label - 1).size() > 1 ? state : 0);
    }
  }

  Transitions(PolicySet set) {
    this.set = set;
    List<String> labels =
        new ArrayList<>(
            set.profiles().stream().map(each -> each.binary().qualifiedName()).toList());
    labels.add(TransitionGraph.UNCONFINED);
    this.names = new Names(labels, trie(labels, false), trie(labels, true));
  }

  private Dfa trie(List<String> labels, boolean afterProgram) {
    List<Regex.Labelled> expressions = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      Regex name = Regex.bytes(SourceText.encode(labels.get(i)));
      Regex whole = afterProgram ? Regex.sequence(Domain.PATH, Domain.NUL, name) : name;
      expressions.add(whole.labelled(i));
    }
    return DfaBuilder.build(expressions, set.limits(), (found, state) -> 1 + found[0]);
  }

  List<Edge> of(CompiledProfile profile) {
    Map<List<Object>, Edge> edges = new LinkedHashMap<>();
    if (PolicySet.evaluator(profile).isUnconfined()) {
      Access witness = new Access.ChangeProfile(TransitionGraph.UNCONFINED, null);
      add(profile, TransitionGraph.UNCONFINED, Manner.CONFINES_NOTHING, witness, edges);
      return List.copyOf(edges.values());
    }
    executions(profile, true, edges);
    executions(profile, false, edges);
    changes(
        profile, ChangeProfileAccess.DOMAINS.get(0), names.alone(), Manner.CHANGE_PROFILE, edges);
    changes(
        profile,
        ChangeProfileAccess.DOMAINS.get(1),
        names.afterProgram(),
        Manner.CHANGE_ON_EXEC,
        edges);
    hats(profile, edges);
    return List.copyOf(edges.values());
  }

  private void add(
      CompiledProfile profile,
      String to,
      Manner manner,
      Access witness,
      Map<List<Object>, Edge> edges) {
    String from = profile.binary().qualifiedName();
    // What can be changed to at once can be changed to with the next execution as well.
    boolean implied =
        manner == Manner.CHANGE_ON_EXEC && edges.containsKey(List.of(to, Manner.CHANGE_PROFILE));
    if (!to.equals(from) && !implied) {
      edges.computeIfAbsent(
          List.of(to, manner),
          key -> new Edge(from, to, manner, witness, set.rules(profile, witness)));
    }
  }

  // ---- hats

  private void hats(CompiledProfile profile, Map<List<Object>, Edge> edges) {
    for (CompiledProfile each : set.profiles()) {
      boolean hat = (each.binary().behavior().flags() & KernelProfile.FLAG_HAT) != 0;
      Optional<?> parent = each.binary().profileName().parent();
      if (hat && parent.equals(Optional.of(profile.binary().profileName()))) {
        Access witness = new Access.ChangeHat(each.binary().profileName().localName());
        add(profile, each.binary().qualifiedName(), Manner.CHANGE_HAT, witness, edges);
      }
    }
  }

  // ---- changes of profile

  private void changes(
      CompiledProfile profile,
      Domain domain,
      Dfa known,
      Manner manner,
      Map<List<Object>, Edge> edges) {
    Tables tables = new Tables(PolicySet.evaluator(profile), domain);
    if (!tables.has(state -> tables.rights(state) != 0)) {
      return;
    }
    List<AccessSet> all = tables.allowed(domain.asked(), 1, set.limits());
    if (all.isEmpty()) {
      return;
    }
    Language allowed = all.get(0).strings();
    Dfa dfa =
        Product.of(
            List.of(allowed.part(), new Product.Part(known, Dfa.START)),
            set.limits(),
            at -> allowed.dfa().label(at[0]) == 0 ? 0 : known.label(at[1]) + 1);
    Domain.Right right = domain.rights().get(0);
    labels(dfa)
        .forEach(
            label -> {
              byte[] string = Language.of(dfa, each -> each == label).witness().orElseThrow();
              String to = label == 1 ? TransitionGraph.UNKNOWN : names.labels().get(label - 2);
              // Labels of stacks are no names; a stack only confines more.
              Access witness = domain.read(string, right);
              if (!((Access.ChangeProfile) witness).target().contains("&")) {
                add(profile, to, manner, witness, edges);
              }
            });
  }

  private static IntStream labels(Dfa dfa) {
    return IntStream.range(Dfa.START, dfa.size()).map(dfa::label).filter(l -> l != 0).distinct();
  }

  // ---- executions

  private void executions(CompiledProfile profile, boolean owner, Map<List<Object>, Edge> edges) {
    Tables tables = new Tables(PolicySet.evaluator(profile), FILES);
    KernelProfile binary = profile.binary();
    boolean executes =
        owner
            ? tables.has(state -> tables.manner(binary, state, true).allowed())
            : tables.has(
                state ->
                    !tables
                        .manner(binary, state, false)
                        .equals(tables.manner(binary, state, true)));
    if (!executes) {
      return;
    }
    Attachments beside = attachments(profile, false);
    Attachments below = attachments(profile, true);
    Language valid = FILES.valid();
    Map<List<Object>, Integer> numbers = new HashMap<>();
    Dfa dfa =
        Product.of(
            List.of(
                valid.part(),
                tables.part(),
                new Product.Part(beside.dfa(), Dfa.START),
                new Product.Part(below.dfa(), Dfa.START)),
            set.limits(),
            at -> {
              ExecManner manner = tables.manner(profile.binary(), at[1], owner);
              boolean same = !owner && manner.equals(tables.manner(profile.binary(), at[1], true));
              if (!manner.allowed() || same || valid.dfa().label(at[0]) == 0) {
                return 0;
              }
              List<Object> key = new ArrayList<>(List.of(manner));
              if (manner.target().equals(ExecManner.PROFILE)) {
                key.addAll(beside.key(at[2]));
              } else if (manner.target().equals(ExecManner.CHILD)) {
                key.addAll(below.key(at[3]));
              }
              return numbers.computeIfAbsent(key, any -> numbers.size() + 1);
            });
    Ownership ownership = owner ? Ownership.OWNER : Ownership.OTHER;
    labels(dfa)
        .forEach(
            label -> {
              byte[] string = Language.of(dfa, each -> each == label).witness().orElseThrow();
              Access witness = new Access.Exec(SourceText.decode(string), ownership);
              Decision.Execution execution =
                  Decider.decide(profile, set.loaded(), witness).execution();
              if (execution != null && !execution.label().startsWith("&")) {
                add(profile, execution.label(), Manner.EXEC, witness, edges);
              }
            });
  }

  private Attachments attachments(CompiledProfile profile, boolean children) {
    String parent = profile.binary().qualifiedName();
    String namespace = Objects.requireNonNullElse(profile.binary().namespace(), "");
    return attachments.computeIfAbsent(
        children ? "below " + parent : "in " + namespace,
        key ->
            attachments(
                set.profiles().stream()
                    .filter(each -> isCandidate(each.binary(), profile, children))
                    .toList()));
  }

  private static boolean isCandidate(
      KernelProfile each, CompiledProfile profile, boolean children) {
    KernelProfile.@Nullable Attachment attachment = each.attachment();
    boolean attaches = attachment != null && attachment.xattrs().isEmpty();
    Optional<?> parent = each.profileName().parent();
    return attaches
        && (children
            ? parent.equals(Optional.of(profile.binary().profileName()))
            : parent.isEmpty() && Objects.equals(each.namespace(), profile.binary().namespace()));
  }

  private Attachments attachments(List<CompiledProfile> profiles) {
    List<Regex.Labelled> expressions = new ArrayList<>();
    for (int i = 0; i < profiles.size(); i++) {
      int number = i;
      profiles.get(i).source().attachments().stream()
          .map(each -> Aare.path(each).regex().labelled(number))
          .forEach(expressions::add);
    }
    List<List<CompiledProfile>> rivals = new ArrayList<>();
    Map<List<Integer>, Integer> numbers = new HashMap<>();
    Dfa dfa =
        DfaBuilder.build(
            expressions,
            set.limits(),
            (found, state) ->
                numbers.computeIfAbsent(
                    Arrays.stream(found).boxed().toList(),
                    some -> {
                      rivals.add(some.stream().map(profiles::get).collect(Collectors.toList()));
                      return rivals.size();
                    }));
    return new Attachments(dfa, rivals);
  }
}
