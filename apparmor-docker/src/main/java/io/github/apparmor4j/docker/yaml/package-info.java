/**
 * YAML as text with places, for what reads and edits people's files; for this project's modules.
 */
@NullMarked
package io.github.apparmor4j.docker.yaml;

import org.jspecify.annotations.NullMarked;
