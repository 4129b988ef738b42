package io.github.apparmor4j.aa;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.Availability;
import io.github.apparmor4j.kernel.ConfinedProcessBuilder;
import io.github.apparmor4j.kernel.Confinement;
import io.github.apparmor4j.kernel.Confinement.ConfinedProcess;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.NetworkProcess;
import io.github.apparmor4j.kernel.NetworkProcess.Role;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.kernel.StatusReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of {@code aa} that talk to the running kernel. */
final class AaKernel {

  private AaKernel() {}

  /** {@code aa enabled}: says whether AppArmor is enabled. */
  @Command(
      name = "enabled",
      description = "Says whether AppArmor is enabled; status 0 if it is, 1 if not, with why.")
  static final class Enabled implements Callable<Integer> {

    @Override
    public Integer call() {
      Availability availability = SecurityFsKernel.availability();
      boolean enabled = availability == Availability.ENABLED;
      Terminal.println(enabled ? "Yes" : "No - " + availability);
      return enabled ? 0 : 1;
    }
  }

  /** What {@code aa load} and {@code aa replace} have in common. */
  private abstract static class Loader implements Callable<Integer> {

    @Mixin private Sources sources = new Sources();

    abstract void give(SecurityFsKernel kernel, byte[] policy) throws KernelException;

    /** Compiles and loads each file; one that fails does not stop the others. */
    @Override
    public Integer call() throws IOException, InterruptedException {
      SecurityFsKernel kernel = SecurityFsKernel.open();
      Features features =
          sources.options.features == null ? kernel.features() : sources.options.kernel();
      int[] status = {0};
      sources
          .batch(sources.options.compiler(features).build(), features, Sources.Depth.COMPILED)
          .compile(
              sources.files(),
              result -> {
                Compilation compiled = result.compilation();
                compiled.diagnostics().forEach(each -> System.err.print(each.render()));
                try {
                  if (compiled.isOk()) {
                    give(kernel, compiled.orThrow().toBytes());
                  } else {
                    status[0] = 1;
                  }
                } catch (KernelException e) {
                  Terminal.problem("aa: " + result.file() + ": " + e.getMessage());
                  status[0] = 1;
                }
                return true;
              });
      return status[0];
    }
  }

  /** {@code aa load}: loads profiles that aren't loaded yet. */
  @Command(name = "load", description = "Loads the profiles of files; none may be loaded already.")
  static final class Load extends Loader {
    @Override
    void give(SecurityFsKernel kernel, byte[] policy) throws KernelException {
      kernel.load(policy);
    }
  }

  /** {@code aa replace}: loads profiles, or replaces those that are loaded. */
  @Command(name = "replace", description = "Loads the profiles of files, or replaces them.")
  static final class Replace extends Loader {
    @Override
    void give(SecurityFsKernel kernel, byte[] policy) throws KernelException {
      kernel.replace(policy);
    }
  }

  /** {@code aa remove}. */
  @Command(name = "remove", description = "Removes profiles and their children from the kernel.")
  static final class Remove implements Callable<Integer> {

    @Parameters(paramLabel = "NAME", arity = "1..*")
    private List<String> names = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      SecurityFsKernel kernel = SecurityFsKernel.open();
      int status = 0;
      for (String name : names) {
        try {
          kernel.remove(name);
        } catch (KernelException e) {
          Terminal.problem("aa: " + name + ": " + e.getMessage());
          status = 1;
        }
      }
      return status;
    }
  }

  /** {@code aa status}: reports profiles and what they confine. */
  @Command(
      name = "status",
      description = "Reports loaded profiles and confined processes, as aa-status does.")
  static final class Status implements Callable<Integer> {

    private static final int NOT_ENABLED = 1;
    private static final int NO_POLICY = 2;
    private static final int NOT_MOUNTED = 3;
    private static final int NO_PERMISSION = 4;

    @Option(names = "--json", description = "as JSON")
    private boolean json;

    /** Returns aa-status's exit status. */
    @Override
    public Integer call() throws IOException {
      Availability availability = SecurityFsKernel.availability();
      int status =
          switch (availability) {
            case ENABLED -> 0;
            case NOT_BUILT_IN, DISABLED_AT_BOOT -> NOT_ENABLED;
            case NOT_MOUNTED -> NOT_MOUNTED;
            case NO_PERMISSION -> NO_PERMISSION;
          };
      if (status != 0) {
        Terminal.problem("aa: " + availability);
        return status;
      }
      StatusReport report = StatusReport.of(SecurityFsKernel.open());
      System.out.print(json ? report.toJson() : report.toText());
      return report.profiles().isEmpty() ? NO_POLICY : 0;
    }
  }

  /** {@code aa exec}: runs a program under a profile. */
  @Command(
      name = "exec",
      description = "Runs a program under a loaded profile, and ends with its status.")
  static final class Exec implements Callable<Integer> {

    @Option(
        names = {"-p", "--profile"},
        required = true,
        paramLabel = "PROFILE",
        description = "its name; :NS:NAME in another namespace")
    private String profile = "";

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "after --, with arguments")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
      return ConfinedProcessBuilder.of(profile, command.toArray(String[]::new))
          .with(ProcessBuilder::inheritIO)
          .start()
          .waitFor();
    }
  }

  /** {@code aa unconfined}: lists which processes have sockets, and what confines them. */
  @Command(
      name = "unconfined",
      description = "Lists processes with sockets and what confines them, as aa-unconfined does.")
  static final class Unconfined implements Callable<Integer> {

    /** Which processes are shown. */
    enum Show {
      ALL,
      NETWORK,
      SERVER,
      CLIENT
    }

    /** Interpreters, whose paths say little without what they run. */
    private static final Pattern INTERPRETER =
        Pattern.compile(".*bin/(python|perl|bash|dash|sh).*");

    @Option(
        names = "--show",
        description = "one of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Show show = Show.SERVER;

    @Option(names = "--short", description = "only those that nothing confines")
    private boolean unconfinedOnly;

    @Override
    public Integer call() throws IOException {
      for (ConfinedProcess process : shown()) {
        boolean free = process.label().isUnconfined();
        if (free || !unconfinedOnly) {
          List<String> arguments = NetworkProcess.arguments(process.pid());
          boolean script = INTERPRETER.matcher(process.executable()).matches();
          String how =
              script ? " (" + String.join(" ", arguments) + ")" : argument(process, arguments);
          String state = free ? "not confined" : "confined by '" + process.label() + "'";
          Terminal.println(process.pid() + " " + process.executable() + how + " " + state);
        }
      }
      return 0;
    }

    private List<ConfinedProcess> shown() throws KernelException {
      if (show == Show.ALL) {
        return Confinement.processes();
      }
      return NetworkProcess.all().stream()
          .filter(one -> show == Show.NETWORK || one.roles().contains(Role.valueOf(show.name())))
          .map(NetworkProcess::process)
          .toList();
    }

    /** Returns what a program calls itself, in parentheses, if that isn't its path. */
    private static String argument(ConfinedProcess process, List<String> arguments) {
      boolean same = arguments.isEmpty() || arguments.get(0).equals(process.executable());
      return same ? "" : " (" + arguments.get(0) + ")";
    }
  }
}
