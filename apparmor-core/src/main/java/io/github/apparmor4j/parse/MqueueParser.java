package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import java.util.List;

/** Reads {@code mqueue} rules. */
final class MqueueParser {

  private MqueueParser() {}

  static Rule read(RuleScanner in, Qualifiers qualifiers) {
    List<MqueuePermission> permissions =
        in.permissionList(MqueuePermission::named, MqueuePermission.values());
    RuleScanner.Conditions conditions =
        in.conditions("mqueue", List.of("type", "label"), List.of());
    Word type = conditions.word("type");
    MqueueRule.Type known =
        type == null
            ? null
            : RuleScanner.known(
                type,
                MqueueRule.Type.named(type.text()),
                "type of message queue",
                List.of(MqueueRule.Type.values()));
    String name = null;
    if (!in.atRuleEnd()) {
      name = in.word("a queue's name").text();
      in.skip();
    }
    String queue = name;
    return in.built(
        () -> new MqueueRule(qualifiers, permissions, known, conditions.text("label"), queue));
  }
}
