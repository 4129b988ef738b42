/**
 * The kernel's vocabulary: the bits of permissions, the meaning of an automaton's states, the
 * numbers of classes. No other package spells a mask. Not for users of the library.
 */
@NullMarked
package io.github.apparmor4j.vocabulary;

import org.jspecify.annotations.NullMarked;
