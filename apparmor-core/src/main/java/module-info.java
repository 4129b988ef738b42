/** AppArmor profiles in pure Java: the model, parser, printer, compiler and decisions. */
@SuppressWarnings("module") // io.github.apparmor4j.kernel is compiled later
module io.github.apparmor4j.core {
  requires static transitive org.jspecify;

  exports io.github.apparmor4j.access;
  exports io.github.apparmor4j.audit;
  exports io.github.apparmor4j.check;
  exports io.github.apparmor4j.compile;
  exports io.github.apparmor4j.container;
  exports io.github.apparmor4j.features;
  exports io.github.apparmor4j.glob;
  exports io.github.apparmor4j.parse;
  exports io.github.apparmor4j.policy;
  exports io.github.apparmor4j.print;
  exports io.github.apparmor4j.profile;
  exports io.github.apparmor4j.resolve;
  exports io.github.apparmor4j.source;

  // Not for users: its own modules speak to kernels in these words.
  exports io.github.apparmor4j.vocabulary to
      io.github.apparmor4j.kernel;

  // Not for users: how its own modules read files.
  exports io.github.apparmor4j.files to
      io.github.apparmor4j.containerd,
      io.github.apparmor4j.docker,
      io.github.apparmor4j.kernel;

  // Not for users: what its own modules may make of an untrusted text.
  exports io.github.apparmor4j.limits to
      io.github.apparmor4j.containerd,
      io.github.apparmor4j.docker;
}
