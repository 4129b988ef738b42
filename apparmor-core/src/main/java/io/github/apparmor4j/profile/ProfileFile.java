package io.github.apparmor4j.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A profile file: the preamble, then profiles. Immutable and thread-safe.
 *
 * <pre>{@code
 * ProfileFile file =
 *     ProfileFile.builder()
 *         .include("tunables/global")
 *         .profile(Profile.builder("web").include("abstractions/base").build())
 *         .build();
 * }</pre>
 *
 * @param elements in their order; abi rules, includes and variables stand before the first profile
 */
public record ProfileFile(List<FileElement> elements) {

  /** Rejects a wrong order, and trailing comments with nothing before them. */
  public ProfileFile {
    elements = List.copyOf(elements);
    boolean profiles = false;
    boolean lineTaken = true;
    for (FileElement element : elements) {
      if (element instanceof Profile) {
        profiles = true;
      } else if (profiles && !(element instanceof Comment) && !(element instanceof Include)) {
        throw new IllegalArgumentException(
            "only profiles, includes of profiles, and comments follow a profile: " + element);
      }
      boolean trailing = element instanceof Comment comment && comment.trailing();
      if (trailing && lineTaken) {
        throw new IllegalArgumentException("nothing stands before the trailing comment " + element);
      }
      lineTaken = element instanceof Comment;
    }
  }

  /** Returns a file with the given elements. */
  public static ProfileFile of(FileElement... elements) {
    return new ProfileFile(List.of(elements));
  }

  /** Returns an empty builder. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts from this file. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.elements.addAll(elements);
    return builder;
  }

  /** Returns the file's text, one element a line. */
  @Override
  public String toString() {
    return BodyText.of(elements);
  }

  /** Returns the profiles, without their children. */
  public List<Profile> profiles() {
    return elements.stream().filter(Profile.class::isInstance).map(Profile.class::cast).toList();
  }

  /**
   * A builder of files; not thread-safe. The files that it builds are immutable, and {@link #build}
   * may be called again.
   */
  public static final class Builder {
    private final List<FileElement> elements = new ArrayList<>();

    private Builder() {}

    /** Adds {@code abi <path>,}. */
    public Builder abi(String path) {
      return add(AbiRule.of(path));
    }

    /** Adds {@code include <path>}. */
    public Builder include(String path) {
      return add(Include.of(path));
    }

    /** Adds {@code @{name} = values}. */
    public Builder variable(String name, String... values) {
      return add(VariableAssignment.of(name, values));
    }

    /** Adds a profile. */
    public Builder profile(Profile profile) {
      return add(profile);
    }

    /** Adds any element. */
    public Builder add(FileElement element) {
      elements.add(Objects.requireNonNull(element, "element"));
      return this;
    }

    /**
     * Returns the file.
     *
     * @throws IllegalArgumentException if the order is wrong, or a trailing comment has nothing
     *     before it
     */
    public ProfileFile build() {
      return new ProfileFile(elements);
    }
  }
}
