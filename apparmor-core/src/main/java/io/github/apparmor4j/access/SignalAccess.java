package io.github.apparmor4j.access;

import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleKind;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.function.Predicate;

/** Signals: {@code signal send term label}. */
final class SignalAccess {

  static final List<Domain> DOMAINS =
      List.of(
          Domain.of(
              RuleKind.SIGNAL,
              PolicyClass.SIGNAL,
              Domain.Right.of(SignalPermission.values()),
              Regex.sequence(
                  Regex.choice(
                      Signal.all().stream().map(signal -> Regex.of(signal.code())).toList()),
                  Domain.NAME),
              (fields, right) ->
                  new Access.Signal(
                      SignalPermission.named(right.word()).orElseThrow(),
                      new Signal(fields.code()),
                      fields.text())));

  private SignalAccess() {}

  static Access read(AccessReader in) {
    return new Access.Signal(
        in.known("a permission", SignalPermission::named),
        in.known("a signal", Signal::named),
        in.word("the other task's label"));
  }

  static String words(Access.Signal access) {
    return "signal "
        + access.permission()
        + " "
        + access.signal()
        + " "
        + AccessReader.quoted(access.peer());
  }

  static Question question(Access.Signal access) {
    return Question.in(PolicyClass.SIGNAL)
        .code(access.signal().code())
        .text(access.peer())
        .wanting(access.permission().bit());
  }

  static List<AccessPattern.Part> pattern(AccessReader in) {
    Predicate<Domain.Right> permissions =
        AccessPattern.permissionsOf(DOMAINS, in, in.word("a permission"));
    List<Signal> signals = AccessPattern.values(in, "a signal", Signal.all());
    return List.of(
        AccessPattern.part(
            DOMAINS.get(0),
            permissions,
            Regex.sequence(
                Regex.choice(signals.stream().map(signal -> Regex.of(signal.code())).toList()),
                AccessPattern.labels(in, "the other task's label"))));
  }

  static Rule rule(Access.Signal access) {
    return new SignalRule(
        Qualifiers.NONE,
        List.of(access.permission()),
        List.of(access.signal()),
        Aare.quote(access.peer()));
  }
}
