/**
 * Places in a text and what is said about them: {@link io.github.apparmor4j.source.SourceText},
 * spans of it, {@link io.github.apparmor4j.source.TextEdit}s, and {@link
 * io.github.apparmor4j.source.Diagnostic}s; and {@link io.github.apparmor4j.source.AtomicFiles},
 * which writes texts so that others see all or nothing. Knows nothing of AppArmor.
 */
@NullMarked
package io.github.apparmor4j.source;

import org.jspecify.annotations.NullMarked;
