package io.github.apparmor4j.audit;

import io.github.apparmor4j.files.BoundedFiles;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Logs that AppArmor's records may be in: files of the audit daemon and of system logs, the output
 * of {@code dmesg} and {@code journalctl}. The form of each line is known by itself, so that
 * nothing has to be said about a log, and forms may be mixed; docs/audit.md lists them.
 *
 * <pre>{@code
 * try (Stream<AuditEvent> events = AuditLog.rotated(Path.of("/var/log/audit/audit.log")).events()) {
 *   events.filter(AuditEvent::isRefusal).forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>Lines that are not AppArmor's and tell of no loss are passed over. No line ends the reading:
 * what can't be read is an {@link AuditEvent.Unreadable} event, and what is missing an {@link
 * AuditEvent.Loss}. Memory doesn't grow with the log, only with its longest line. Files compressed
 * by gzip are read as they are.
 *
 * <p>Immutable and thread-safe; a stream of events belongs to one thread.
 */
public final class AuditLog {

  /**
   * The most bytes that a line may have unless {@link #withLongestLine} says otherwise: records
   * have 9000 at most, entries of a journal may have all of a process's environment beside them.
   */
  public static final int LONGEST_LINE = 1 << 20;

  /** Something that has lines. */
  private interface Source {
    InputStream open() throws IOException;

    String name();
  }

  private record File(Path path) implements Source {
    @Override
    public InputStream open() throws IOException {
      return BoundedFiles.open(path);
    }

    @Override
    public String name() {
      return path.toString();
    }
  }

  private record Opened(String name, InputStream in) implements Source {
    @Override
    public InputStream open() {
      return in;
    }
  }

  private final List<Source> sources;
  private final int longest;
  private final ZoneId zone;
  private final @Nullable Instant now;

  private AuditLog(
      List<? extends Source> sources, int longest, ZoneId zone, @Nullable Instant now) {
    this.sources = List.copyOf(sources);
    this.longest = longest;
    this.zone = zone;
    this.now = now;
  }

  private AuditLog(List<? extends Source> sources) {
    this(sources, LONGEST_LINE, ZoneId.systemDefault(), null);
  }

  /**
   * Returns some files as one log, in this order. They are opened when their events are read; what
   * a shell gives as a path, such as {@code /dev/stdin}, can be read once.
   */
  public static AuditLog of(Path... files) {
    return new AuditLog(Arrays.stream(files).map(File::new).toList());
  }

  /**
   * Returns a stream as a log, whose events can be read once. Closing the events closes it.
   *
   * @param name the name of the stream for messages
   */
  public static AuditLog of(String name, InputStream in) {
    return new AuditLog(List.of(new Opened(name, Objects.requireNonNull(in, "in"))));
  }

  /**
   * Returns a file with all that it was before, oldest first: {@code audit.log.2.gz audit.log.1
   * audit.log}, or with dates as {@code syslog-20261128.gz}.
   *
   * @param file the newest; it need not be there if an older one is
   * @throws IOException if the directory can't be read
   */
  public static AuditLog rotated(Path file) throws IOException {
    return of(Rotation.of(file).toArray(Path[]::new));
  }

  /** Returns the events of a file: {@link #of(Path...)} and {@link #events}. */
  public static Stream<AuditEvent> read(Path file) {
    return of(file).events();
  }

  /**
   * Returns this log with another limit.
   *
   * @param bytes the most bytes of a line, at least 256; what is longer is reported
   */
  public AuditLog withLongestLine(int bytes) {
    if (bytes < 256) {
      throw new IllegalArgumentException("lines of " + bytes + " bytes are too short");
    }
    return new AuditLog(sources, bytes, zone, now);
  }

  /**
   * Returns this log with what dates need that say neither their zone nor their year. They count
   * only for records without the kernel's own time: D-Bus writes those to the system log.
   *
   * @param otherZone the zone of the host; without this method, this machine's
   * @param latest the latest time that a date can be; without this method, the time of reading
   */
  public AuditLog withDates(ZoneId otherZone, Instant latest) {
    return new AuditLog(sources, longest, otherZone, latest);
  }

  /**
   * Returns the events, in the order of the lines; a loss comes where it is certain. They are read
   * as the stream goes on, which throws an {@link UncheckedIOException} if a file can't be read.
   * Close it, or the file that is read stays open.
   */
  public Stream<AuditEvent> events() {
    Events events = new Events();
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(
                events, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE),
            false)
        .onClose(events::close);
  }

  private final class Events implements Iterator<AuditEvent> {
    private final Iterator<Source> left = sources.iterator();
    private final Deque<AuditEvent> ready = new ArrayDeque<>();
    private final LineReader reader =
        new LineReader(zone, now == null ? Instant.now() : now, ready::add);
    private @Nullable LogFile file;
    private boolean ended;

    @Override
    public boolean hasNext() {
      try {
        while (ready.isEmpty() && !ended) {
          advance();
        }
      } catch (IOException e) {
        close();
        throw new UncheckedIOException(e);
      }
      return !ready.isEmpty();
    }

    private void advance() throws IOException {
      if (file == null && !left.hasNext()) {
        ended = true;
        reader.end();
        return;
      }
      LogFile open = file == null ? open(left.next()) : file;
      if (open == null) {
        return;
      }
      file = open;
      if (!open.read(reader)) {
        file = null;
        open.in.close();
      }
    }

    private @Nullable LogFile open(Source source) throws IOException {
      try {
        return LogFile.open(source, longest);
      } catch (EOFException | ZipException e) {
        reader.endless(source.name(), 1);
        return null;
      }
    }

    @Override
    public AuditEvent next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.removeFirst();
    }

    private void close() {
      ended = true;
      LogFile open = file;
      file = null;
      try {
        if (open != null) {
          open.in.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A file that is read. */
  private static final class LogFile {
    private static final byte[] CURSOR = Bytes.of("__CURSOR=");
    private static final byte[] MESSAGE_OPENS = Bytes.of("msg='");
    private static final int LENGTH_BYTES = 8;

    private final String name;
    private final InputStream in;
    private final Lines lines;
    private final int longest;
    private long number;

    private LogFile(String name, InputStream in, int longest) {
      this.name = name;
      this.in = in;
      this.longest = longest;
      this.lines = new Lines(in, longest);
    }

    static LogFile open(Source source, int longest) throws IOException {
      InputStream in = source.open();
      try {
        return new LogFile(source.name(), Compression.plain(source.name(), in), longest);
      } catch (IOException e) {
        in.close();
        throw e;
      }
    }

    /** Reads a line or an entry; returns whether there was one. */
    boolean read(LineReader reader) throws IOException {
      try {
        if (!lines.next()) {
          return false;
        }
        number++;
        if (Bytes.startsWith(lines.bytes(), lines.from(), lines.to(), CURSOR)) {
          entry(reader);
        } else if (lines.isContinued(this::isOpen) && isOpen()) {
          byte[] first = Arrays.copyOfRange(lines.bytes(), lines.from(), lines.to() + 1);
          first[first.length - 1] = ' ';
          lines.next();
          byte[] whole = Arrays.copyOf(first, first.length + lines.to() - lines.from());
          System.arraycopy(
              lines.bytes(), lines.from(), whole, first.length, lines.to() - lines.from());
          reader.read(whole, 0, whole.length, lines.isCut(), name, number);
          number++;
        } else {
          reader.read(lines.bytes(), lines.from(), lines.to(), lines.isCut(), name, number);
        }
        return true;
      } catch (EOFException | ZipException e) {
        reader.endless(name, number + 1);
        return false;
      }
    }

    /** Returns whether the line's message has no end: a bus's record may have two lines. */
    private boolean isOpen() {
      int last = lines.to() - 1;
      return last >= lines.from()
          && lines.bytes()[last] != '\''
          && Bytes.indexOf(lines.bytes(), lines.from(), lines.to(), MESSAGE_OPENS) >= 0;
    }

    /** Reads an entry in the journal's export format, from its first line to an empty one. */
    private void entry(LineReader reader) throws IOException {
      JournalEntry entry = reader.entry();
      entry.begin();
      while (lines.next() && lines.to() > lines.from()) {
        number++;
        byte[] bytes = lines.bytes();
        int equals = Bytes.find(bytes, lines.from(), lines.to(), '=');
        boolean wanted = entry.wants(bytes, lines.from(), equals);
        if (equals < lines.to()) {
          if (wanted) {
            byte[] value = Arrays.copyOfRange(bytes, equals + 1, lines.to());
            entry.put(bytes, lines.from(), equals, value, lines.isCut());
          }
          continue;
        }
        byte[] field = Arrays.copyOfRange(bytes, lines.from(), lines.to());
        byte[] size = lines.take(LENGTH_BYTES, LENGTH_BYTES);
        long length = 0;
        for (int i = size.length - 1; i >= 0; i--) {
          length = length << 8 | (size[i] & 0xFF);
        }
        if (size.length < LENGTH_BYTES || length < 0) {
          reader.unreadableEntry(name, number);
          return;
        }
        byte[] value = lines.take(length, wanted ? longest : 0);
        byte[] close = lines.take(1, 1);
        if (close.length == 0 || close[0] != '\n') {
          reader.unreadableEntry(name, number);
          return;
        }
        if (wanted) {
          entry.put(field, 0, field.length, value, value.length < length);
        }
      }
      number++;
      reader.readEntry(name, number);
    }
  }
}
