package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.Qualifiers.Ownership;

/** File access: {@code file rw owner /path}. */
final class FileAccess {

  private FileAccess() {}

  /** Reads permissions, ownership and path; with {@code ->} after the path it is a link. */
  static Access read(AccessReader in) {
    FilePermissions permissions = FilePermissions.of(in.word("permissions"));
    Ownership ownership = in.ownership();
    String path = in.word("a path");
    if (!in.accept("->")) {
      return new Access.File(path, permissions, ownership);
    }
    if (permissions.bits() != FilePermissions.LINK) {
      throw in.wrong("only 'l' has a target");
    }
    return new Access.Link(path, in.word("the link's target"), ownership);
  }

  static String words(Access.File access) {
    return "file "
        + access.permissions()
        + " "
        + AccessReader.words(access.ownership())
        + AccessReader.quoted(access.path());
  }
}
