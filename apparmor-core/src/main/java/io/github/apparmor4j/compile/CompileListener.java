package io.github.apparmor4j.compile;

/** Follows a compilation. Called by the compiling thread, between profiles. */
@FunctionalInterface
public interface CompileListener {

  /**
   * Tells that a profile is done, whether it could be compiled or not.
   *
   * @param profile its name
   * @param done profiles of this compilation that are done, children among them
   * @param total profiles of this compilation
   * @param states of the profile's automata; 0 if it could not be compiled
   */
  void profileDone(String profile, int done, int total, int states);
}
