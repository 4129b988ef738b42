/**
 * From model to text: {@link io.github.apparmor4j.print.ProfilePrinter} writes a model as it is,
 * {@link io.github.apparmor4j.print.ProfileFormatter} in canonical form.
 *
 * <pre>{@code
 * String text = ProfilePrinter.print(file);
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.print;

import org.jspecify.annotations.NullMarked;
