package io.github.apparmor4j.audit;

import io.github.apparmor4j.audit.AuditEvent.Loss;
import io.github.apparmor4j.audit.AuditEvent.Unreadable;
import io.github.apparmor4j.audit.AuditRecord.Form;
import io.github.apparmor4j.audit.JournalEntry.Name;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of any form, and tells the events in them. A line of a system log or of a journal is
 * read only if the log says that the kernel, an audit daemon or a message bus wrote it: what other
 * programs say may quote a record, or forge one.
 */
final class LineReader {

  private static final byte[] NODE = Bytes.of("node=");
  private static final byte[] TYPE = Bytes.of("type=");
  private static final byte[] MSG = Bytes.of("msg=audit(");
  private static final byte[] AUDIT = Bytes.of("audit(");
  private static final byte[] AUDIT_TAG = Bytes.of("audit: ");
  private static final byte[] APPARMOR = Bytes.of("apparmor=\"");
  private static final byte[] VERDICT = Bytes.of("apparmor=");
  private static final byte[] SELINUX = Bytes.of("avc:");
  private static final byte[] INNER_TYPE = Bytes.of("type=15");
  private static final byte[] KERN = Bytes.of("kern ");

  /** Types whose records may be of any security module. */
  private static final Set<String> SHARED = Set.of("AVC", "1400", "USER_AVC", "1107");

  /** Types of prose, before 2007. */
  private static final Set<String> PROSE = Set.of("APPARMOR", "1500");

  private static final Set<String> CONFIGURATION = Set.of("CONFIG_CHANGE", "1305");

  /** Who wrote a message. */
  private enum Origin {
    KERNEL,
    DAEMON,
    BUS,
    JOURNAL,
    OTHERS
  }

  private final Header header = new Header();
  private final FieldScanner scanner = new FieldScanner();
  private final Serials serials = new Serials();
  private final JournalEntry entry = new JournalEntry();
  private final ZoneId zone;
  private final Instant now;
  private final Consumer<AuditEvent> events;

  // The line that is read, and where its date is.
  private byte[] bytes = new byte[0];
  private int begin;
  private int end;
  private int dateFrom;
  private int dateTo;
  private boolean told;

  LineReader(ZoneId zone, Instant now, Consumer<AuditEvent> events) {
    this.zone = zone;
    this.now = now;
    this.events = events;
  }

  /** Returns the entry to fill for {@link #readEntry}. */
  JournalEntry entry() {
    return entry;
  }

  /**
   * Reads a line.
   *
   * @param cut whether its end is missing
   */
  void read(byte[] line, int from, int to, boolean cut, String source, long number) {
    header.begin(source, number);
    int last = to > from && line[to - 1] == '\r' ? to - 1 : to;
    begin(line, from, last);
    if (last > from && line[from] == '{') {
      if (entry.json(line, from, last)) {
        entry();
        readEntry(source, number);
      } else {
        tell(new Unreadable(blank(), cut ? Unreadable.Reason.LENGTH : Unreadable.Reason.JOURNAL));
      }
      return;
    }
    line(from);
    if (cut) {
      tell(told ? Losses.truncated(blank()) : new Unreadable(blank(), Unreadable.Reason.LENGTH));
    }
  }

  /** Tells what can only be known when all lines are read. */
  void end() {
    serials.end(events);
  }

  private void begin(byte[] line, int from, int to) {
    bytes = line;
    begin = from;
    end = to;
    dateFrom = 0;
    dateTo = 0;
    told = false;
  }

  // ---- forms of lines

  private void line(int from) {
    int at = from;
    // grep writes "file:" and "line:" before what it finds.
    for (int prefixes = 0; prefixes < 3; prefixes++) {
      if (form(priority(at))) {
        return;
      }
      int word = at;
      while (word < end && bytes[word] != ':' && bytes[word] != ' ') {
        word++;
      }
      if (word + 1 >= end || bytes[word] != ':') {
        return;
      }
      at = word + 1;
    }
  }

  /** Returns where the text is after {@code <6>}, {@code <6>1 } or {@code kern :notice: }. */
  private int priority(int from) {
    if (Bytes.startsWith(bytes, from, end, KERN)) {
      int colon = Bytes.skipBlanks(bytes, from + KERN.length, end);
      int close = colon < end && bytes[colon] == ':' ? Bytes.find(bytes, colon + 1, end, ':') : end;
      return close < end ? Bytes.skipBlanks(bytes, close + 1, end) : from;
    } else if (from == end || bytes[from] != '<') {
      return from;
    }
    int digits = Bytes.skipDigits(bytes, from + 1, end);
    if (digits == from + 1 || digits == end || bytes[digits] != '>') {
      return from;
    }
    boolean version = digits + 2 < end && bytes[digits + 1] == '1' && bytes[digits + 2] == ' ';
    return version ? digits + 3 : digits + 1;
  }

  /** Reads a line if it has a form that is known; returns whether it has. */
  private boolean form(int at) {
    if (at == end) {
      return true;
    } else if (isAudit(at)) {
      header.form = Form.AUDIT_LOG;
      audit(at);
      return true;
    } else if (bytes[at] == '[') {
      header.form = Form.RING_BUFFER;
      ringBuffer(at);
      return true;
    } else if (Bytes.startsWith(bytes, at, end, APPARMOR)) {
      payload(at);
      return true;
    }
    int date = Dates.end(bytes, at, end);
    if (date >= 0) {
      header.form = Form.SYSLOG;
      dateFrom = at;
      dateTo = date;
      program(Bytes.skipBlanks(bytes, date, end));
      return true;
    } else if (Bytes.startsWith(bytes, at, end, AUDIT_TAG)) {
      header.form = Form.RING_BUFFER; // dmesg without times
      message(at, Origin.KERNEL);
      return true;
    }
    int message = kmsg(at);
    if (message >= 0) {
      header.form = Form.RING_BUFFER;
      message(message, Origin.KERNEL);
    }
    return message >= 0;
  }

  private boolean isAudit(int at) {
    return Bytes.startsWith(bytes, at, end, TYPE)
        || Bytes.startsWith(bytes, at, end, MSG)
        || Bytes.startsWith(bytes, at, end, AUDIT)
        || Bytes.startsWith(bytes, at, end, NODE);
  }

  /** Returns where the text is of a line of /dev/kmsg, {@code 5,1234,40693621,-;text}, or -1. */
  private int kmsg(int from) {
    int at = from;
    for (int number = 0; number < 3; number++) {
      int digits = Bytes.skipDigits(bytes, at, end);
      if (digits == at || digits == end || bytes[digits] != ',') {
        return -1;
      }
      at = digits + 1;
    }
    int close = Bytes.find(bytes, at, Math.min(end, at + 40), ';');
    return close < end && bytes[close] == ';' ? close + 1 : -1;
  }

  /** Passes over {@code [ 12.345678]}, {@code [ T123]} and dates in brackets. */
  private int stamps(int from) {
    int at = from;
    while (at < end && bytes[at] == '[') {
      int close = Bytes.find(bytes, at, Math.min(end, at + 48), ']');
      if (close == end || bytes[close] != ']') {
        return at;
      }
      if (dateTo == 0 && close - at > 20) {
        dateFrom = at + 1; // dmesg -T
        dateTo = close;
      }
      at = Bytes.skipBlanks(bytes, close + 1, end);
    }
    return at;
  }

  /** Reads what comes after a stamp: a message or, from the journal, host and program first. */
  private void ringBuffer(int from) {
    int at = stamps(from);
    int word = Bytes.find(bytes, at, end, ' ');
    boolean host = word < end && word > at && bytes[word - 1] != ':' && !isAudit(at);
    int next = host ? Bytes.skipBlanks(bytes, word, end) : end;
    int tag = Bytes.find(bytes, next, end, ' ');
    if (host && tag > next && bytes[tag - 1] == ':' && origin(next, tag - 1) != Origin.OTHERS) {
      header.form = Form.SYSLOG;
      program(at);
    } else {
      message(at, Origin.KERNEL);
    }
  }

  /** Reads host and program of a line of a system log, and the message if they are right. */
  private void program(int from) {
    int word = Bytes.find(bytes, from, end, ' ');
    int message = Bytes.skipBlanks(bytes, word, end);
    if (word > from && bytes[word - 1] == ':') {
      message(message, origin(from, word - 1));
      return;
    }
    int tag = Bytes.find(bytes, message, end, ' ');
    if (tag > message && bytes[tag - 1] == ':') {
      boolean dmesg = Bytes.startsWith(bytes, from, end, KERN) && bytes[message] == ':';
      Origin origin = dmesg ? Origin.KERNEL : origin(message, tag - 1);
      if (origin != Origin.OTHERS) {
        header.host = dmesg ? null : KnownWords.of(bytes, from, word);
        message(Bytes.skipBlanks(bytes, tag, end), origin);
      }
      return;
    }
    // RFC 5424: host, program, process, name of the message, and data
    int process = Bytes.skipBlanks(bytes, tag, end);
    int name = Bytes.skipBlanks(bytes, Bytes.find(bytes, process, end, ' '), end);
    int data = Bytes.skipBlanks(bytes, Bytes.find(bytes, name, end, ' '), end);
    Origin origin = origin(message, tag);
    int text = data(data);
    if (origin != Origin.OTHERS && text >= 0) {
      header.host = KnownWords.of(bytes, from, word);
      message(text, origin);
    }
  }

  /** Passes over RFC 5424's structured data, and a byte order mark; returns -1 if there is none. */
  private int data(int from) {
    int at = from;
    if (at < end && bytes[at] == '-') {
      at++;
    } else {
      boolean any = false;
      while (at < end && bytes[at] == '[') {
        boolean quoted = false;
        for (at++; at < end && (quoted || bytes[at] != ']'); at++) {
          if (bytes[at] == '\\') {
            at++;
          } else if (bytes[at] == '"') {
            quoted = !quoted;
          }
        }
        at = Math.min(at + 1, end);
        any = true;
      }
      if (!any) {
        return -1;
      }
    }
    at = Bytes.skipBlanks(bytes, at, end);
    boolean mark =
        at + 2 < end
            && bytes[at] == (byte) 0xEF
            && bytes[at + 1] == (byte) 0xBB
            && bytes[at + 2] == (byte) 0xBF;
    return mark ? at + 3 : at;
  }

  /** Returns who a system log says that a line is from: {@code kernel}, {@code dbus[1692]}. */
  private Origin origin(int from, int to) {
    int name = Bytes.find(bytes, from, to, '[');
    if (from >= to || name - from > 24) {
      return Origin.OTHERS;
    }
    return switch (bytes[from]) {
      case 'k', 'a', 'd', 's', 'j' -> origin(KnownWords.of(bytes, from, name));
      default -> Origin.OTHERS;
    };
  }

  private static Origin origin(@Nullable String program) {
    if (program == null) {
      return Origin.OTHERS;
    }
    return switch (program) {
      case "kernel" -> Origin.KERNEL;
      case "audit", "auditd", "audispd", "audisp-syslog", "audisp-remote" -> Origin.DAEMON;
      case "dbus", "dbus-daemon" -> Origin.BUS;
      case "systemd-journald", "systemd-journal", "journal" -> Origin.JOURNAL;
      default -> program.startsWith("kern.") ? Origin.KERNEL : Origin.OTHERS; // socklogd's
    };
  }

  // ---- messages

  private void message(int from, Origin origin) {
    switch (origin) {
      case KERNEL -> {
        int at = stamps(from);
        int text = Bytes.startsWith(bytes, at, end, AUDIT_TAG) ? at + AUDIT_TAG.length : at;
        if (isAudit(text)) {
          audit(text);
        } else {
          loss(at);
        }
      }
      case DAEMON -> {
        int word = Bytes.find(bytes, from, end, ' ');
        int next = Bytes.skipBlanks(bytes, word, end);
        if (isAudit(from)) {
          audit(from);
        } else if (Bytes.startsWith(bytes, next, end, VERDICT)
            || SHARED.contains(KnownWords.of(bytes, from, word))) {
          header.type = KnownWords.of(bytes, from, word); // the journal's text of an audit record
          payload(next);
        } else {
          loss(from);
        }
      }
      case BUS -> {
        int at = stamps(from); // [session uid=1000 pid=7]
        if (Bytes.startsWith(bytes, at, end, APPARMOR)) {
          payload(at);
        }
      }
      case JOURNAL -> loss(from);
      case OTHERS -> {}
    }
  }

  private void loss(int from) {
    if (Losses.isHinted(bytes, from, end)) {
      Loss loss = Losses.read(bytes, from, end, blank());
      if (loss != null) {
        tell(loss);
      }
    }
  }

  /** Reads {@code [node=HOST ][type=WORD ][msg=]audit(ID): fields}. */
  private void audit(int from) {
    int at = from;
    if (Bytes.startsWith(bytes, at, end, NODE)) {
      int word = Bytes.find(bytes, at, end, ' ');
      header.host = KnownWords.of(bytes, at + NODE.length, word);
      at = Bytes.skipBlanks(bytes, word, end);
    }
    if (Bytes.startsWith(bytes, at, end, TYPE)) {
      int word = Bytes.find(bytes, at, end, ' ');
      header.type = KnownWords.of(bytes, at + TYPE.length, word);
      at = Bytes.skipBlanks(bytes, word, end);
    }
    boolean daemon = Bytes.startsWith(bytes, at, end, MSG);
    if (!daemon && !Bytes.startsWith(bytes, at, end, AUDIT)) {
      unreadableIfOurs(at);
      return;
    }
    int id = at + (daemon ? MSG.length : AUDIT.length);
    int close = Bytes.find(bytes, id, Math.min(end, id + 60), ')');
    header.id = id(id, close);
    if (header.id == null || close == end || bytes[close] != ')') {
      unreadableIfOurs(at);
      return;
    }
    String host = header.host;
    serials.see(host == null ? "" : host, header.id, this::blank, this::tell);
    int colon = close + 1 < end && bytes[close + 1] == ':' ? close + 2 : close + 1;
    payload(Bytes.skipBlanks(bytes, colon, end));
  }

  /** Tells that a line can't be read, if its type or its text is AppArmor's. */
  private void unreadableIfOurs(int from) {
    boolean ours =
        Bytes.indexOf(bytes, from, end, VERDICT) >= 0
            || Verdicts.ofType(header.type) != AuditEvent.Verdict.NONE;
    header.id = null;
    if (ours) {
      tell(new Unreadable(blank(), Unreadable.Reason.ID));
    }
  }

  private AuditRecord.@Nullable Id id(int from, int to) {
    int dot = Bytes.find(bytes, from, to, '.');
    int colon = Bytes.find(bytes, dot, to, ':');
    long seconds = dot - from > 12 ? -1 : Bytes.number(bytes, from, dot);
    long millis = colon - dot == 4 ? Bytes.number(bytes, dot + 1, colon) : -1;
    long serial = Bytes.number(bytes, colon + 1, to);
    return seconds < 0 || millis < 0 || serial < 0
        ? null
        : new AuditRecord.Id(seconds, (int) millis, serial);
  }

  /** Reads the fields, if they are AppArmor's. */
  private void payload(int from) {
    String type = header.type;
    if (CONFIGURATION.contains(type)) {
      Loss loss = Losses.disabled(bytes, from, end, blank());
      if (loss != null) {
        tell(loss);
      }
    } else if (PROSE.contains(type)) {
      record(from, true);
    } else if (type.isEmpty()) {
      if (Bytes.startsWith(bytes, from, end, VERDICT)
          || Bytes.startsWith(bytes, from, end, INNER_TYPE)) {
        record(from, false);
      }
    } else if (!SHARED.contains(type)) {
      if (Verdicts.ofType(type) != AuditEvent.Verdict.NONE) {
        record(from, false);
      }
    } else if (Bytes.indexOf(bytes, from, end, VERDICT) >= 0) {
      record(from, false);
    } else if (type.startsWith("USER") || type.equals("1107")) {
      return; // of another module, or of a bus without AppArmor
    } else if (!Bytes.startsWith(bytes, from, end, SELINUX)) {
      tell(new Unreadable(blank(), Unreadable.Reason.VERDICT));
    }
  }

  private void record(int from, boolean prose) {
    if (header.id == null && dateTo > dateFrom) {
      header.time = Dates.instant(bytes, dateFrom, dateTo, zone, now);
    }
    byte[] whole = Arrays.copyOfRange(bytes, begin, end);
    byte[] text = prose ? Prose.fields(bytes, from, end, header.type) : whole;
    int base = prose ? 0 : begin;
    scanner.scan(prose ? text : bytes, prose ? 0 : from, prose ? text.length : end);
    AuditRecord record = new AuditRecord(header, whole, text, scanner, base);
    tell(EventClasses.event(record));
    if (scanner.isBroken()) {
      tell(Losses.truncated(record));
    }
  }

  /** Returns the line as a record without fields. */
  private AuditRecord blank() {
    scanner.scan(bytes, end, end);
    if (header.id == null && header.time == null && dateTo > dateFrom) {
      header.time = Dates.instant(bytes, dateFrom, dateTo, zone, now);
    }
    byte[] whole = Arrays.copyOfRange(bytes, begin, end);
    return new AuditRecord(header, whole, whole, scanner, begin);
  }

  private void tell(AuditEvent event) {
    told = true;
    events.accept(event);
  }

  /** Tells that a compressed file has no end. */
  void endless(String source, long number) {
    header.begin(source, number);
    begin(new byte[0], 0, 0);
    tell(Losses.endless(blank()));
  }

  /** Tells that an entry in the export format can't be read. */
  void unreadableEntry(String source, long number) {
    header.begin(source, number);
    header.form = Form.JOURNAL;
    begin(new byte[0], 0, 0);
    tell(new Unreadable(blank(), Unreadable.Reason.JOURNAL));
  }

  // ---- entries of a journal

  /** Reads {@link #entry}. */
  void readEntry(String source, long number) {
    header.begin(source, number);
    header.form = Form.JOURNAL;
    header.host = entry.get(Name._HOSTNAME);
    header.time = entry.time();
    byte[] broker = entry.broker();
    byte[] message = entry.message();
    begin(message, 0, message.length);
    Origin origin = originOfEntry();
    if (entry.isWithoutMessage()) {
      if (origin == Origin.KERNEL || origin == Origin.DAEMON) {
        tell(Losses.withoutMessage(blank()));
      }
      return;
    }
    if (broker.length > 0 && isBroker()) {
      scanner.scan(broker, 0, broker.length);
      tell(EventClasses.event(new AuditRecord(header, message, broker, scanner, 0)));
      return;
    }
    if ("audit".equals(entry.get(Name._TRANSPORT))) {
      auditEntry(message);
    } else {
      // A record with an id has its own time.
      header.time = isAuditMessage(message) ? null : header.time;
      message(0, origin);
    }
    if (entry.isCut()) {
      tell(told ? Losses.truncated(blank()) : new Unreadable(blank(), Unreadable.Reason.LENGTH));
    }
  }

  private boolean isAuditMessage(byte[] message) {
    int at = Bytes.startsWith(message, 0, message.length, AUDIT_TAG) ? AUDIT_TAG.length : 0;
    return isAudit(at);
  }

  /** Returns who wrote an entry, by the fields that the journal itself sets. */
  private Origin originOfEntry() {
    String transport = entry.get(Name._TRANSPORT);
    String identifier = entry.get(Name.SYSLOG_IDENTIFIER);
    Origin claimed = origin(identifier);
    if (transport == null) {
      return claimed;
    }
    return switch (transport) {
      case "kernel" -> Origin.KERNEL;
      case "audit" -> Origin.DAEMON;
      case "driver" -> Origin.JOURNAL;
      default -> {
        String program = entry.get(Name._EXE);
        boolean bus = program == null || program.endsWith("/dbus-daemon");
        yield switch (claimed) {
          case BUS -> bus ? Origin.BUS : Origin.OTHERS;
          case DAEMON -> program == null || program.contains("/audi") ? claimed : Origin.OTHERS;
          case JOURNAL -> claimed;
          case KERNEL, OTHERS -> Origin.OTHERS;
        };
      }
    };
  }

  private boolean isBroker() {
    String program = entry.get(Name._EXE);
    return "dbus-broker".equals(entry.get(Name.SYSLOG_IDENTIFIER))
        && (program == null || program.endsWith("/dbus-broker"));
  }

  /** Reads an audit record that the journal got from the kernel: the id is in its fields. */
  private void auditEntry(byte[] message) {
    long number = entry.number(Name._AUDIT_ID);
    Instant time = header.time;
    if (number >= 0 && time != null) {
      header.id = new AuditRecord.Id(time.getEpochSecond(), time.getNano() / 1_000_000, number);
      header.time = null;
      String host = header.host;
      serials.see(host == null ? "" : host, header.id, this::blank, this::tell);
    }
    String name = entry.get(Name._AUDIT_TYPE_NAME);
    String type = name == null ? entry.get(Name._AUDIT_TYPE) : name;
    int word = Bytes.find(message, 0, message.length, ' ');
    header.type = type == null ? KnownWords.of(message, 0, word) : type;
    boolean named = Bytes.indexOf(message, 0, word, new byte[] {'='}) < 0;
    payload(named ? Bytes.skipBlanks(message, word, message.length) : 0);
  }
}
