/** YAML read with places and edited as text; only for this project's modules. */
@SuppressWarnings("module") // the modules that it exports to are built later
module io.github.apparmor4j.yaml {
  requires transitive io.github.apparmor4j.core;
  requires static transitive org.jspecify;
  requires org.yaml.snakeyaml;

  exports io.github.apparmor4j.yaml to
      io.github.apparmor4j.containerd,
      io.github.apparmor4j.docker;
}
