/** Profiles in the forms that Docker takes. */
module io.github.apparmor4j.docker {
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.toml;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires static com.github.dockerjava.api;
  requires transitive io.github.apparmor4j.core;
  requires transitive io.github.apparmor4j.kernel;
  requires io.github.apparmor4j.yaml;
  requires static transitive org.jspecify;
  requires org.yaml.snakeyaml;

  exports io.github.apparmor4j.docker;
}
