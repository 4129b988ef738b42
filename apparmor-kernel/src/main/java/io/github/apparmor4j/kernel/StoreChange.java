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
 * What is to be done to a {@link PolicyStore}: looked at, then done. Immutable; until {@link
 * #apply} nothing has happened.
 *
 * @param edits of files, in the order in which they are made
 * @param removedLinks links of {@code disable/} and {@code force-complain/} that go; those that are
 *     there
 * @param madeLinks links that are made, each to the file that it names; those that aren't there
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
   * @param after the same with nothing but the asked changes
   */
  public record Edit(Path file, String before, String after) {}

  /**
   * A symbolic link.
   *
   * @param place of the link
   * @param target absolute
   */
  public record Link(Path place, Path target) {}

  /** Returns whether there is nothing to do. */
  public boolean isEmpty() {
    return edits.isEmpty() && removedLinks.isEmpty() && madeLinks.isEmpty();
  }

  /**
   * Does it. Each file is replaced as a whole and keeps its owner, mode and extended attributes,
   * the security label among them, as {@link AtomicFiles#replace} says: at any moment, a crash of
   * the machine included, it is the old or the new one. Several files are changed one after the
   * other.
   *
   * @throws PolicyStoreException if a file has changed since it was read; what is before it in
   *     {@link #edits} has been done
   * @throws IOException if the system refuses
   */
  public void apply() throws IOException {
    for (Edit edit : edits) {
      make(edit);
    }
    for (Path link : removedLinks) {
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

  /** Makes a symbolic link and the directory that it is in; one that is there already is right. */
  private static void make(Link link) throws IOException {
    Path directory = requireNonNull(link.place().toAbsolutePath().getParent(), "a link's place");
    Files.createDirectories(directory);
    try {
      Files.createSymbolicLink(link.place(), link.target());
    } catch (FileAlreadyExistsException e) {
      return;
    }
    AtomicFiles.synchronize(directory);
  }
}
