package io.github.apparmor4j.aa.parser;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The kinds that an option of {@code apparmor_parser} turns on and off by name, such as kinds of
 * warnings.
 */
final class ParserKinds {

  /** Kinds of warnings. */
  static final List<String> WARNINGS =
      List.of(
          "rule-not-enforced",
          "rule-downgraded",
          "abi",
          "deprecated",
          "config",
          "cache",
          "debug-cache",
          "jobs",
          "dangerous",
          "unexpected",
          "format",
          "missing",
          "override",
          "dev",
          "pound-include");

  /** Kinds of what the reference can print about its work. */
  static final List<String> DUMPS =
      List.of(
          "variables",
          "expanded-variables",
          "rule-exprs",
          "expr-stats",
          "expr-tree",
          "expr-simplified",
          "stats",
          "progress",
          "dfa-progress",
          "dfa-stats",
          "dfa-states",
          "dfa-compressed-states",
          "dfa-states-initial",
          "dfa-states-post-filter",
          "dfa-states-post-minimize",
          "dfa-states-post-unreachable",
          "dfa-perms-build",
          "dfa-graph",
          "dfa-minimize",
          "dfa-unreachable");

  /** The reference's optimizations. */
  static final List<String> OPTIMIZATIONS =
      List.of(
          "0",
          "equiv",
          "expr-normalize",
          "expr-simplify",
          "expr-left-simplify",
          "expr-right-simplify",
          "minimize",
          "filter-deny",
          "remove-unreachable",
          "compress-default",
          "compress-small",
          "compress-fast",
          "diff-encode",
          "rule-merge",
          "state32",
          "flags-table",
          "zstd-recompress");

  private final String option;
  private final List<String> known;
  private final Set<String> on;
  private boolean shown;

  /**
   * Creates the kinds of an option.
   *
   * @param option the option's name, for messages
   * @param known the kinds that it takes
   * @param on the kinds that are on without it
   */
  ParserKinds(String option, List<String> known, String... on) {
    this.option = option;
    this.known = known;
    this.on = new LinkedHashSet<>(List.of(on));
  }

  /**
   * Turns a kind on, or off if "no-" is before its name; "all" means every kind.
   *
   * @throws IllegalArgumentException if the option has no such kind
   */
  void set(String kind) {
    String name = kind.startsWith("no-") ? kind.substring("no-".length()) : kind;
    if (kind.equals("show")) {
      shown = true;
      return;
    } else if (!known.contains(name) && !name.equals("all")) {
      throw new IllegalArgumentException("Invalid --" + option + " option " + kind);
    }
    List<String> named = name.equals("all") ? known : List.of(name);
    if (name.equals(kind)) {
      on.addAll(named);
    } else {
      on.removeAll(named);
    }
  }

  boolean contains(String kind) {
    return on.contains(kind);
  }

  /** Returns whether no kind is on. */
  boolean isEmpty() {
    return on.isEmpty();
  }

  /** Returns whether the user only asks which kinds are on. */
  boolean areShown() {
    return shown;
  }

  /** Returns the kinds that the option takes, one on each line. */
  String help() {
    StringBuilder help = new StringBuilder("--" + option + "=KIND, where KIND is\n\n  show\n");
    known.forEach(kind -> help.append("  [no-]").append(kind).append('\n'));
    return help.append("  [no-]all\n").toString();
  }

  /** Returns what is on, in the reference's form: {@code warn=config, cache}. */
  @Override
  public String toString() {
    List<String> all = new ArrayList<>(known);
    all.retainAll(on);
    return option + "=" + String.join(", ", all);
  }
}
