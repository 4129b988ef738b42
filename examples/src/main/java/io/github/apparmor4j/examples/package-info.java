/** Programs to copy, and {@code aa}, the command-line tool built on the library. */
@NullMarked
package io.github.apparmor4j.examples;

import org.jspecify.annotations.NullMarked;
