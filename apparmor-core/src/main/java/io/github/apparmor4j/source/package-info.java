/**
 * Places in a text and what is said about them: {@link io.github.apparmor4j.source.SourceText},
 * spans of it, and {@link io.github.apparmor4j.source.Diagnostic}s. Knows nothing of AppArmor.
 */
@NullMarked
package io.github.apparmor4j.source;

import org.jspecify.annotations.NullMarked;
