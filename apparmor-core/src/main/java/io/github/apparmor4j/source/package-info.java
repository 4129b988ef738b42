/**
 * Texts, and diagnostics about places in them: {@link io.github.apparmor4j.source.SourceText},
 * spans of it, {@link io.github.apparmor4j.source.TextEdit}s, and {@link
 * io.github.apparmor4j.source.Diagnostic}s; and {@link io.github.apparmor4j.source.AtomicFiles},
 * which writes files so that others never see a part of one. Knows nothing of AppArmor.
 */
@NullMarked
package io.github.apparmor4j.source;

import org.jspecify.annotations.NullMarked;
