package io.github.apparmor4j.resolve;

import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The problems that one resolution finds. */
final class Problems {

  private final List<Diagnostic> diagnostics = new ArrayList<>();

  /** Returns all problems, in the order in which they were found. */
  List<Diagnostic> all() {
    return diagnostics;
  }

  void report(ResolveProblem kind, SourcePlace place, String message) {
    diagnostics.add(Diagnostic.of(kind, place, message));
  }

  /** Adds the problems of a text that was included from a place. */
  void keep(List<Diagnostic> more, @Nullable SourcePlace from) {
    for (Diagnostic one : more) {
      SourcePlace place = new SourcePlace(one.place().source(), one.place().span(), from);
      diagnostics.add(new Diagnostic(one.kind(), one.severity(), place, one.message(), one.help()));
    }
  }
}
