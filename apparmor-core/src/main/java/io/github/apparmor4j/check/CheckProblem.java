package io.github.apparmor4j.check;

import io.github.apparmor4j.source.Diagnostic;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is valid in a policy, but probably not intended. */
enum CheckProblem implements Diagnostic.Kind {
  SHARED_ATTACHMENT(
      "AA-CHECK-0002",
      "two profiles with one attachment",
      "narrow one of the attachments, or attach by name"),
  COVERED_RULE("AA-CHECK-0003", "a rule that does nothing more than another", "remove it"),
  DENIED_RULE(
      "AA-CHECK-0004", "a rule that another denies altogether", "remove it, or narrow the other"),
  LOOKS_LIKE_REGEX(
      "AA-CHECK-0005",
      "a path that looks like a regular expression",
      "write a glob, such as [0-9]*"),
  WILDCARD_IN_SET(
      "AA-CHECK-0006", "a '*' or '?' in '[]', which ends the set there", "write '\\*' or '\\?'"),
  MOUNT_POINT_WITHOUT_SLASH(
      "AA-CHECK-0007",
      "a mount point without a slash at its end, which no directory matches",
      "add '/'"),
  DENIES_EVERY_SOCKET(
      "AA-CHECK-0008",
      "a denied address or port that denies every socket of the kind",
      "name permissions: deny network (connect, send, receive) …"),
  ATTACHES_TO_NOTHING(
      "AA-CHECK-0009",
      "a profile that attaches to what is no path",
      "give it an attachment, or a name without '//'"),
  WRITES_SYSRQ("AA-CHECK-0010", "dangerous: writes /proc/sysrq-trigger"),
  NAMES_KERNEL_HELPER("AA-CHECK-0011", "dangerous: names a program that the kernel runs"),
  USES_RAW_DISK("AA-CHECK-0012", "dangerous: reads or writes raw disks"),
  USES_MACHINE_MEMORY("AA-CHECK-0013", "dangerous: reads or writes the machine's memory"),
  CHANGES_PROFILES("AA-CHECK-0014", "dangerous: changes profiles"),
  GIVES_CODE("AA-CHECK-0015", "dangerous: gives other programs code or commands"),
  CHANGES_ACCOUNTS("AA-CHECK-0016", "dangerous: changes passwords, or who may become root"),
  USES_CONTAINER_SOCKET("AA-CHECK-0017", "dangerous: uses a container runtime's socket"),
  WRITES_PROGRAM_MEMORY("AA-CHECK-0018", "dangerous: writes the memory of other programs"),
  LEAVES_CONFINEMENT("AA-CHECK-0020", "dangerous: leaves confinement by change_profile"),
  TRACES_UNCONFINED("AA-CHECK-0021", "dangerous: traces unconfined programs"),
  MOUNTS_ANYTHING("AA-CHECK-0022", "dangerous: mounts anything anywhere"),
  ALLOWS_ALL("AA-CHECK-0023", "dangerous: allows everything by 'all'"),
  RUNS_UNCONFINED_SHELL("AA-CHECK-0024", "dangerous: runs a shell without confinement"),
  WRITES_EVERY_FILE("AA-CHECK-0025", "dangerous: writes every file"),
  HAS_EVERY_CAPABILITY("AA-CHECK-0026", "dangerous: has every capability"),
  HAS_ROOT_CAPABILITY("AA-CHECK-0027", "dangerous: has a capability that is as good as root"),
  SHARED_NAME(
      "AA-CHECK-0028",
      "one profile name in two files",
      "rename one of them, or disable one of the files");

  private final String code;
  private final String meaning;
  private final @Nullable String help;

  CheckProblem(String code, String meaning) {
    this(code, meaning, null);
  }

  CheckProblem(String code, String meaning, @Nullable String help) {
    this.code = code;
    this.meaning = meaning;
    this.help = help;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public Diagnostic.Severity severity() {
    return Diagnostic.Severity.WARNING;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Optional<String> help() {
    return Optional.ofNullable(help);
  }
}
