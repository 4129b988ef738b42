/** {@code aa}, the command-line tool built on the library: a class for each command. */
@NullMarked
package io.github.apparmor4j.aa;

import org.jspecify.annotations.NullMarked;
