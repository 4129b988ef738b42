/** Profiles in the forms that Docker takes. */
module io.github.apparmor4j.docker {
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires transitive io.github.apparmor4j.core;
  requires static transitive org.jspecify;

  exports io.github.apparmor4j.docker;
}
