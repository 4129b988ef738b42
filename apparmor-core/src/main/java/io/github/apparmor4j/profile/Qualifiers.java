package io.github.apparmor4j.profile;

import java.util.Objects;

/**
 * The qualifiers before a rule or a block. Immutable and thread-safe.
 *
 * @param priority −1000 to 1000; of the rules about the same permission those of the highest
 *     priority decide
 * @param audit whether to log every use of an allowing rule, and every refusal of a denying one,
 *     which is silent otherwise
 * @param action allow, deny or prompt
 * @param ownership whose files a file rule is about
 */
public record Qualifiers(int priority, boolean audit, Action action, Ownership ownership) {

  /** The actions of rules. */
  public enum Action {
    /** Allows: the default. */
    ALLOW,
    /** Denies, and beats every allowing rule of the same priority. */
    DENY,
    /** Asks user space; where the kernel can't ask, nothing is allowed. */
    PROMPT
  }

  /** The owners whose files a file rule can be about. */
  public enum Ownership {
    /** Every user: the default. */
    ANY,
    /** The user that the task acts for. */
    OWNER,
    /** All other users. */
    OTHER
  }

  /** No qualifiers: a plain allowing rule. */
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

  /** Returns these qualifiers with another priority, −1000 to 1000. */
  public Qualifiers withPriority(int newPriority) {
    return new Qualifiers(newPriority, audit, action, ownership);
  }

  /** Returns these qualifiers with another action. */
  public Qualifiers withAction(Action newAction) {
    return new Qualifiers(priority, audit, newAction, ownership);
  }

  /** Returns these qualifiers with or without logging. */
  public Qualifiers withAudit(boolean newAudit) {
    return new Qualifiers(priority, newAudit, action, ownership);
  }

  /** Returns these qualifiers for files of other owners. */
  public Qualifiers withOwnership(Ownership newOwnership) {
    return new Qualifiers(priority, audit, action, newOwnership);
  }

  /**
   * Returns the qualifiers as they stand before a rule, with a blank at the end; empty if there are
   * none.
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
      throw new IllegalArgumentException(kind + " rules take neither owner nor other");
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
