package io.github.apparmor4j.profile;

/**
 * An element of a file outside profiles. All but profiles and comments stand before the first
 * profile.
 */
public sealed interface FileElement
    permits AbiRule, Alias, BooleanAssignment, Comment, Include, Profile, VariableAssignment {}
