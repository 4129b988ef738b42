package io.github.apparmor4j.compile;

import io.github.apparmor4j.automaton.ByteSet;
import io.github.apparmor4j.automaton.Regex;

/**
 * The length of an attachment's shortest match up to its first wildcard. The kernel ranks
 * attachments by it (docs/binary-policy.md).
 */
final class AttachmentLength {

  private int length;
  private boolean stopped;

  private AttachmentLength() {}

  static int of(Regex regex) {
    AttachmentLength counted = new AttachmentLength();
    counted.count(regex);
    return counted.length;
  }

  private void count(Regex regex) {
    if (stopped) {
      return;
    }
    if (regex instanceof Regex.Bytes one) {
      length++;
      stopped = one.set().size() > ByteSet.ALL.size() / 2;
    } else if (regex instanceof Regex.Star) {
      stopped = true;
    } else if (regex instanceof Regex.Sequence sequence) {
      sequence.parts().forEach(this::count);
    } else if (regex instanceof Regex.Choice choice) {
      int least = Integer.MAX_VALUE;
      for (Regex each : choice.choices()) {
        AttachmentLength branch = new AttachmentLength();
        branch.count(each);
        least = Math.min(least, branch.length);
        stopped |= branch.stopped;
      }
      length += least;
    } else {
      throw new AssertionError(regex);
    }
  }
}
