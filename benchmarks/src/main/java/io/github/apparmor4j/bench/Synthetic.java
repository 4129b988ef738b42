package io.github.apparmor4j.bench;

import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;

/** Profiles made up for measurements: the same arguments always give the same text. */
final class Synthetic {

  private final Random random;
  private final String[] names = new String[400];

  private Synthetic(long seed) {
    random = new Random(seed);
    for (int i = 0; i < names.length; i++) {
      StringBuilder name = new StringBuilder();
      for (int length = 3 + random.nextInt(7); length > 0; length--) {
        name.append((char) ('a' + random.nextInt(26)));
      }
      names[i] = name.toString();
    }
  }

  /**
   * Returns a profile.
   *
   * @param kind {@code literals}: distinct paths; {@code globs}: one component of each is a pattern
   * @param count how many rules
   */
  static String profile(String kind, int count) {
    Synthetic synthetic = new Synthetic(count);
    boolean globs = kind.equals("globs");
    Set<String> rules = new LinkedHashSet<>();
    while (rules.size() < count) {
      rules.add(synthetic.rule(globs));
    }
    return "profile scaling {\n" + String.join("", rules) + "}\n";
  }

  private String rule(boolean globs) {
    int depth = 2 + random.nextInt(3);
    String[] parts = new String[depth + 1];
    for (int i = 0; i < depth; i++) {
      parts[i] = names[random.nextInt(60)];
    }
    parts[depth] = word() + pick("", ".conf", ".so", ".d", ".log");
    String permissions = "r";
    if (globs) {
      parts[1 + random.nextInt(depth)] =
          pick("*", "**", word() + "*", "{" + word() + "," + word() + "}", "[0-9]*" + word());
      permissions = pick("r", "rw", "rk", "mr", "rwk");
    }
    return "  /" + String.join("/", parts) + " " + permissions + ",\n";
  }

  private String word() {
    return names[random.nextInt(names.length)];
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
