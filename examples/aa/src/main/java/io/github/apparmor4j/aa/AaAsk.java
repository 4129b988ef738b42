package io.github.apparmor4j.aa;

import io.github.apparmor4j.access.AccessPattern;
import io.github.apparmor4j.access.AccessSet;
import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.access.TransitionGraph;
import io.github.apparmor4j.glob.GlobCover;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aa ask}: questions about sets of profiles. */
@Command(
    name = "ask",
    description = {
      "Asks sets of profiles, such as those of /etc/apparmor.d. An answer holds for every path and",
      "label, not for a sample; each line has a witness that was asked again. The exit status is 1",
      "if the answer is empty, 3 if files with errors were left out."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      AaAsk.Who.class,
      AaAsk.What.class,
      AaAsk.Which.class,
      AaAsk.Reach.class,
      AaAsk.Escape.class,
      AaAsk.Flow.class,
      AaAsk.Peers.class
    })
final class AaAsk {

  private AaAsk() {}

  /** What all questions have: the profiles, and how the answer is printed. */
  private abstract static class Asking implements Callable<Integer> {
    @Mixin private Aa.Options options = new Aa.Options();

    @Mixin final Findings findings = new Findings();

    @Option(
        names = "--in",
        paramLabel = "FILE|DIR",
        arity = "1..*",
        required = true,
        description = "the profiles: files, or directories of them")
    private List<Path> paths = new ArrayList<>();

    /** Asks; returns whether there is any answer. */
    abstract boolean ask(PolicySet set);

    abstract String schema();

    @Override
    public Integer call() throws IOException, InterruptedException {
      Policies policies = new Policies();
      boolean any = ask(policies.read(paths, options));
      findings.print(schema());
      return policies.status(any ? 0 : 1);
    }

    final void grants(List<PolicySet.Grant> grants) {
      findings.list("grants");
      for (PolicySet.Grant grant : grants) {
        GlobCover globs = Policies.globs(grant.accesses(), grant.rules());
        findings.say(
            String.join(
                "\t",
                grant.profile(),
                (grant.accesses().kind() + " " + grant.accesses().permissions()).strip(),
                Policies.paths(globs),
                grant.witness().toString(),
                Policies.places(grant.rules())));
        findings.fact(
            "grants",
            "profile",
            grant.profile(),
            "kind",
            grant.accesses().kind().toString(),
            "permissions",
            grant.accesses().permissions(),
            "paths",
            Policies.json(globs),
            "witness",
            grant.witness().toString(),
            "rules",
            Policies.rules(grant.rules()));
      }
    }

    /** Refuses a name that no profile has: nothing to answer would look like a good answer. */
    final void known(PolicySet set, List<String> names) {
      for (String name : names) {
        if (set.profile(name).isEmpty()) {
          throw new IllegalArgumentException("there is no profile " + name);
        }
      }
    }

    final void paths(List<List<TransitionGraph.Edge>> all) {
      findings.list("paths");
      for (List<TransitionGraph.Edge> path : all) {
        StringBuilder line = new StringBuilder(path.get(0).from());
        for (TransitionGraph.Edge edge : path) {
          line.append(" -> ").append(edge.to());
          line.append(" [").append(edge.witness()).append("; ");
          line.append(Policies.places(edge.rules())).append("]");
        }
        findings.say(line.toString());
        findings.fact("paths", "edges", path.stream().map(Policies::json).toList());
      }
    }
  }

  @Command(
      name = "who",
      description = {
        "Prints which profiles allow some accesses: profile, permissions, paths, a witness and the",
        "lines that allow it. 'aa ask who \"file w /etc/cron.d/**\" --in /etc/apparmor.d'"
      })
  static final class Who extends Asking {
    @Parameters(paramLabel = "ACCESS", description = "such as 'file rw /etc/**', 'capability any'")
    private String access = "";

    @Override
    boolean ask(PolicySet set) {
      List<PolicySet.Grant> grants = set.who(AccessPattern.parse(access));
      grants(grants);
      List<String> others = set.confiningNothing();
      findings.fact("confining_nothing", others);
      if (!others.isEmpty()) {
        findings.say(others.size() + " profiles confine nothing:\t" + String.join(", ", others));
      }
      return !grants.isEmpty();
    }

    @Override
    String schema() {
      return "aa-ask-who/1";
    }
  }

  @Command(name = "what", description = "Prints what one profile allows of some accesses.")
  static final class What extends Asking {
    @Parameters(index = "0", paramLabel = "PROFILE")
    private String profile = "";

    @Parameters(index = "1", paramLabel = "ACCESS", description = "such as 'file rw /home/**'")
    private String access = "";

    @Override
    boolean ask(PolicySet set) {
      List<PolicySet.Grant> grants = set.what(profile, AccessPattern.parse(access));
      grants(grants);
      return !grants.isEmpty();
    }

    @Override
    String schema() {
      return "aa-ask-who/1";
    }
  }

  @Command(
      name = "which",
      description = {
        "Prints which profiles attach to a program, the longest match first: profile, bytes of the",
        "match, extended attributes, and whether an unconfined task gets it."
      })
  static final class Which extends Asking {
    @Parameters(paramLabel = "PROGRAM")
    private String program = "";

    @Override
    boolean ask(PolicySet set) {
      List<PolicySet.Attached> attached = set.which(program);
      findings.list("profiles");
      for (PolicySet.Attached each : attached) {
        String xattrs = each.xattrs().isEmpty() ? "-" : String.join(",", each.xattrs());
        findings.say(
            each.profile()
                + "\t"
                + each.length()
                + "\t"
                + xattrs
                + "\t"
                + (each.wins() ? "attaches" : "-"));
        findings.fact(
            "profiles",
            "profile",
            each.profile(),
            "length",
            each.length(),
            "xattrs",
            each.xattrs(),
            "attaches",
            each.wins());
      }
      return !attached.isEmpty();
    }

    @Override
    String schema() {
      return "aa-ask-which/1";
    }
  }

  @Command(
      name = "reach",
      description = "Prints the labels that a task under a profile can get to, with the ways.")
  static final class Reach extends Asking {
    @Parameters(index = "0", paramLabel = "PROFILE")
    private String profile = "";

    @Option(names = "--dot", description = "print the graph for Graphviz instead")
    private boolean dot;

    @Override
    boolean ask(PolicySet set) {
      known(set, List.of(profile));
      TransitionGraph graph = TransitionGraph.of(set);
      if (dot) {
        graph.from(profile).toDot().lines().forEach(findings::say);
        return true;
      }
      List<List<TransitionGraph.Edge>> all = new ArrayList<>();
      graph.reachable(profile).forEach(to -> all.addAll(graph.paths(profile, to, 1)));
      paths(all);
      return !all.isEmpty();
    }

    @Override
    String schema() {
      return "aa-ask-paths/1";
    }
  }

  @Command(
      name = "escape",
      description = {
        "Prints how a task can become unconfined: for each profile, or for one, the shortest ways,",
        "each with the accesses and lines that permit it; then the fewest steps to forbid."
      })
  static final class Escape extends Asking {
    @Option(names = "--from", paramLabel = "PROFILE", description = "default: every profile")
    private List<String> from = new ArrayList<>();

    @Option(names = "-k", paramLabel = "N", description = "ways for each profile; default: 1")
    private int most = 1;

    @Override
    boolean ask(PolicySet set) {
      known(set, from);
      TransitionGraph graph = TransitionGraph.of(set);
      List<String> starts =
          from.isEmpty()
              ? set.profiles().stream()
                  .map(each -> each.binary().qualifiedName())
                  .filter(each -> !set.confiningNothing().contains(each))
                  .toList()
              : from;
      List<List<TransitionGraph.Edge>> all = new ArrayList<>();
      for (String start : starts) {
        all.addAll(graph.paths(start, TransitionGraph.UNCONFINED, most));
      }
      paths(all);
      findings.list("cut");
      for (TransitionGraph.Edge edge : graph.cut(starts, TransitionGraph.UNCONFINED)) {
        findings.say("forbid\t" + edge + "\t" + Policies.places(edge.rules()));
        findings.add("cut", Policies.json(edge));
      }
      return !all.isEmpty();
    }

    @Override
    String schema() {
      return "aa-ask-paths/1";
    }
  }

  @Command(
      name = "flow",
      description = {
        "Prints what one profile may write and another may read, execute or map; with one profile",
        "twice, what it may write and execute."
      })
  static final class Flow extends Asking {
    @Parameters(index = "0", paramLabel = "WRITER")
    private String writer = "";

    @Parameters(index = "1", paramLabel = "READER")
    private String reader = "";

    @Override
    boolean ask(PolicySet set) {
      List<AccessSet> flow = set.flow(writer, reader);
      findings.list("flow");
      for (AccessSet each : flow) {
        GlobCover globs = each.globs(List.of());
        findings.say(
            String.join(
                "\t", each.permissions(), Policies.paths(globs), each.witness().toString()));
        findings.fact(
            "flow",
            "permissions",
            each.permissions(),
            "paths",
            Policies.json(globs),
            "witness",
            each.witness().toString());
      }
      return !flow.isEmpty();
    }

    @Override
    String schema() {
      return "aa-ask-flow/1";
    }
  }

  @Command(
      name = "peers",
      description = {
        "Prints what tasks under one profile may do to tasks under another: signals, tracing, Unix",
        "sockets, D-Bus; and of what one side allows and the other refuses, which side refuses."
      })
  static final class Peers extends Asking {
    @Parameters(index = "0", paramLabel = "PROFILE")
    private String own = "";

    @Parameters(index = "1", paramLabel = "PEER")
    private String peer = "";

    @Override
    boolean ask(PolicySet set) {
      findings.list("peers");
      boolean any = false;
      for (PolicySet.Dealing each : set.peers(own, peer)) {
        any |= each.isAllowed();
        if (each.own() != null || each.other() != null) {
          String refuses = each.isAllowed() ? "-" : each.own() == null ? own : peer;
          findings.say(
              (each.isAllowed() ? "allowed" : "refused") + "\t" + each.what() + "\t" + refuses);
          findings.fact(
              "peers",
              "what",
              each.what(),
              "allowed",
              each.isAllowed(),
              "own",
              each.own() == null ? null : each.own().toString(),
              "other",
              each.other() == null ? null : each.other().toString());
        }
      }
      return any;
    }

    @Override
    String schema() {
      return "aa-ask-peers/1";
    }
  }
}
