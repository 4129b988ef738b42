package io.github.apparmor4j.resolve;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The problems that one resolution finds. */
final class Problems {

  /** Variables that every system's tunables declare. */
  private static final List<String> TUNABLES =
      Stream.of(
              ("HOME HOMEDIRS PROC bin etc_ro etc_rw lib multiarch pid pids run sbin sys tid uid"
                      + " user_cache_dirs user_config_dirs user_share_dirs")
                  .split(" "))
          .map(name -> "@{" + name + "}")
          .toList();

  /** More than anyone reads. */
  private static final int MOST = 10_000;

  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private boolean full;

  /** Returns all problems, in the order in which they were found. */
  List<Diagnostic> all() {
    return diagnostics;
  }

  void report(ResolveProblem kind, SourcePlace place, String message) {
    add(Diagnostic.of(kind, place, message));
  }

  /** Adds a problem. After the last one that is kept comes an error that says so. */
  private void add(Diagnostic one) {
    if (diagnostics.size() < MOST) {
      diagnostics.add(one);
    } else if (!full) {
      full = true;
      diagnostics.add(
          Diagnostic.of(
              ResolveProblem.TOO_MANY_PROBLEMS, one.place(), "more than " + MOST + " problems"));
    }
  }

  /**
   * Puts one problem in the place of all about undefined variables that {@code <tunables/global>}
   * declares: nobody has to read that of each in a file that forgot to include it.
   */
  void joinUndefined() {
    List<Diagnostic> undefined =
        diagnostics.stream()
            .filter(one -> one.kind() == ResolveProblem.UNDEFINED_VARIABLE)
            .filter(one -> TUNABLES.stream().anyMatch(one.message()::endsWith))
            .toList();
    if (undefined.isEmpty()) {
      return;
    }
    Diagnostic first = undefined.get(0);
    diagnostics.removeAll(undefined);
    diagnostics.add(
        Diagnostic.of(
                ResolveProblem.UNDEFINED_VARIABLE,
                first.place(),
                first.message() + ": nothing includes <tunables/global>, which declares it")
            .withHelp("write 'include <tunables/global>' above the profile"));
  }

  /** Adds the problems of a text that was included from a place. */
  void keep(List<Diagnostic> more, @Nullable SourcePlace from) {
    for (Diagnostic one : more) {
      SourcePlace place = new SourcePlace(one.place().source(), one.place().span(), from);
      add(new Diagnostic(one.kind(), one.severity(), place, one.message(), one.help()));
    }
  }
}
