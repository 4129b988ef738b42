package io.github.apparmor4j.profile;

/**
 * What may stand in a file outside of profiles; all but profiles and comments stand before the
 * first profile.
 */
public sealed interface FileElement
    permits AbiRule, Alias, BooleanAssignment, Comment, Include, Profile, VariableAssignment {}
