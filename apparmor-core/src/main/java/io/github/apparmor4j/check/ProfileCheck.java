package io.github.apparmor4j.check;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.source.Diagnostic;
import java.util.function.Consumer;

/** One check. Implementations are stateless and thread-safe. */
public interface ProfileCheck {

  /**
   * Looks at a file.
   *
   * @param resolution the file
   * @param kernel the features of the kernel that it is meant for
   * @param to takes what is found
   */
  void check(Resolution resolution, Features kernel, Consumer<Diagnostic> to);
}
