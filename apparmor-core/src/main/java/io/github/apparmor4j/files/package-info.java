/** Files read within limits; not for users: only this library's own modules see it. */
@NullMarked
package io.github.apparmor4j.files;

import org.jspecify.annotations.NullMarked;
