package io.github.apparmor4j.testing;

import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PermissionEntry;

/**
 * What a state grants, in the bits of an accept word; of files those of its first half.
 *
 * @param allow allowed
 * @param audit logged when used
 * @param quiet not logged when refused
 * @param exec how to execute, as a permission entry has it
 * @param unsafe whether the environment is kept as it is when executing
 */
public record Rights(int allow, int audit, int quiet, int exec, boolean unsafe) {

  /** Returns what a state of the table of files grants. */
  public static Rights ofFile(PolicyDfa dfa, int state, boolean owner) {
    PermissionEntry entry = dfa.fileEntryOf(state, owner);
    return new Rights(
        AcceptBits.ofFile(entry.allow() & ~entry.deny()),
        AcceptBits.ofFile(entry.audit()),
        AcceptBits.ofFile(entry.quiet()),
        entry.exec() & ~PermissionEntry.EXEC_UNSAFE,
        (entry.exec() & PermissionEntry.EXEC_UNSAFE) != 0);
  }

  /** Returns what a state of the policy table grants. */
  public static Rights of(PolicyDfa dfa, int state) {
    PermissionEntry entry = dfa.entryOf(state);
    return new Rights(
        AcceptBits.ofPolicy(entry.allow() & ~entry.deny()),
        AcceptBits.ofPolicy(entry.audit()),
        AcceptBits.ofPolicy(entry.quiet()),
        0,
        false);
  }
}
