/** Example programs, to copy from. */
@NullMarked
package io.github.apparmor4j.examples;

import org.jspecify.annotations.NullMarked;
