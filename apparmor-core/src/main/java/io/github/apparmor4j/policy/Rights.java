package io.github.apparmor4j.policy;

/**
 * What a state grants to one who asks, in the same bits for accept words and permission tables:
 * those of an accept word, for files of its first half.
 *
 * @param allow allowed
 * @param audit logged when used
 * @param quiet not logged when refused
 * @param exec how to execute; comparable only within one table
 * @param unsafe whether the environment is kept as it is when executing
 */
public record Rights(int allow, int audit, int quiet, int exec, boolean unsafe) {}
