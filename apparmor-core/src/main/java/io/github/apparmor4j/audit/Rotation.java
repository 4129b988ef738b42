package io.github.apparmor4j.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files that a log was before, as the audit daemon and logrotate(8) name them. */
final class Rotation {

  /** Number, date, or date and time; with dates the largest is the newest, with numbers oldest. */
  private static final Pattern SUFFIX =
      Pattern.compile("(?:\\.(\\d{1,9})|[-.](\\d{4}-?\\d\\d-?\\d\\d[-_.\\d]*?))(?:\\.gz)?");

  private record Older(Path path, int number, String date) {}

  private Rotation() {}

  static List<Path> of(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path last = file.getFileName();
    if (directory == null || last == null) {
      return List.of(file);
    }
    String name = last.toString();
    List<Older> older = new ArrayList<>();
    try (Stream<Path> others = Files.list(directory)) {
      for (Path path : (Iterable<Path>) others::iterator) {
        Path other = path.getFileName();
        String otherName = other == null ? "" : other.toString();
        if (otherName.startsWith(name)) {
          Matcher suffix = SUFFIX.matcher(otherName.substring(name.length()));
          if (suffix.matches()) {
            boolean numbered = suffix.group(1) != null;
            older.add(
                new Older(
                    file.resolveSibling(otherName),
                    numbered ? Integer.parseInt(suffix.group(1)) : 0,
                    numbered ? "" : suffix.group(2)));
          }
        }
      }
    }
    older.sort(
        Comparator.comparing(Older::date)
            .thenComparing(Older::number, Comparator.reverseOrder())
            .thenComparing(Older::path));
    List<Path> all = new ArrayList<>(older.stream().map(Older::path).toList());
    if (Files.exists(file)) {
      all.add(file);
    } else if (all.isEmpty()) {
      throw new NoSuchFileException(file.toString());
    }
    return all;
  }
}
