package io.github.apparmor4j.docker;

import io.github.apparmor4j.source.SourcePlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one compose file says of a service, as far as its confinement goes; merge keys are applied,
 * {@code extends} isn't.
 *
 * @param name its key under {@code services}
 * @param place of that key
 * @param securityOpt the entries of {@code security_opt} in their order; {@code null} without it
 * @param replaces whether {@code security_opt} replaces what other files say ({@code !override},
 *     {@code !reset})
 * @param privileged the value of {@code privileged}; {@code null} without it
 * @param base the service that it extends; {@code null} if none
 * @param volumes its mounts: their short forms as they are written, or their sources
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
   * A scalar.
   *
   * @param value its text, variables not expanded
   * @param place where it is
   */
  public record Text(String value, SourcePlace place) {}

  /**
   * A service to extend.
   *
   * @param service its name
   * @param file where it is; {@code null} for the same file
   * @param place of the name
   */
  public record Base(String service, @Nullable String file, SourcePlace place) {}

  /** Copies the lists. */
  public ComposeService {
    securityOpt = securityOpt == null ? null : List.copyOf(securityOpt);
    volumes = List.copyOf(volumes);
  }
}
