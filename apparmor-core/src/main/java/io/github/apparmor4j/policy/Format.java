package io.github.apparmor4j.policy;

/** The numbers of the binary format (docs/binary-policy.md). */
final class Format {

  static final int U8 = 0;
  static final int U16 = 1;
  static final int U32 = 2;
  static final int U64 = 3;
  static final int NAME = 4;
  static final int STRING = 5;
  static final int BLOB = 6;
  static final int STRUCT = 7;
  static final int STRUCT_END = 8;
  static final int ARRAY = 11;
  static final int ARRAY_END = 12;

  static final int DFA_MAGIC = 0x1B5E783D;
  static final int DFA_HEADER = 24;
  static final int TABLE_ACCEPT = 1;
  static final int TABLE_BASE = 2;
  static final int TABLE_CHECK = 3;
  static final int TABLE_DEFAULT = 4;
  static final int TABLE_EC = 5;
  static final int TABLE_ACCEPT2 = 7;
  static final int TABLE_NEXT = 8;

  static final int BASE_OFFSET = 0x00FFFFFF;

  /** Flag in a DFA's header: some rows hold only their differences from others. */
  static final int DFA_RELATIVE = 1;

  /** Flag in a DFA's header: some states have a transition out of band. */
  static final int DFA_MARKED = 2;

  /** The version of permission tables in which each state says whether it has a pair of entries. */
  static final int FLAGGED_PERMISSIONS = 3;

  /** The number of resource limits that a policy has room for. */
  static final int RLIMITS = 16;

  private Format() {}
}
