/** JNA mappings and nothing else; not exported. */
@NullMarked
package io.github.apparmor4j.kernel.internal;

import org.jspecify.annotations.NullMarked;
