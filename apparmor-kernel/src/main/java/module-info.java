/** A kernel's side of AppArmor: loading, status and questions. */
module io.github.apparmor4j.kernel {
  requires transitive io.github.apparmor4j.core;
  requires com.sun.jna;
  requires static transitive org.jspecify;

  exports io.github.apparmor4j.kernel;
}
