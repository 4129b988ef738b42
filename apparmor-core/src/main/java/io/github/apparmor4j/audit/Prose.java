package io.github.apparmor4j.audit;

import io.github.apparmor4j.source.SourceText;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Records in prose, as kernels before 2007 wrote them: {@code REJECTING r access to /bin/df
 * (sh(7902) profile /usr/sbin/x active /bin/y)}. They become records with fields.
 */
final class Prose {

  private static final Map<String, String> VERDICTS =
      Map.of(
          "REJECTING", "DENIED",
          "PERMITTING", "ALLOWED",
          "AUDITING", "AUDIT",
          "LOGPROF-HINT", "HINT");

  private static final Pattern ACCESS =
      Pattern.compile("\\S+ (\\S+) access to (/.*) \\(.*", Pattern.DOTALL);

  private static final Pattern TASK =
      Pattern.compile(".* \\((.*)\\((\\d+)\\) profile (.*) active (.*)\\)", Pattern.DOTALL);

  private Prose() {}

  /**
   * Returns the text of a record with fields that says the same: {@code info} is the prose, {@code
   * operation} the type's name, as libapparmor has them.
   */
  static byte[] fields(byte[] bytes, int from, int to, String type) {
    String prose = SourceText.decode(Arrays.copyOfRange(bytes, from, to));
    int blank = prose.indexOf(' ');
    String verdict = VERDICTS.getOrDefault(prose.substring(0, Math.max(blank, 0)), "UNKNOWN");
    Matcher task = TASK.matcher(prose);
    Matcher access = ACCESS.matcher(prose);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    add(out, "apparmor", verdict);
    add(out, "operation", type);
    add(out, "info", prose);
    if (task.matches()) {
      String profile = task.group(3);
      String active = task.group(4);
      add(out, "comm", task.group(1));
      add(out, "pid", task.group(2));
      add(out, "profile", active.equals(profile) ? profile : profile + "//" + active);
      if (access.matches()) {
        add(out, "class", "file");
        add(out, "name", access.group(2));
        add(out, "denied_mask", access.group(1));
      }
    }
    return out.toByteArray();
  }

  private static void add(ByteArrayOutputStream out, String key, String value) {
    Bytes.writeField(out, Bytes.of(key), SourceText.encode(value));
  }
}
