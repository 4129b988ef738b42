package io.github.apparmor4j.kernel;

import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.glob.GlobSyntaxException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the profiles that somebody means: by file, name, program or pattern. */
final class ProfileFinder {

  private ProfileFinder() {}

  /** Returns those of the given profiles that a word means, as {@link PolicyStore#find} says. */
  static List<StoredProfile> find(List<StoredProfile> all, String word) throws IOException {
    Path path = Path.of(word);
    if (word.contains("/") && Files.exists(path)) {
      Path real = path.toRealPath();
      List<StoredProfile> inFile = some(all, one -> !one.isChild() && isFile(one, real));
      if (!inFile.isEmpty()) {
        return inFile;
      }
    }
    List<StoredProfile> named =
        some(all, one -> one.name().equals(word) || one.writtenName().equals(word));
    if (!named.isEmpty()) {
      List<StoredProfile> enabled = some(named, one -> !one.disabled());
      return enabled.isEmpty() ? named : enabled;
    }
    List<StoredProfile> attached = attached(all, word.startsWith("/") ? path : inPath(word));
    return attached.isEmpty()
        ? some(all, one -> !one.isChild() && String.valueOf(one.file().getFileName()).equals(word))
        : attached;
  }

  private static List<StoredProfile> some(
      Collection<StoredProfile> all, Predicate<StoredProfile> which) {
    return all.stream().filter(which).toList();
  }

  private static boolean isFile(StoredProfile profile, Path real) {
    try {
      return profile.file().toRealPath().equals(real);
    } catch (IOException e) {
      return false;
    }
  }

  private static List<StoredProfile> attached(List<StoredProfile> all, @Nullable Path program) {
    if (program == null) {
      return List.of();
    }
    Set<String> names = new TreeSet<>(Set.of(program.toString()));
    try {
      names.add(program.toRealPath().toString());
    } catch (IOException e) {
      // A program that doesn't exist may have a profile all the same.
    }
    List<StoredProfile> own = some(all, one -> !one.isChild());
    List<StoredProfile> exact =
        some(own, one -> one.attachments().stream().anyMatch(names::contains));
    return exact.isEmpty()
        ? own.stream()
            .filter(one -> names.stream().anyMatch(n -> matches(one, n)))
            .limit(1)
            .toList()
        : exact;
  }

  private static boolean matches(StoredProfile profile, String program) {
    return profile.attachments().stream()
        .anyMatch(pattern -> matches(Aare::path, pattern, program));
  }

  /**
   * Returns whether a pattern matches a profile's name or, for a child, the name of its outermost
   * parent.
   */
  static boolean isOrIsBelow(String pattern, String name) {
    int child = name.indexOf("//", 1);
    return matches(Aare::label, pattern, child < 0 ? name : name.substring(0, child));
  }

  /** Returns whether a pattern matches a text; an invalid pattern matches none. */
  private static boolean matches(Function<String, Aare> kind, String pattern, String text) {
    try {
      return kind.apply(pattern).matches(text);
    } catch (GlobSyntaxException e) {
      return false;
    }
  }

  private static @Nullable Path inPath(String program) {
    return Stream.of(
            Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
        .map(entry -> Path.of(entry, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }
}
