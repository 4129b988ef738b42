package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.profile.LinkRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.vocabulary.AcceptBits;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of hard links, in the file table: the path of the link and, with a NUL between them, the
 * path of the file that it points to.
 */
final class LinkEncoder {

  private static final int LINKS = AcceptBits.both(AcceptBits.LINK);

  // Any target: a slash, a byte other than a slash, and anything.
  private static final Regex ANY_TARGET =
      Regex.sequence(
          Regex.of('/'), Regex.of(ByteSet.ALL.minus(ByteSet.of('/'))), Regex.star(ByteSet.ALL));

  private LinkEncoder() {}

  static void encode(LinkRule rule, RuleOutput out) {
    int word = FileEncoder.ownership(rule.qualifiers(), LINKS);
    Aare aare = out.aare(rule.path());
    if (!rule.qualifiers().isDeny()) {
      out.add(EncodedRule.Table.FILE, rule.qualifiers(), aare.regex(), word, word, aare.isExact());
    }
    pair(rule.qualifiers(), aare, rule.target(), rule.subset(), word, out);
  }

  /**
   * Adds the pair of a link and its target, if a word has the permission to link.
   *
   * @param target pattern of the target, or {@code null} for any
   * @param subset whether the link's permissions must be among the target's
   */
  static void pair(
      Qualifiers qualifiers,
      Aare path,
      @Nullable String target,
      boolean subset,
      int word,
      RuleOutput out) {
    int link = word & LINKS;
    if (link == 0) {
      return;
    }
    Regex second = target == null ? ANY_TARGET : out.path(target);
    out.add(
        EncodedRule.Table.FILE,
        qualifiers,
        Regex.sequence(path.regex(), RuleOutput.NUL, second),
        subset && (link & AcceptBits.LINK) != 0 ? link | AcceptBits.LOCK : link, // for owners only
        link,
        false);
  }
}
