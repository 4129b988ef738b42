/** Profiles in the forms that containerd, OCI runtimes and Kubernetes take. */
module io.github.apparmor4j.containerd {
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires transitive io.github.apparmor4j.core;
  requires static transitive org.jspecify;

  exports io.github.apparmor4j.containerd;
  exports io.github.apparmor4j.containerd.kubernetes;
}
