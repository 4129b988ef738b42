package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.Confinement.ConfinedProcess;
import io.github.apparmor4j.source.SourceText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The loaded profiles and the processes that they confine, as {@code aa-status} reports them.
 *
 * @param profiles the profiles, sorted by name
 * @param processes the confined processes, and unconfined ones whose program has a profile of its
 *     name; sorted by program, then by number
 */
public record StatusReport(List<LoadedProfile> profiles, List<ConfinedProcess> processes) {

  private static final List<String> MODES =
      List.of("enforce", "complain", "prompt", "kill", "unconfined");
  private static final String MIXED = "mixed";

  /** Copies the lists. */
  public StatusReport {
    profiles = List.copyOf(profiles);
    processes = List.copyOf(processes);
  }

  /** Reports on a kernel and the processes of this machine. */
  public static StatusReport of(AppArmorKernel kernel) throws KernelException {
    return of(kernel.profiles(), Confinement.processes());
  }

  /** Reports on the given profiles, and on those of the given processes that count. */
  static StatusReport of(Collection<LoadedProfile> profiles, Collection<ConfinedProcess> all) {
    Set<String> names = LoadedProfile.names(profiles);
    return new StatusReport(
        profiles.stream().sorted(Comparator.comparing(LoadedProfile::name)).toList(),
        all.stream()
            .filter(one -> !isFree(one) || names.contains(one.executable()))
            .sorted(
                Comparator.comparing(ConfinedProcess::executable)
                    .thenComparing(ConfinedProcess::pid))
            .toList());
  }

  private static boolean isFree(ConfinedProcess process) {
    return process.label().toString().endsWith(Label.UNCONFINED); // and no mode after it
  }

  /** Returns the word that users are shown for a mode. */
  private static String shown(String mode) {
    return mode.equals("user") ? "prompt" : mode;
  }

  private List<LoadedProfile> profiles(String mode) {
    return profiles.stream().filter(profile -> shown(profile.mode()).equals(mode)).toList();
  }

  private List<ConfinedProcess> processes(Predicate<ConfinedProcess> which) {
    return processes.stream().filter(which).toList();
  }

  private static Predicate<ConfinedProcess> inMode(String mode) {
    return process -> !isFree(process) && shown(process.label().mode()).equals(mode);
  }

  /** Returns the report as {@code aa-status} of AppArmor 5 prints it. */
  public String toText() {
    StringBuilder out = new StringBuilder("apparmor module is loaded.\n");
    line(out, profiles.size(), "profiles are loaded.");
    for (String mode : MODES) {
      List<LoadedProfile> some = profiles(mode);
      line(out, some.size(), "profiles are in " + mode + " mode.");
      some.forEach(
          profile -> out.append("   ").append(SourceText.printable(profile.name())).append('\n'));
    }
    line(out, processes.size(), "processes have profiles defined.");
    for (String mode : MODES.subList(0, MODES.size() - 1)) {
      lines(out, processes(inMode(mode)), "processes are in " + mode + " mode.");
    }
    lines(
        out,
        processes(process -> isFree(process) || inMode(Label.UNCONFINED).test(process)),
        "processes are unconfined but have a profile defined.");
    lines(out, processes(inMode(MIXED)), "processes are in mixed mode.");
    return out.toString();
  }

  private static void line(StringBuilder out, int count, String what) {
    out.append(count).append(' ').append(what).append('\n');
  }

  private static void lines(StringBuilder out, List<ConfinedProcess> some, String what) {
    line(out, some.size(), what);
    for (ConfinedProcess process : some) {
      String name = process.label().profiles();
      out.append("   ").append(SourceText.printable(process.executable()));
      out.append(" (").append(process.pid()).append(") ");
      out.append(name.equals(process.executable()) ? "" : SourceText.printable(name)).append('\n');
    }
  }

  /**
   * Returns the report as JSON in version 2 of {@code aa-status}'s schema: one line, with names
   * escaped and no key twice.
   */
  public String toJson() {
    String loaded =
        profiles.stream()
            .map(profile -> quoted(profile.name()) + ": " + quoted(shown(profile.mode())))
            .collect(Collectors.joining(", ", "{", "}"));
    Map<String, List<String>> byProgram = new TreeMap<>();
    for (ConfinedProcess process : processes) {
      String mode = isFree(process) ? Label.UNCONFINED : shown(process.label().mode());
      byProgram
          .computeIfAbsent(process.executable(), program -> new ArrayList<>())
          .add(
              "{\"profile\": "
                  + quoted(process.label().profiles())
                  + ", \"pid\": \""
                  + process.pid()
                  + "\", \"status\": "
                  + quoted(mode)
                  + "}");
    }
    String running =
        byProgram.entrySet().stream()
            .map(entry -> quoted(entry.getKey()) + ": " + entry.getValue())
            .collect(Collectors.joining(", ", "{", "}"));
    return "{\"version\": \"2\", \"profiles\": " + loaded + ", \"processes\": " + running + "}\n";
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        // A surrogate by itself stands for a byte that is not UTF-8.
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
