package io.github.apparmor4j.aa;

import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.Availability;
import io.github.apparmor4j.kernel.PolicyStore;
import io.github.apparmor4j.kernel.PolicyStore.Action;
import io.github.apparmor4j.kernel.PolicyStore.Loaded;
import io.github.apparmor4j.kernel.PolicyStore.Outcome;
import io.github.apparmor4j.kernel.PolicyStore.Scope;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.kernel.StoreChange;
import io.github.apparmor4j.kernel.StoredProfile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of {@code aa} that change a directory of profiles. */
final class AaStore {

  private AaStore() {}

  /** What the commands that switch profiles have in common. */
  private abstract static class Switch implements Callable<Integer> {

    @Option(
        names = {"-d", "--dir"},
        paramLabel = "DIR",
        description = "the profiles; default: ${DEFAULT-VALUE}")
    private Path directory = Path.of("/etc/apparmor.d");

    @Option(names = "--no-reload", description = "change files only, not what the kernel holds")
    private boolean filesOnly;

    @Option(
        names = {"-n", "--dry-run"},
        description = "only say what would be done")
    private boolean dry;

    @Option(
        names = "--scope",
        description = "one of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Scope scope = Scope.WITH_CHILDREN;

    @Parameters(
        paramLabel = "NAME",
        arity = "1..*",
        description = "of a profile, a program or a file")
    private List<String> names = new ArrayList<>();

    private final Action action;
    private final String message;

    /**
     * Creates a command.
     *
     * @param action what the command does
     * @param message what it prints, with {@code %s} for the profile's name
     */
    Switch(Action action, String message) {
      this.action = action;
      this.message = message;
    }

    Action action() {
      return action;
    }

    String message() {
      return message;
    }

    /** Returns whether a profile is to be changed; says why if it isn't. */
    boolean isWanted(StoredProfile profile) {
      return true;
    }

    /** Returns 1 if a name fits nothing, or if something can't be done; the others are done. */
    @Override
    public Integer call() throws IOException {
      PolicyStore store = PolicyStore.of(directory);
      int status = 0;
      List<StoredProfile> changed = new ArrayList<>();
      for (String name : names) {
        List<StoredProfile> found = store.find(name);
        if (found.isEmpty()) {
          status |= nothing(store, name);
          continue;
        }
        Set<String> distinct =
            found.stream().map(StoredProfile::name).collect(Collectors.toCollection(TreeSet::new));
        if (name.contains("@{") && distinct.size() > 1) {
          Terminal.problem(
              "aa: " + name + " is the name of several profiles: " + String.join(", ", distinct));
          status = 1;
          continue;
        }
        found = found.stream().filter(this::isWanted).toList();
        if (found.isEmpty()) {
          continue;
        }
        StoreChange change = store.plan(action(), scope, found);
        found.forEach(one -> Terminal.println(message().formatted(one.name())));
        if (dry) {
          change.edits().forEach(edit -> Terminal.println("would change " + edit.file()));
          change.removedLinks().forEach(link -> Terminal.println("would remove " + link));
          change.madeLinks().forEach(link -> Terminal.println("would make " + link.place()));
        } else {
          change.apply();
          changed.addAll(found);
        }
      }
      return !filesOnly && !changed.isEmpty() && !reloaded(store, changed) ? 1 : status;
    }

    /** Says why there is no profile for a name; returns 1 unless the name is one to pass over. */
    private static int nothing(PolicyStore store, String name) throws IOException {
      Path file = Path.of(name);
      String last = String.valueOf(file.getFileName());
      if (name.contains("/") && (Files.isDirectory(file) || !ProfileDirectory.counts(last))) {
        Terminal.problem("aa: " + name + " is passed over: no file of profiles");
        return 0;
      }
      List<Diagnostic> problems =
          store.contents().problems().stream().filter(one -> isOf(one, last)).toList();
      problems.forEach(problem -> System.err.print(problem.render()));
      Terminal.problem(
          problems.isEmpty()
              ? "aa: no profile for " + name
              : "aa: " + name + " can't be read, so nothing is known of its profiles");
      return 1;
    }

    private static boolean isOf(Diagnostic problem, String fileName) {
      Path file = Path.of(problem.place().source().name());
      return problem.isError() && String.valueOf(file.getFileName()).equals(fileName);
    }

    private static boolean reloaded(PolicyStore store, List<StoredProfile> changed)
        throws IOException {
      Availability availability = SecurityFsKernel.availability();
      if (availability != Availability.ENABLED) {
        Terminal.problem("aa: nothing reloaded: " + availability);
        return true;
      }
      boolean ok = true;
      for (Loaded loaded : store.load(SecurityFsKernel.open(), changed)) {
        loaded.diagnostics().forEach(diagnostic -> System.err.print(diagnostic.render()));
        if (loaded.failure() != null) {
          Terminal.problem("aa: " + loaded.file() + ": " + loaded.failure().getMessage());
        }
        ok &= loaded.outcome() != Outcome.FAILED;
      }
      return ok;
    }
  }

  /** What the commands that set a mode have in common. */
  private abstract static class ModeSwitch extends Switch {

    @Option(names = "--force", description = "also change profiles that are in unconfined mode")
    private boolean force;

    private final String mode;

    ModeSwitch(Action action, String mode) {
      super(action, "Setting %s to " + mode + " mode.");
      this.mode = mode;
    }

    @Override
    boolean isWanted(StoredProfile profile) {
      boolean wanted = force || profile.profile().mode() != ProfileFlag.Kind.UNCONFINED;
      if (!wanted) {
        Terminal.println(
            "Profile %s is in unconfined mode. Use --force to switch it to %s mode."
                .formatted(profile.name(), mode));
      }
      return wanted;
    }
  }

  /** {@code aa enforce}. */
  @Command(name = "enforce", description = "Refuses what profiles don't allow; enables them.")
  static final class Enforce extends ModeSwitch {
    Enforce() {
      super(Action.ENFORCE, "enforce");
    }
  }

  /** {@code aa complain}. */
  @Command(name = "complain", description = "Only logs what profiles don't allow; enables them.")
  static final class Complain extends ModeSwitch {
    Complain() {
      super(Action.COMPLAIN, "complain");
    }
  }

  /** {@code aa kill}. */
  @Command(name = "kill", description = "Kills tasks that do what their profiles don't allow.")
  static final class Kill extends ModeSwitch {
    Kill() {
      super(Action.KILL, "kill");
    }
  }

  /** {@code aa audit}. */
  @Command(name = "audit", description = "Logs what profiles allow, too.")
  static final class Audit extends Switch {

    @Option(
        names = {"-r", "--remove"},
        description = "Stops that: what profiles allow is no longer logged.")
    private boolean remove;

    Audit() {
      super(Action.AUDIT, "Setting %s to audit mode.");
    }

    @Override
    Action action() {
      return remove ? Action.NO_AUDIT : super.action();
    }

    @Override
    String message() {
      return remove ? "Removing audit mode from %s." : super.message();
    }
  }

  /** {@code aa disable}. */
  @Command(
      name = "disable",
      description = "Keeps the files of profiles from being loaded, and unloads them.")
  static final class Disable extends Switch {
    Disable() {
      super(Action.DISABLE, "Disabling %s.");
    }
  }

  /** {@code aa remove-unknown}. */
  @Command(
      name = "remove-unknown",
      description = {
        "Removes loaded profiles that no file has.",
        "Those of container runtimes, libvirt, LXC and snapd are kept unless --all is given."
      })
  static final class RemoveUnknown implements Callable<Integer> {

    @Option(
        names = {"-d", "--dir"},
        paramLabel = "DIR",
        description = "the profiles; default: ${DEFAULT-VALUE}")
    private Path directory = Path.of("/etc/apparmor.d");

    @Option(
        names = {"-n", "--dry-run"},
        description = "only say what would be removed")
    private boolean dry;

    @Option(
        names = "--keep",
        paramLabel = "PATTERN",
        description = "of names that are kept, too; may be repeated")
    private List<String> keep = new ArrayList<>();

    @Option(names = "--all", description = "keep nothing but --keep's")
    private boolean all;

    @Override
    public Integer call() throws IOException {
      AppArmorKernel kernel = SecurityFsKernel.open();
      List<String> kept = new ArrayList<>(keep);
      if (!all) {
        kept.addAll(PolicyStore.FOREIGN);
      }
      for (String name : PolicyStore.of(directory).unknown(kernel, kept)) {
        Terminal.println((dry ? "Would remove '" : "Removing '") + name + "'");
        if (!dry) {
          kernel.remove(name);
        }
      }
      return 0;
    }
  }
}
