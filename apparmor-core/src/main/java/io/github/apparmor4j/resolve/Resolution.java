package io.github.apparmor4j.resolve;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.source.Diagnostic;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of resolving a file: its profiles, with includes followed and variables expanded.
 * Immutable and thread-safe.
 *
 * @param profiles the file's profiles, without their children
 * @param abi the features that the file was written for, or {@code null} if it doesn't say
 * @param forKernel whether it says that it was written for whatever the kernel has, by {@code abi
 *     <kernel>}; {@code abi} is {@code null} then
 * @param diagnostics all problems, including those of parsing the file and every included text
 */
public record Resolution(
    List<ResolvedProfile> profiles,
    @Nullable Features abi,
    boolean forKernel,
    List<Diagnostic> diagnostics) {

  /** Copies the lists. */
  public Resolution {
    profiles = List.copyOf(profiles);
    diagnostics = List.copyOf(diagnostics);
  }

  /** Returns whether none of the problems is an error. */
  public boolean isOk() {
    return diagnostics.stream().noneMatch(Diagnostic::isError);
  }

  /** Returns the profiles and all their children, parents first. */
  public List<ResolvedProfile> allProfiles() {
    List<ResolvedProfile> all = new ArrayList<>(profiles);
    for (int i = 0; i < all.size(); i++) {
      all.addAll(i + 1, all.get(i).children());
    }
    return all;
  }
}
