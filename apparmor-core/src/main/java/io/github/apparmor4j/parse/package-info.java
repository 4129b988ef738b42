/**
 * Text to model: {@link io.github.apparmor4j.parse.ProfileParser}. Reads without asking what things
 * mean: no variable is expanded and no include followed. {@link
 * io.github.apparmor4j.parse.ProfileEditor} changes a text in place.
 *
 * <pre>{@code
 * ProfileFile file = ProfileParser.parseOrThrow("profile web { /srv/www/** r, }");
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.parse;

import org.jspecify.annotations.NullMarked;
