/**
 * From text to model: {@link io.github.apparmor4j.parse.ProfileParser} reads files as they are
 * written; it expands no variables and follows no includes. {@link
 * io.github.apparmor4j.parse.ProfileEditor} changes a text in place.
 *
 * <pre>{@code
 * ProfileFile file = ProfileParser.parseOrThrow("profile web { /srv/www/** r, }");
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.parse;

import org.jspecify.annotations.NullMarked;
