package io.github.apparmor4j.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is known of a line before its fields are read. Used again for each line. */
final class Header {

  AuditRecord.Form form = AuditRecord.Form.MESSAGE;
  String source = "";
  long line;
  @Nullable String host;
  String type = "";
  AuditRecord.@Nullable Id id;
  @Nullable Instant time;

  void begin(String name, long number) {
    source = name;
    line = number;
    form = AuditRecord.Form.MESSAGE;
    host = null;
    type = "";
    id = null;
    time = null;
  }
}
