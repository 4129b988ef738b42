package io.github.apparmor4j.kernel;

import java.io.IOException;
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
   * Does it. Each file is replaced as a whole: a temporary file beside it (its name starts with a
   * dot, so that nobody takes it for a profile) gets the old one's owner, mode and extended
   * attributes, the security label among them; it is written, synchronized and renamed. At any
   * moment, a crash of the machine included, the file is the old or the new one. Several files are
   * changed one after the other.
   *
   * @throws PolicyStoreException if a file has changed since it was read; what is before it in
   *     {@link #edits} has been done
   * @throws IOException if the system refuses
   */
  public void apply() throws IOException {
    for (Edit edit : edits) {
      AtomicFiles.replace(edit);
    }
    for (Path link : removedLinks) {
      Files.deleteIfExists(link);
    }
    for (Link link : madeLinks) {
      AtomicFiles.link(link);
    }
  }
}
