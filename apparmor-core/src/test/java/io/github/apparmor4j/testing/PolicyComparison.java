package io.github.apparmor4j.testing;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares decoded policies by meaning: the same strings with the same permissions, walked through
 * both tables at once.
 */
public final class PolicyComparison {

  private static final int EXEC_TYPE = 0x3f80;

  private PolicyComparison() {}

  /** Returns a description of each difference; empty for equal policies. */
  public static List<String> differences(List<KernelProfile> left, List<KernelProfile> right) {
    List<String> found = new ArrayList<>();
    List<String> names = left.stream().map(KernelProfile::qualifiedName).toList();
    if (!names.equals(right.stream().map(KernelProfile::qualifiedName).toList())) {
      found.add(
          "profiles "
              + names
              + " and "
              + right.stream().map(KernelProfile::qualifiedName).toList());
      return found;
    }
    for (int i = 0; i < left.size(); i++) {
      KernelProfile l = left.get(i);
      KernelProfile r = right.get(i);
      List<String> leftHeader = header(l, left.size());
      List<String> rightHeader = header(r, left.size());
      if (!leftHeader.equals(rightHeader)) {
        found.add(l.name() + ": " + leftHeader + " and " + rightHeader);
      }
      compare(l.name() + " attachment", attachment(l), attachment(r), l, r, false, found);
      compare(l.name() + " policydb", l.policyDb(), r.policyDb(), l, r, false, found);
      compare(l.name() + " file", l.files(), r.files(), l, r, true, found);
    }
    return found;
  }

  /** Returns a profile's automata. */
  public static Stream<PolicyDfa> automata(KernelProfile p) {
    return Stream.of(
            Optional.ofNullable(attachment(p)),
            Optional.ofNullable(p.policyDb()),
            Optional.ofNullable(p.files()))
        .flatMap(Optional::stream);
  }

  private static @Nullable PolicyDfa attachment(KernelProfile p) {
    return p.attachment() == null ? null : p.attachment().dfa();
  }

  /** The reference mixes the socket arrays of all profiles of a file: docs/compatibility.md. */
  private static List<String> header(KernelProfile p, int profiles) {
    return List.of(
        p.version() + " " + p.behavior() + p.capabilities() + p.limits(),
        (profiles > 1 ? "" : p.sockets()) + " " + p.identities(),
        p.attachment() == null ? "" : p.attachment().length() + " " + p.attachment().xattrs());
  }

  /**
   * Returns a number for what a policy means: the same for policies that {@link #differences} finds
   * equal.
   */
  public static String digest(List<KernelProfile> profiles) {
    StringBuilder text = new StringBuilder();
    for (KernelProfile p : profiles) {
      text.append(p.qualifiedName()).append(header(p, profiles.size()));
      digest(attachment(p), p, false, text);
      digest(p.policyDb(), p, false, text);
      digest(p.files(), p, true, text);
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static void digest(
      @Nullable PolicyDfa dfa, KernelProfile profile, boolean files, StringBuilder text) {
    if (dfa == null) {
      text.append("none;");
      return;
    }
    Map<String, Integer> numbers = new LinkedHashMap<>();
    numbers.put(meaning(dfa, 0, profile, files), 0);
    int[] labels = new int[dfa.size()];
    Map<Long, Integer> known = new HashMap<>();
    for (int s = 1; s < labels.length; s++) {
      int state = s;
      long key = (long) dfa.accept()[s] << 32 | (dfa.accept2().length == 0 ? 0 : dfa.accept2()[s]);
      labels[s] =
          known.computeIfAbsent(
              key,
              k ->
                  numbers.computeIfAbsent(
                      meaning(dfa, state, profile, files), m -> numbers.size()));
    }
    labels[1] = numbers.size(); // the empty string is never asked for
    numbers.put("start", labels[1]);
    List<String> meanings = new ArrayList<>(numbers.keySet());
    Dfa minimal = dfa.tables().unpack(labels).minimize();
    for (int s = 0; s < minimal.size(); s++) {
      text.append(meanings.get(minimal.label(s)));
      int before = -1;
      for (int c = 0; c <= ByteSet.MARK; c++) {
        int target = minimal.step(s, c);
        if (target != before) {
          text.append(c).append('>').append(target).append(' ');
        }
        before = target;
      }
    }
    text.append(';');
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
      for (int c = 0; c <= ByteSet.MARK; c++) {
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
    if (!dfa.entries().isEmpty()) {
      PermissionEntry own = dfa.entries().get(dfa.accept()[state]);
      if (!files) {
        return entry(own, profile, LOCK);
      }
      boolean single = dfa.accept2().length > 0 && dfa.accept2()[state] == 0;
      PermissionEntry other = single ? own : dfa.entries().get(dfa.accept()[state] + 1);
      return entry(own, profile, GET_ATTRIBUTES) + " " + entry(other, profile, GET_ATTRIBUTES);
    }
    int accept = dfa.accept()[state] & ~AcceptBits.CONTINUES;
    String text = Integer.toHexString(accept);
    if (files) {
      accept = dfa.accept()[state];
      text = half(accept, profile) + " " + half(accept >>> 14, profile) + " " + (accept >>> 30);
    }
    return text + "/" + Integer.toHexString(dfa.accept2()[state]);
  }

  private static final int GET_ATTRIBUTES = 0x200;
  private static final int LOCK = 0x8000;
  private static final int EXECUTES = 0x60000001;

  /** Leaves out what no decision reads, and which entry it is. */
  private static String entry(PermissionEntry e, KernelProfile profile, int always) {
    String exec = "";
    if ((e.allow() & EXECUTES) != 0) {
      boolean named = (e.exec() & PermissionEntry.EXEC_TABLE) != 0;
      exec =
          Integer.toHexString(named ? e.exec() & 0xFF000000 : e.exec())
              + (named ? profile.transitions().get(e.exec() & 0xFFFFFF) : "");
    }
    return Integer.toHexString(e.allow() & ~always)
        + "?"
        + Integer.toHexString(e.prompt())
        + "/"
        + Integer.toHexString(e.audit())
        + "/"
        + Integer.toHexString(e.quiet())
        + " "
        + exec;
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
