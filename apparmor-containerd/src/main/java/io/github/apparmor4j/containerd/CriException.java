package io.github.apparmor4j.containerd;

/** A request that a CRI runtime refuses; the message holds the runtime's own words. */
public final class CriException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  CriException(String message) {
    super(message);
  }
}
