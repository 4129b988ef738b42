package io.github.apparmor4j.kernel;

import static java.util.Objects.requireNonNull;

import io.github.apparmor4j.kernel.PolicyStoreException.Reason;
import io.github.apparmor4j.source.AtomicFiles;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A change of a {@link PolicyStore}, to be looked at and then made. Immutable; nothing happens
 * before {@link #apply}.
 *
 * @param edits the edits of files, in the order in which they are made
 * @param removedLinks the existing links in {@code disable/} and {@code force-complain/} that are
 *     removed
 * @param madeLinks the missing links that are made, each to the file that it names
 */
public record StoreChange(List<Edit> edits, List<Path> removedLinks, List<Link> madeLinks) {

  /** Copies the lists. */
  public StoreChange {
    edits = List.copyOf(edits);
    removedLinks = List.copyOf(removedLinks);
    madeLinks = List.copyOf(madeLinks);
  }

  /**
   * A file's new text.
   *
   * @param file a regular file
   * @param before its text as it was read, as {@code SourceText.decode} gives it
   * @param after the same with only the changes that were asked for
   */
  public record Edit(Path file, String before, String after) {}

  /**
   * A symbolic link.
   *
   * @param place the path of the link
   * @param target the absolute path that it leads to
   */
  public record Link(Path place, Path target) {}

  /** Returns whether there is nothing to do. */
  public boolean isEmpty() {
    return edits.isEmpty() && removedLinks.isEmpty() && madeLinks.isEmpty();
  }

  /**
   * Makes the change. Each file is replaced as a whole and keeps its owner, mode and extended
   * attributes, the security label among them, as {@link AtomicFiles#replace} says: at any moment,
   * even in a crash of the machine, it is the old or the new one. Several files are changed one
   * after the other.
   *
   * @throws PolicyStoreException if a file has changed since it was read; the edits before it in
   *     {@link #edits} have been made
   * @throws IOException if the file system refuses a change
   */
  public void apply() throws IOException {
    for (Edit edit : edits) {
      make(edit);
    }
    for (Path link : removedLinks) {
      checkDirectory(link);
      Files.deleteIfExists(link);
    }
    for (Link link : madeLinks) {
      make(link);
    }
  }

  private static void make(Edit edit) throws IOException {
    if (!AtomicFiles.replace(
        edit.file(), SourceText.encode(edit.before()), SourceText.encode(edit.after()))) {
      throw new PolicyStoreException(
          Reason.CHANGED_MEANWHILE, edit.file(), "somebody else has changed it since it was read");
    }
  }

  /** Fails if a link would be made or removed elsewhere, because its directory is a link itself. */
  private static void checkDirectory(Path link) throws IOException {
    Path directory = requireNonNull(link.toAbsolutePath().getParent(), "a link's place");
    if (Files.isSymbolicLink(directory)) {
      throw new PolicyStoreException(
          Reason.OUTSIDE, directory, "it is a link to " + Files.readSymbolicLink(directory));
    }
  }

  /**
   * Makes a symbolic link and the directory that it is in; leaves a link that exists already as it
   * is.
   */
  private static void make(Link link) throws IOException {
    Path directory = requireNonNull(link.place().toAbsolutePath().getParent(), "a link's place");
    checkDirectory(link.place());
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    try {
      Files.createSymbolicLink(link.place(), link.target());
    } catch (FileAlreadyExistsException e) {
      return;
    }
    AtomicFiles.synchronize(directory);
  }
}
