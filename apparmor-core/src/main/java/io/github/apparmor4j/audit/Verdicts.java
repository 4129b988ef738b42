package io.github.apparmor4j.audit;

import io.github.apparmor4j.audit.AuditEvent.Verdict;

/** What records say that the policy did: by {@code apparmor="…"} or, formerly, by their type. */
final class Verdicts {

  private static final String OLD = "APPARMOR_";

  private Verdicts() {}

  static Verdict of(AuditRecord record) {
    String word = record.get("apparmor");
    if (word != null) {
      return named(word);
    }
    Verdict byType = ofType(record.type());
    String inner = byType == Verdict.NONE ? record.get("type") : null;
    if (inner != null) {
      return ofType(inner);
    }
    return byType == Verdict.NONE && record.has("DBUS_BROKER_POLICY_TYPE")
        ? Verdict.DENIED // the broker logs nothing else
        : byType;
  }

  private static Verdict named(String word) {
    return switch (word) {
      case "DENIED" -> Verdict.DENIED;
      case "ALLOWED" -> Verdict.ALLOWED;
      case "AUDIT" -> Verdict.AUDIT;
      case "HINT" -> Verdict.HINT;
      case "STATUS" -> Verdict.STATUS;
      case "ERROR" -> Verdict.ERROR;
      case "KILLED", "KILL" -> Verdict.KILLED;
      case "PROMPT" -> Verdict.PROMPT;
      default -> Verdict.UNKNOWN;
    };
  }

  /**
   * Returns what a type says: {@code AUDIT_APPARMOR_*} of {@code linux/audit.h} by name, by number
   * or as a daemon without a name for the number wrote it; {@code NONE} for other types.
   */
  static Verdict ofType(String type) {
    String word =
        type.startsWith("UNKNOWN[") && type.endsWith("]")
            ? type.substring("UNKNOWN[".length(), type.length() - 1)
            : type;
    return switch (word) {
      case "1501" -> Verdict.AUDIT;
      case "1502" -> Verdict.ALLOWED;
      case "1503" -> Verdict.DENIED;
      case "1504" -> Verdict.HINT;
      case "1505" -> Verdict.STATUS;
      case "1506" -> Verdict.ERROR;
      case "1507" -> Verdict.KILLED;
      default -> word.startsWith(OLD) ? named(word.substring(OLD.length())) : Verdict.NONE;
    };
  }
}
