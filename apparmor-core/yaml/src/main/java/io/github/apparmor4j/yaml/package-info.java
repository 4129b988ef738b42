/**
 * YAML as text with places: {@link io.github.apparmor4j.yaml.YamlText} reads people's files, {@link
 * io.github.apparmor4j.yaml.YamlEditor} makes the edits of them. For this project's modules, which
 * alone see this package.
 */
@NullMarked
package io.github.apparmor4j.yaml;

import org.jspecify.annotations.NullMarked;
