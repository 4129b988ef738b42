package io.github.apparmor4j.compile;

import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyDfa;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares decoded policies by meaning: the same strings with the same permissions, walked through
 * both tables at once.
 */
final class PolicyComparison {

  private static final int EXEC_TYPE = 0x3f80;

  private PolicyComparison() {}

  /** Returns a description of each difference; empty for equal policies. */
  static List<String> differences(List<KernelProfile> left, List<KernelProfile> right) {
    List<String> found = new ArrayList<>();
    List<String> names = left.stream().map(KernelProfile::qualifiedName).toList();
    if (!names.equals(right.stream().map(KernelProfile::qualifiedName).toList())) {
      found.add("profiles " + names + " and " + right);
      return found;
    }
    for (int i = 0; i < left.size(); i++) {
      KernelProfile l = left.get(i);
      KernelProfile r = right.get(i);
      if (!header(l).equals(header(r))) {
        found.add(l.name() + ": " + header(l) + " and " + header(r));
      }
      compare(l.name() + " attachment", l.attachment(), r.attachment(), l, r, false, found);
      compare(l.name() + " policydb", l.policyDb(), r.policyDb(), l, r, false, found);
      compare(l.name() + " file", l.files(), r.files(), l, r, true, found);
    }
    return found;
  }

  private static List<Object> header(KernelProfile p) {
    List<Object> fields = new ArrayList<>();
    fields.add(p.version());
    fields.add(p.flags());
    fields.add(p.mode());
    fields.add(p.audit());
    fields.add(String.valueOf(p.pathFlags()));
    fields.add(String.valueOf(p.disconnected()));
    fields.add(p.capabilities());
    fields.add(p.attachmentLength());
    return fields;
  }

  private static void compare(
      String name,
      @Nullable PolicyDfa left,
      @Nullable PolicyDfa right,
      KernelProfile l,
      KernelProfile r,
      boolean files,
      List<String> found) {
    if (left == null || right == null) {
      if (left != null || right != null) {
        found.add(name + ": only one side has a DFA");
      }
      return;
    }
    record Pair(int left, int right, String path) {}
    Set<Long> seen = new HashSet<>();
    ArrayDeque<Pair> queue = new ArrayDeque<>(List.of(new Pair(1, 1, "")));
    while (!queue.isEmpty()) {
      Pair at = queue.remove();
      String a = meaning(left, at.left(), l, files);
      String b = meaning(right, at.right(), r, files);
      // The empty string is never asked for.
      if (!a.equals(b) && !at.path().isEmpty()) {
        found.add(name + " '" + at.path() + "': " + a + " and " + b);
        return;
      }
      for (int c = 0; c < 256; c++) {
        int x = left.tables().step(at.left(), c);
        int y = right.tables().step(at.right(), c);
        if (seen.add((long) x << 32 | y)) {
          String symbol =
              c > ' ' && c < 127 ? String.valueOf((char) c) : String.format("\\x%02x", c);
          queue.add(new Pair(x, y, at.path() + symbol));
        }
      }
    }
  }

  private static String meaning(PolicyDfa dfa, int state, KernelProfile profile, boolean files) {
    int accept = dfa.accept()[state];
    String text = Integer.toHexString(accept);
    if (files) {
      text = half(accept, profile) + " " + half(accept >>> 14, profile) + " " + (accept >>> 30);
    }
    return text + "/" + Integer.toHexString(dfa.accept2()[state]);
  }

  private static String half(int word, KernelProfile profile) {
    String permissions = Integer.toHexString(word & 0x7f);
    if ((word & 1) == 0) {
      return permissions;
    }
    int index = word >>> 10 & 15;
    return permissions
        + " "
        + Integer.toHexString(word & EXEC_TYPE & 0x3ff)
        + " "
        + (index < 4 ? String.valueOf(index) : profile.transitions().get(index - 4));
  }
}
