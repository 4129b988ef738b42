package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code signal} rules. */
final class SignalParser {

  private SignalParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    List<SignalPermission> permissions =
        in.permissionList(SignalPermission::named, SignalPermission.values());
    RuleScanner.Conditions conditions =
        in.conditions("signal", List.of("peer"), List.of("set"), List.of());
    List<Signal> signals = new ArrayList<>();
    for (Word word : conditions.words("set")) {
      signals.add(RuleScanner.known(word, Signal.named(word.text()), "signal", List.of()));
    }
    return in.built(
        () -> new SignalRule(qualifiers, permissions, signals, conditions.text("peer")));
  }
}
