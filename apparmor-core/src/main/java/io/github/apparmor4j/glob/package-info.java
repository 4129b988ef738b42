/**
 * AppArmor's path expressions (AARE): {@link io.github.apparmor4j.glob.Aare} reads them into
 * regular expressions over bytes.
 *
 * <pre>{@code
 * boolean hit = Aare.path("/srv/**.html").matches("/srv/a/b.html");
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.glob;

import org.jspecify.annotations.NullMarked;
