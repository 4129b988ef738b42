package io.github.apparmor4j.profile;

import java.util.Objects;

/**
 * What stands before a rule.
 *
 * @param priority −1000 to 1000; of rules that speak of the same permission those of the highest
 *     priority decide
 * @param audit log: every use of an allowing rule, and every refusal of a denying one (silent
 *     without)
 * @param action allow, deny or prompt
 * @param ownership whose files a file rule is about
 */
public record Qualifiers(int priority, boolean audit, Action action, Ownership ownership) {

  /** What a rule does. */
  public enum Action {
    /** The default. */
    ALLOW,
    /** Beats every allowing rule of the same priority. */
    DENY,
    /** Asks in user space; where the kernel can't, nothing is allowed. */
    PROMPT
  }

  /** Whose files a file rule is about. */
  public enum Ownership {
    /** Everybody's: the default. */
    ANY,
    /** Those of the user that the task acts for. */
    OWNER,
    /** Those of others. */
    OTHER
  }

  /** A plain allowing rule. */
  public static final Qualifiers NONE = new Qualifiers(0, false, Action.ALLOW, Ownership.ANY);

  /** Checks the priority's range. */
  public Qualifiers {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(ownership, "ownership");
    if (priority < -1000 || priority > 1000) {
      throw new IllegalArgumentException("priority " + priority + " is not in -1000..1000");
    }
  }

  /** Returns whether the rule denies. */
  public boolean isDeny() {
    return action == Action.DENY;
  }

  /** Returns these with another priority, -1000 to 1000. */
  public Qualifiers withPriority(int newPriority) {
    return new Qualifiers(newPriority, audit, action, ownership);
  }

  /** Returns these with another action. */
  public Qualifiers withAction(Action newAction) {
    return new Qualifiers(priority, audit, newAction, ownership);
  }

  /** Returns these with or without logging. */
  public Qualifiers withAudit(boolean newAudit) {
    return new Qualifiers(priority, newAudit, action, ownership);
  }

  /** Returns these for other owners. */
  public Qualifiers withOwnership(Ownership newOwnership) {
    return new Qualifiers(priority, audit, action, newOwnership);
  }

  /**
   * Returns the qualifiers as they stand before a rule, with a blank at the end; empty for none.
   */
  @Override
  public String toString() {
    return (priority == 0 ? "" : "priority=" + priority + " ")
        + (audit ? "audit " : "")
        + switch (action) {
          case ALLOW -> "";
          case DENY -> "deny ";
          case PROMPT -> "prompt ";
        }
        + switch (ownership) {
          case ANY -> "";
          case OWNER -> "owner ";
          case OTHER -> "other ";
        };
  }

  Qualifiers withoutOwnership(String kind) {
    if (ownership != Ownership.ANY) {
      throw new IllegalArgumentException(kind + " rules have no owner");
    }
    return this;
  }

  Qualifiers withoutPriority(String kind) {
    if (priority != 0) {
      throw new IllegalArgumentException(kind + " rules have no priority");
    }
    return this;
  }
}
