/** Profiles in the forms that containerd, OCI runtimes and Kubernetes take. */
module io.github.apparmor4j.containerd {
  requires com.fasterxml.jackson.databind;
  requires com.electronwill.nightconfig.core;
  requires com.electronwill.nightconfig.toml;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires transitive io.github.apparmor4j.core;
  requires transitive io.github.apparmor4j.kernel;
  requires io.github.apparmor4j.yaml;
  requires static transitive org.jspecify;
  requires org.tomlj;
  requires org.yaml.snakeyaml;

  exports io.github.apparmor4j.containerd;
  exports io.github.apparmor4j.containerd.kubernetes;
}
