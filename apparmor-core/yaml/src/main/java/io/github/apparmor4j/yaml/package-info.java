/**
 * YAML as text with places: {@link io.github.apparmor4j.yaml.YamlText} reads people's files, {@link
 * io.github.apparmor4j.yaml.YamlEditor} edits them. Only this project's modules see this package.
 */
@NullMarked
package io.github.apparmor4j.yaml;

import org.jspecify.annotations.NullMarked;
