package io.github.apparmor4j.kernel;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A policy namespace and everything in it, as it was at one moment.
 *
 * @param name its own name, without those of the namespaces above it; empty for the one at which
 *     the process's view of policy begins
 * @param profiles its profiles, sorted by name; children are in their parents
 * @param namespaces the namespaces directly below it, sorted by name
 */
public record PolicyNamespace(String name, List<Node> profiles, List<PolicyNamespace> namespaces) {

  /** Copies the lists. */
  public PolicyNamespace {
    profiles = List.copyOf(profiles);
    namespaces = List.copyOf(namespaces);
  }

  /**
   * A profile with its children.
   *
   * @param name its full name within the namespace, {@code parent//child}
   * @param mode enforce, complain, kill, unconfined or user
   * @param attachment what it attaches to, as the kernel shows it: its own name (a child's without
   *     its parent's) if it has no attachment, {@code <unknown>} for a pattern
   * @param hash the hash of the loaded form in hexadecimal digits, SHA-256 or in older kernels
   *     SHA-1; {@code null} if the kernel makes none
   * @param children hats and other children, sorted by name
   */
  public record Node(
      String name, String mode, String attachment, @Nullable String hash, List<Node> children) {

    /** Copies the list. */
    public Node {
      children = List.copyOf(children);
    }

    /** Returns this profile and all below it. */
    public Stream<Node> all() {
      return Stream.concat(Stream.of(this), children.stream().flatMap(Node::all));
    }
  }

  /**
   * Returns all profiles of this namespace with their children, but not those of the namespaces
   * below.
   */
  public Stream<Node> all() {
    return profiles.stream().flatMap(Node::all);
  }

  /** Returns the namespace of a name directly below this one, if there is one. */
  public Optional<PolicyNamespace> namespace(String below) {
    return namespaces.stream().filter(one -> one.name().equals(below)).findFirst();
  }

  /** Returns the profile or child of a full name in this namespace, if there is one. */
  public Optional<Node> profile(String fullName) {
    return all().filter(node -> node.name().equals(fullName)).findFirst();
  }
}
