package io.github.apparmor4j.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A profile's name as kernels show it: {@code name}, {@code parent//child}, {@code :ns:name}.
 * Kernels split it from the left, so a child's own name may begin with a slash: {@code a///app} is
 * {@code /app} in {@code a} (docs/real-kernels.md). Immutable and thread-safe.
 *
 * @param namespace the policy namespace, {@code a//b} for one inside another, or {@code null} for
 *     the current one
 * @param segments the names of the profiles around it, outermost first, then its own name; none is
 *     empty
 */
public record ProfileName(@Nullable String namespace, List<String> segments) {

  private static final String BETWEEN = "//";

  /** Copies the segments. Rejects empty segments and namespaces that can't be written. */
  public ProfileName {
    segments = List.copyOf(segments);
    if (segments.isEmpty() || segments.contains("")) {
      throw new IllegalArgumentException("a profile's name is empty");
    }
    if (namespace != null && (namespace.isEmpty() || namespace.indexOf(':') >= 0)) {
      throw new IllegalArgumentException("not a valid namespace: '" + namespace + "'");
    }
  }

  /**
   * Reads a name: {@code :ns:name}, {@code :ns://name} or a name without a namespace.
   *
   * @throws IllegalArgumentException if the namespace has no closing colon, or a part is empty
   */
  public static ProfileName parse(String text) {
    if (!text.startsWith(":")) {
      return of(null, text);
    }
    int close = text.indexOf(':', 1);
    if (close < 0) {
      throw new IllegalArgumentException(
          "not a valid profile name: '" + text + "' has no ':' after its namespace");
    }
    String name = text.substring(close + 1);
    return of(text.substring(1, close), name.startsWith(BETWEEN) ? name.substring(2) : name);
  }

  /**
   * Returns the name of a profile in a namespace.
   *
   * @param namespace the namespace, or {@code null} for the current one
   * @param name the name without a namespace: {@code parent//child}
   * @throws IllegalArgumentException if the name is empty or the namespace is not valid
   */
  public static ProfileName of(@Nullable String namespace, String name) {
    List<String> segments = new ArrayList<>();
    int from = 0;
    for (int at = split(name, from); at >= 0; at = split(name, from)) {
      segments.add(name.substring(from, at));
      from = at + BETWEEN.length();
    }
    segments.add(name.substring(from));
    return new ProfileName(namespace, segments);
  }

  /** Returns the index where a segment of at least one character ends; -1 for the last segment. */
  private static int split(String name, int from) {
    return name.indexOf(BETWEEN, from + 1);
  }

  /** Returns the name without the namespace: {@code parent//child}. */
  public String name() {
    return String.join(BETWEEN, segments);
  }

  /** Returns the profile's own part of the name. */
  public String localName() {
    return segments.get(segments.size() - 1);
  }

  /** Returns the name of the profile that this one is in; empty if it is in none. */
  public Optional<ProfileName> parent() {
    return segments.size() == 1
        ? Optional.empty()
        : Optional.of(new ProfileName(namespace, segments.subList(0, segments.size() - 1)));
  }

  /** Returns the name of a child of this profile. */
  public ProfileName child(String localName) {
    List<String> longer = new ArrayList<>(segments);
    longer.add(localName);
    return new ProfileName(namespace, longer);
  }

  /** Returns whether the profile is inside another, directly or at any depth. */
  public boolean isBelow(ProfileName other) {
    int depth = other.segments.size();
    return segments.size() > depth
        && Objects.equals(namespace, other.namespace)
        && segments.subList(0, depth).equals(other.segments);
  }

  /** Returns the name with its namespace, if it has one: {@code :ns:parent//child}. */
  @Override
  public String toString() {
    return namespace == null ? name() : ":" + namespace + ":" + name();
  }
}
