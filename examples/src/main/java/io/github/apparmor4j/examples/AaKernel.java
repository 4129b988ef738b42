package io.github.apparmor4j.examples;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.kernel.Availability;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.kernel.SecurityFsKernel;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.Resolver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The commands of {@code aa} that talk to the running kernel. */
final class AaKernel {

  private AaKernel() {}

  /** {@code aa enabled}: whether there is an AppArmor here. */
  @Command(
      name = "enabled",
      description = "Says whether AppArmor is enabled; status 0 if it is, 1 if not, with why.")
  static final class Enabled implements Callable<Integer> {

    @Override
    public Integer call() {
      Availability availability = SecurityFsKernel.availability();
      boolean enabled = availability == Availability.ENABLED;
      System.out.println(enabled ? "Yes" : "No - " + availability);
      return enabled ? 0 : 1;
    }
  }

  /** What loading a file and replacing by it share. */
  private abstract static class Loader implements Callable<Integer> {

    @Mixin private Aa.Options options = new Aa.Options();

    @Parameters(paramLabel = "FILE", arity = "1..*")
    private List<Path> files = new ArrayList<>();

    abstract void give(SecurityFsKernel kernel, byte[] policy) throws KernelException;

    /** Compiles each file for the running kernel; one that can't be does not stop the others. */
    @Override
    public Integer call() throws IOException {
      SecurityFsKernel kernel = SecurityFsKernel.open();
      PolicyCompiler compiler =
          PolicyCompiler.forKernel(options.features == null ? kernel.features() : options.kernel());
      Resolver resolver = options.resolver();
      int status = 0;
      for (Path file : files) {
        Compilation compiled =
            compiler.compile(resolver.resolve(ProfileParser.parse(Aa.read(file))));
        compiled.diagnostics().forEach(diagnostic -> System.err.print(diagnostic.render()));
        try {
          if (compiled.isOk()) {
            give(kernel, compiled.orThrow().toBytes());
          } else {
            status = 1;
          }
        } catch (KernelException e) {
          System.err.println("aa: " + file + ": " + e.getMessage());
          status = 1;
        }
      }
      return status;
    }
  }

  /** {@code aa load}: for profiles that aren't there yet. */
  @Command(name = "load", description = "Loads the profiles of files; none may be loaded already.")
  static final class Load extends Loader {
    @Override
    void give(SecurityFsKernel kernel, byte[] policy) throws KernelException {
      kernel.load(policy);
    }
  }

  /** {@code aa replace}: for profiles, there or not. */
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
          System.err.println("aa: " + name + ": " + e.getMessage());
          status = 1;
        }
      }
      return status;
    }
  }
}
