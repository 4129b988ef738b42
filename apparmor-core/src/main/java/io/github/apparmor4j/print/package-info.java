/**
 * Model to text: {@link io.github.apparmor4j.print.ProfilePrinter} writes one canonical form.
 *
 * <pre>{@code
 * String text = ProfilePrinter.print(file);
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.print;

import org.jspecify.annotations.NullMarked;
