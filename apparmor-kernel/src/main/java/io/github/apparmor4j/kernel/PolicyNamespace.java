package io.github.apparmor4j.kernel;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A policy namespace and all that is in it, as it was at a moment.
 *
 * @param name without those above it; empty for the one that the kernel's own policy view begins at
 * @param profiles without children, by name
 * @param namespaces below it, by name
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
   * @param name full name within the namespace, {@code parent//child}
   * @param mode enforce, complain, kill, unconfined or user
   * @param attachment what it attaches to, as the kernel shows it: its own name (a child's without
   *     its parent's) if it says nothing else, {@code <unknown>} for a pattern
   * @param hash hexadecimal digits of the loaded form, SHA-256 or in older kernels SHA-1; {@code
   *     null} if the kernel makes none
   * @param children hats and others, by name
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

  /** Returns all profiles of this namespace, children among them, but none of those below. */
  public Stream<Node> all() {
    return profiles.stream().flatMap(Node::all);
  }

  /** Returns a namespace directly below this one. */
  public Optional<PolicyNamespace> namespace(String below) {
    return namespaces.stream().filter(one -> one.name().equals(below)).findFirst();
  }

  /** Returns a profile or child of this namespace by its full name. */
  public Optional<Node> profile(String fullName) {
    return all().filter(node -> node.name().equals(fullName)).findFirst();
  }
}
