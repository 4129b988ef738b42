package io.github.apparmor4j.access;

import io.github.apparmor4j.profile.Qualifiers.Ownership;

/** Hard links: {@code link owner /path /target}. */
final class LinkAccess {

  private LinkAccess() {}

  static Access read(AccessReader in) {
    Ownership ownership = in.ownership();
    String path = in.word("a path");
    in.accept("->");
    return new Access.Link(path, in.word("the link's target"), ownership);
  }

  static String words(Access.Link access) {
    return "link "
        + AccessReader.words(access.ownership())
        + AccessReader.quoted(access.path())
        + " "
        + AccessReader.quoted(access.target());
  }
}
