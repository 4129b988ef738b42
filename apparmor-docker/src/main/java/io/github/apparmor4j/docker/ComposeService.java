package io.github.apparmor4j.docker;

import io.github.apparmor4j.source.SourcePlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one compose file says about the confinement of a service. Merge keys are applied, {@code
 * extends} is not.
 *
 * @param name its key under {@code services}
 * @param place where that key is
 * @param securityOpt the entries of {@code security_opt} in their order; {@code null} if it is
 *     missing
 * @param replaces whether {@code security_opt} replaces what other files say ({@code !override},
 *     {@code !reset})
 * @param privileged the value of {@code privileged}; {@code null} if it is missing
 * @param base the service that it extends; {@code null} if none
 * @param volumes its mounts: short forms as they are written, and the sources of long forms
 */
public record ComposeService(
    String name,
    SourcePlace place,
    @Nullable List<Text> securityOpt,
    boolean replaces,
    @Nullable Text privileged,
    @Nullable Base base,
    List<Text> volumes) {

  /**
   * A single value.
   *
   * @param value its text, with variables not expanded
   * @param place where it is
   */
  public record Text(String value, SourcePlace place) {}

  /**
   * A service to extend.
   *
   * @param service its name
   * @param file the path of the file that has it; {@code null} for the same file
   * @param place where the name is
   */
  public record Base(String service, @Nullable String file, SourcePlace place) {}

  /** Copies the lists. */
  public ComposeService {
    securityOpt = securityOpt == null ? null : List.copyOf(securityOpt);
    volumes = List.copyOf(volumes);
  }
}
