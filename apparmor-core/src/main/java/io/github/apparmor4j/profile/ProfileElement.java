package io.github.apparmor4j.profile;

/** What may stand in a profile's body. */
public sealed interface ProfileElement
    permits AbiRule, Comment, Conditional, Include, Profile, Rule, RuleBlock {}
