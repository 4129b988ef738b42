package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.PolicyStore.Contents;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of a {@link PolicyStore} as they are when they are asked for: their profiles, and
 * whether they have links in {@code disable/} and {@code force-complain/}. Immutable.
 *
 * @param directory the directory of the profiles and of the files that they include
 * @param includes directories that are searched for included files before that one
 */
record StoreFiles(Path directory, List<Path> includes) {

  private static final String DISABLE = "disable";
  private static final String FORCE_COMPLAIN = "force-complain";

  /** Copies the list. */
  StoreFiles {
    includes = List.copyOf(includes);
  }

  /** Returns the files with profiles, sorted by name. */
  List<Path> list() throws IOException {
    return ProfileDirectory.files(directory);
  }

  // ---- links

  /** Returns the path of the link that keeps a file from being loaded; the link need not exist. */
  Path disableLink(Path file) {
    return directory.resolve(DISABLE).resolve(file.getFileName());
  }

  /**
   * Returns the path of the link that has a file loaded in complain mode; the link need not exist.
   */
  Path complainLink(Path file) {
    return directory.resolve(FORCE_COMPLAIN).resolve(file.getFileName());
  }

  boolean isDisabled(Path file) {
    return isThere(disableLink(file));
  }

  boolean isForcedToComplain(Path file) {
    return isThere(complainLink(file));
  }

  /** Returns whether a link exists, wherever it leads. */
  private static boolean isThere(Path link) {
    return Files.exists(link, LinkOption.NOFOLLOW_LINKS);
  }

  // ---- profiles

  /** Returns a resolver, which reads each included file only once in its life. */
  Resolver resolver() {
    List<Path> directories = new ArrayList<>(includes);
    directories.add(directory);
    return Resolver.of(IncludeResolver.directories(directories.toArray(Path[]::new)));
  }

  static Resolution resolve(Path file, Resolver resolver) throws IOException {
    return resolver.resolve(ProfileParser.parse(SourceText.read(file)));
  }

  /** Returns all profiles; of a file with errors, those that could be read. */
  Contents contents() throws IOException {
    Resolver resolver = resolver();
    List<StoredProfile> profiles = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    List<IOException> unreadable = new ArrayList<>();
    for (Path file : list()) {
      try {
        Resolution resolution = resolve(file, resolver);
        resolution.diagnostics().stream().filter(Diagnostic::isError).forEach(problems::add);
        profiles.addAll(profiles(file, resolution));
      } catch (IOException e) {
        unreadable.add(e);
      }
    }
    return new Contents(profiles, problems, unreadable);
  }

  /** Returns the profiles of a file, children after their parents, in the order of the text. */
  List<StoredProfile> profiles(Path file, Resolution resolution) {
    boolean disabled = isDisabled(file);
    boolean forced = isForcedToComplain(file);
    List<StoredProfile> all = new ArrayList<>();
    for (ResolvedProfile each : resolution.profiles()) {
      add(file, "", each, disabled, forced, all);
    }
    return all;
  }

  private static void add(
      Path file,
      String prefix,
      ResolvedProfile one,
      boolean disabled,
      boolean forced,
      List<StoredProfile> to) {
    String written = prefix + one.profile().name();
    to.add(
        new StoredProfile(
            file, name(one), written, one.attachments(), one.profile(), disabled, forced));
    for (ResolvedProfile child : one.children()) {
      add(file, written + "//", child, disabled, forced, to);
    }
  }

  /** Returns the name by which a kernel knows a profile. */
  static String name(ResolvedProfile profile) {
    return profile.profileName().toString();
  }
}
