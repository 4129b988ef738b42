package io.github.apparmor4j.access;

import io.github.apparmor4j.compile.Compilation.CompiledProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which profile a task can get to from which, by executing programs, by changing its profile and by
 * changing to hats. Labels that no profile of the set has, {@link #UNCONFINED} among them, are
 * nodes as well. Each edge has a witness, and what a program runs as was asked as a kernel would
 * be. Immutable and thread-safe.
 *
 * <pre>{@code
 * TransitionGraph graph = TransitionGraph.of(host);
 * for (List<TransitionGraph.Edge> path : graph.paths("web", TransitionGraph.UNCONFINED, 3)) {
 *   System.out.println(path);
 * }
 * }</pre>
 *
 * <p>It shows what rules permit: whether the programs are there, and whether a task with {@code
 * no_new_privs} may change, is another question. A change back from a hat needs the token that the
 * task was given, and is left out; so are stacks, which only confine more.
 */
public final class TransitionGraph {

  /** The label of tasks that nothing confines. */
  public static final String UNCONFINED = "unconfined";

  /** The node that stands for all labels that no profile of the set has. */
  public static final String UNKNOWN = "?";

  /** The most paths that a search for paths begins. */
  private static final int MOST_PATHS = 100_000;

  /** How a label is left. */
  public enum Manner {
    /** A program is executed. */
    EXEC,
    /** The task changes its profile. */
    CHANGE_PROFILE,
    /** The task changes its profile with the next program that it executes. */
    CHANGE_ON_EXEC,
    /** The task changes to a hat. */
    CHANGE_HAT,
    /** The profile confines nothing: whoever has it is as good as unconfined. */
    CONFINES_NOTHING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A way from one label to another.
   *
   * @param from name of a profile
   * @param to name of a profile, {@link #UNCONFINED}, {@link #UNKNOWN}, or a label that the rules
   *     name but no profile of the set has
   * @param manner how
   * @param witness an access that does it
   * @param rules the rules that permit the witness
   */
  public record Edge(
      String from, String to, Manner manner, Access witness, List<ResolvedRule> rules) {
    /** Copies the list. */
    public Edge {
      rules = List.copyOf(rules);
    }

    @Override
    public String toString() {
      return from + " -> " + to + " by " + witness;
    }
  }

  private final Map<String, List<Edge>> from;
  private final Set<String> nodes;

  private TransitionGraph(Map<String, List<Edge>> from, Set<String> nodes) {
    this.from = from;
    this.nodes = nodes;
  }

  /**
   * Returns the graph of a set of profiles.
   *
   * @throws TooComplexException if a limit of the set is reached
   */
  public static TransitionGraph of(PolicySet set) {
    Transitions transitions = new Transitions(set);
    Map<String, List<Edge>> from = new LinkedHashMap<>();
    Set<String> nodes = new LinkedHashSet<>();
    for (CompiledProfile profile : set.profiles()) {
      List<Edge> edges = transitions.of(profile);
      from.put(profile.binary().qualifiedName(), edges);
      nodes.add(profile.binary().qualifiedName());
    }
    from.values().forEach(edges -> edges.forEach(edge -> nodes.add(edge.to())));
    return new TransitionGraph(from, nodes);
  }

  /** Returns all labels, those of the set's profiles first. */
  public Set<String> nodes() {
    return Collections.unmodifiableSet(nodes);
  }

  /** Returns the ways out of a label; none for labels that aren't profiles of the set. */
  public List<Edge> edges(String label) {
    return List.copyOf(from.getOrDefault(label, List.of()));
  }

  /** Returns the part of the graph that a label can get to. */
  public TransitionGraph from(String label) {
    Set<String> kept = new LinkedHashSet<>(List.of(label));
    kept.addAll(reachable(label));
    Map<String, List<Edge>> part = new LinkedHashMap<>(from);
    part.keySet().retainAll(kept);
    return new TransitionGraph(part, kept);
  }

  /** Returns all edges. */
  public List<Edge> edges() {
    return from.values().stream().flatMap(List::stream).toList();
  }

  /** Returns the labels that a task can get to from one, in any number of steps. */
  public Set<String> reachable(String label) {
    Set<String> seen = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(label));
    while (!open.isEmpty()) {
      for (Edge edge : edges(open.remove())) {
        if (seen.add(edge.to())) {
          open.add(edge.to());
        }
      }
    }
    return seen;
  }

  /** Returns the labels from which a task can get to one. */
  private Set<String> sources(String label) {
    Map<String, List<String>> into = new HashMap<>();
    edges()
        .forEach(edge -> into.computeIfAbsent(edge.to(), to -> new ArrayList<>()).add(edge.from()));
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(label));
    while (!open.isEmpty()) {
      for (String each : into.getOrDefault(open.remove(), List.of())) {
        if (seen.add(each)) {
          open.add(each);
        }
      }
    }
    return seen;
  }

  /**
   * Returns paths between two labels, shortest first, that pass no label twice.
   *
   * @param most the most paths; there may be fewer
   * @throws TooComplexException if too many ways were begun
   */
  public List<List<Edge>> paths(String start, String end, int most) {
    Set<String> useful = sources(end);
    List<List<Edge>> found = new ArrayList<>();
    Deque<List<Edge>> open = new ArrayDeque<>();
    open.add(List.of());
    int begun = 0;
    while (!open.isEmpty() && found.size() < most) {
      List<Edge> path = open.remove();
      String at = path.isEmpty() ? start : path.get(path.size() - 1).to();
      for (Edge edge : edges(at)) {
        boolean again =
            edge.to().equals(start) || path.stream().anyMatch(one -> one.to().equals(edge.to()));
        if (edge.to().equals(end) || (!again && useful.contains(edge.to()))) {
          if (++begun > MOST_PATHS) {
            throw new TooComplexException("paths", MOST_PATHS);
          }
          List<Edge> longer = new ArrayList<>(path);
          longer.add(edge);
          if (edge.to().equals(end)) {
            found.add(List.copyOf(longer));
          } else {
            open.add(longer);
          }
        }
      }
    }
    return found.size() > most ? List.copyOf(found.subList(0, most)) : List.copyOf(found);
  }

  /**
   * Returns a smallest set of edges without which no label of some can get to another: the places
   * to mend. Complexity: a maximum flow by shortest augmenting paths.
   *
   * @param starts labels; those that are the end, or that confine nothing, are left out, since no
   *     edge can be forbidden to them
   * @return the edges; empty if there is no way anyhow
   */
  public List<Edge> cut(Collection<String> starts, String end) {
    Set<String> useful = sources(end);
    List<Edge> all = edges().stream().filter(edge -> useful.contains(edge.from())).toList();
    Set<String> confined = new HashSet<>(starts);
    confined.remove(end);
    confined.removeIf(
        start -> edges(start).stream().anyMatch(edge -> edge.manner() == Manner.CONFINES_NOTHING));
    Set<Edge> used = new HashSet<>();
    while (true) {
      // An edge that is in use can be gone backwards.
      Map<String, Edge> by = new HashMap<>();
      Map<String, Boolean> forward = new HashMap<>();
      Deque<String> open = new ArrayDeque<>();
      Set<String> seen = new HashSet<>(confined);
      confined.stream().filter(useful::contains).forEach(open::add);
      Map<String, List<Edge>> around = new HashMap<>();
      for (Edge edge : all) {
        String side = used.contains(edge) ? edge.to() : edge.from();
        around.computeIfAbsent(side, label -> new ArrayList<>()).add(edge);
      }
      while (!open.isEmpty() && !seen.contains(end)) {
        String at = open.remove();
        for (Edge edge : around.getOrDefault(at, List.of())) {
          boolean ahead = edge.from().equals(at) && !used.contains(edge);
          String to = ahead ? edge.to() : edge.from();
          if (seen.add(to)) {
            by.put(to, edge);
            forward.put(to, ahead);
            open.add(to);
          }
        }
      }
      if (!seen.contains(end)) {
        return all.stream()
            .filter(edge -> seen.contains(edge.from()) && !seen.contains(edge.to()))
            .sorted(Comparator.comparing(Edge::from).thenComparing(Edge::to))
            .toList();
      }
      String at = end;
      for (Edge edge = by.get(at); edge != null; edge = by.get(at)) {
        boolean ahead = Boolean.TRUE.equals(forward.get(at));
        at = ahead ? edge.from() : edge.to();
        if (ahead && edge.manner() != Manner.CONFINES_NOTHING) { // which no rule's removal ends
          used.add(edge);
        } else if (!ahead) {
          used.remove(edge);
        }
      }
    }
  }

  /** Returns the graph in the language of Graphviz; labels are escaped. */
  public String toDot() {
    StringBuilder dot = new StringBuilder("digraph transitions {\n");
    for (String node : nodes) {
      dot.append("  ").append(quoted(node)).append(";\n");
    }
    for (Edge edge : edges()) {
      dot.append("  ")
          .append(quoted(edge.from()))
          .append(" -> ")
          .append(quoted(edge.to()))
          .append(" [label=")
          .append(quoted(edge.manner().toString()))
          .append("];\n");
    }
    return dot.append("}\n").toString();
  }

  private static String quoted(String label) {
    String printable = SourceText.printable(label);
    return '"' + printable.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
