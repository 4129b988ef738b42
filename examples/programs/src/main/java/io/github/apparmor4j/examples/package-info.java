/** Programs to copy. */
@NullMarked
package io.github.apparmor4j.examples;

import org.jspecify.annotations.NullMarked;
