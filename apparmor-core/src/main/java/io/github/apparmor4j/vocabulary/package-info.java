/**
 * The kernel's vocabulary: the bits of permissions, what a state of an automaton says, the numbers
 * of classes. Nothing else spells a mask. Not for users.
 */
@NullMarked
package io.github.apparmor4j.vocabulary;

import org.jspecify.annotations.NullMarked;
