package io.github.apparmor4j.resolve;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.source.Diagnostic;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The profiles of a file, resolved.
 *
 * @param profiles without their children
 * @param abi what the file was written for, or {@code null} if it doesn't say
 * @param diagnostics those of the parse and of every included file among them
 */
public record Resolution(
    List<ResolvedProfile> profiles, @Nullable Features abi, List<Diagnostic> diagnostics) {

  /** Copies the lists. */
  public Resolution {
    profiles = List.copyOf(profiles);
    diagnostics = List.copyOf(diagnostics);
  }

  /** Returns whether there is no error. */
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
