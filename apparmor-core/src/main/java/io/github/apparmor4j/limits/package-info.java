/** What work on untrusted input may make; not for users: only this library's own modules see it. */
@NullMarked
package io.github.apparmor4j.limits;

import org.jspecify.annotations.NullMarked;
