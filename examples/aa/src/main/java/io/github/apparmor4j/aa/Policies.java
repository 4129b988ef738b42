package io.github.apparmor4j.aa;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.AccessSet;
import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.access.TransitionGraph;
import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.glob.GlobCover;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sets of profiles that questions are asked about, and how the answers are shown. */
final class Policies {

  /** The status if files could not be read or compiled, so that an answer is not about them. */
  static final int INCOMPLETE = 3;

  private boolean incomplete;

  /** Returns the profiles of files and directories; what is wrong is printed to standard error. */
  PolicySet read(List<Path> paths, Aa.Options options) throws IOException, InterruptedException {
    List<Compilation> compilations = new ArrayList<>();
    PolicyCompiler compiler = options.compiler(options.kernel()).build();
    BatchCompiler.of(compiler, options.includes())
        .compile(
            Sources.files(paths),
            result -> {
              Diagnostic.errors(result.compilation().diagnostics()).forEach(Terminal::problem);
              incomplete |= !result.compilation().isOk();
              compilations.add(result.compilation());
              return true;
            });
    return PolicySet.of(compilations);
  }

  /** Returns a status, or that the answer is incomplete if it would be 0. */
  int status(int otherwise) {
    if (incomplete) {
      Terminal.problem("aa: files with errors were left out");
    }
    return incomplete && otherwise == 0 ? INCOMPLETE : otherwise;
  }

  // ---- answers

  /** Returns the paths of a set in words; empty for kinds whose names are shown by a witness. */
  static String paths(GlobCover globs) {
    List<String> shown = globs.exact() ? globs.inner() : globs.outer();
    return (globs.exact() || shown.isEmpty() ? "" : "some of ") + String.join(" ", shown);
  }

  /** Returns the paths of a set; the patterns of rules may fit. */
  static GlobCover globs(@Nullable AccessSet set, List<ResolvedRule> rules) {
    List<String> candidates =
        rules.stream().flatMap(rule -> rule.rule().patterns().stream()).toList();
    return set == null ? new GlobCover(false, List.of(), List.of()) : set.globs(candidates);
  }

  static String places(List<ResolvedRule> rules) {
    return rules.isEmpty()
        ? "-"
        : rules.stream()
            .map(rule -> rule.place().source().name() + ":" + rule.place().line())
            .distinct()
            .collect(Collectors.joining(","));
  }

  /** Returns rules as JSON has them. */
  static List<Object> rules(List<ResolvedRule> rules) {
    List<Object> all = new ArrayList<>();
    for (ResolvedRule rule : rules) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("rule", rule.written().toString());
      object.put("place", Findings.place(rule.place()));
      all.add(object);
    }
    return all;
  }

  /** Returns paths as JSON has them; {@code null} if there are none. */
  static @Nullable Object json(GlobCover globs) {
    if (globs.outer().isEmpty()) {
      return null;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("exact", globs.exact());
    object.put("inner", globs.inner());
    object.put("outer", globs.outer());
    return object;
  }

  static Map<String, Object> json(TransitionGraph.Edge edge) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("from", edge.from());
    object.put("to", edge.to());
    object.put("manner", edge.manner().toString());
    object.put("witness", edge.witness().toString());
    object.put("rules", rules(edge.rules()));
    return object;
  }

  static String shown(@Nullable Access witness) {
    return witness == null ? "-" : witness.toString();
  }
}
