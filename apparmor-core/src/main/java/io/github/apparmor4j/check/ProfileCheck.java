package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.source.Diagnostic;
import java.util.function.Consumer;

/** One check of a resolved file. Implementations are stateless and thread-safe. */
public interface ProfileCheck {

  /**
   * Checks a file.
   *
   * @param resolution the resolved file
   * @param kernel features of the kernel that the file is meant for
   * @param to is given each finding
   */
  void check(Resolution resolution, Features kernel, Consumer<Diagnostic> to);
}
