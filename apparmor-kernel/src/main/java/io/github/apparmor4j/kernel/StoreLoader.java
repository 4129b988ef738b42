package io.github.apparmor4j.kernel;

import io.github.apparmor4j.compile.BatchCompiler;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.TableCache;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.kernel.PolicyStore.Loaded;
import io.github.apparmor4j.kernel.PolicyStore.Outcome;
import io.github.apparmor4j.kernel.PolicyStoreException.Reason;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Failures;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A loader of a store's files into a kernel; it also tells which profiles only the kernel has.
 *
 * @param files the store's files
 * @param cache the cache of tables; {@code null} for none
 */
record StoreLoader(StoreFiles files, @Nullable TableCache cache) {

  /** Loads enabled files that have changed, and removes the profiles of disabled ones. */
  List<Loaded> load(AppArmorKernel kernel, List<Path> which) throws IOException {
    Resolver resolver = files.resolver();
    PolicyCompiler compiler = compiler(kernel.features());
    BatchCompiler batch =
        BatchCompiler.of(text -> compiler.compile(resolver.resolve(ProfileParser.parse(text))));
    Map<Path, Loaded> loaded = new HashMap<>();
    List<Path> enabled = new ArrayList<>();
    for (Path file : which) {
      if (files.isDisabled(file)) {
        loaded.put(file, unload(kernel, file, resolver));
      } else {
        enabled.add(file);
      }
    }
    try {
      batch.compile(
          enabled,
          result -> {
            loaded.put(result.file(), load(kernel, result));
            return true;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while profiles were compiled");
    }
    return which.stream().map(loaded::get).map(Objects::requireNonNull).toList();
  }

  private PolicyCompiler compiler(Features features) {
    PolicyCompiler compiler = PolicyCompiler.forKernel(features);
    return cache == null ? compiler : compiler.withCache(cache);
  }

  private static Loaded unload(AppArmorKernel kernel, Path file, Resolver resolver) {
    List<Diagnostic> diagnostics = List.of();
    try {
      Resolution resolution = StoreFiles.resolve(file, resolver);
      diagnostics = resolution.diagnostics();
      for (ResolvedProfile profile : resolution.profiles()) {
        removeIfThere(kernel, StoreFiles.name(profile));
      }
      return new Loaded(file, Outcome.DISABLED, diagnostics, null);
    } catch (Throwable e) {
      return failed(file, diagnostics, e);
    }
  }

  private Loaded load(AppArmorKernel kernel, BatchCompiler.Result result) {
    Path file = result.file();
    List<Diagnostic> diagnostics = result.compilation().diagnostics();
    if (!result.compilation().isOk()) {
      IOException failure = result.failure() instanceof IOException e ? e : null;
      return new Loaded(file, Outcome.FAILED, diagnostics, failure);
    }
    try {
      CompiledPolicy policy = result.compilation().orThrow();
      if (files.isForcedToComplain(file)) {
        policy = policy.complaining();
      }
      boolean any = !policy.profiles().isEmpty() && kernel.update(policy);
      return new Loaded(file, any ? Outcome.LOADED : Outcome.UP_TO_DATE, diagnostics, null);
    } catch (Throwable e) {
      return failed(file, diagnostics, e);
    }
  }

  /** Returns that a file failed; the others go on, whatever was thrown. */
  private static Loaded failed(Path file, List<Diagnostic> diagnostics, Throwable failure) {
    Failures.passOnFatal(failure);
    return new Loaded(
        file,
        Outcome.FAILED,
        diagnostics,
        failure instanceof IOException e ? e : new IOException(Failures.text(failure), failure));
  }

  private static void removeIfThere(AppArmorKernel kernel, String name) throws KernelException {
    try {
      kernel.remove(name);
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /**
   * Returns the loaded profiles that the store doesn't have, as {@link PolicyStore#unknown} says.
   */
  List<String> unknown(AppArmorKernel kernel, Collection<String> keep) throws IOException {
    Resolver resolver = files.resolver();
    Set<String> known = new HashSet<>();
    for (Path file : files.list()) {
      if (files.isDisabled(file)) {
        continue;
      }
      Resolution resolution = StoreFiles.resolve(file, resolver);
      for (Diagnostic diagnostic : resolution.diagnostics()) {
        if (diagnostic.isError()) {
          throw new PolicyStoreException(Reason.UNREADABLE, file, diagnostic.toString());
        }
      }
      resolution.allProfiles().forEach(profile -> known.add(StoreFiles.name(profile)));
    }
    List<String> unknown = new ArrayList<>();
    for (LoadedProfile loaded :
        kernel.profiles().stream().sorted(Comparator.comparing(LoadedProfile::name)).toList()) {
      String name = loaded.name();
      boolean foreign =
          name.startsWith(":") || keep.stream().anyMatch(k -> ProfileFinder.isOrIsBelow(k, name));
      boolean goesAnyway = unknown.stream().anyMatch(parent -> name.startsWith(parent + "//"));
      if (!foreign && !goesAnyway && !known.contains(name)) {
        unknown.add(name);
      }
    }
    return unknown;
  }
}
