package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.source.SourceSpan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places of the parts of a profile's header.
 *
 * @param keyword whether a keyword or {@code ^} stands before the name
 * @param name the place of the name
 * @param flagList the place from {@code flags} or {@code (} to {@code )}; {@code null} if there is
 *     no list
 * @param flags every flag, including repeats
 * @param end offset after the last part before the brace
 * @param brace offset of the opening brace
 */
record ProfileHeader(
    boolean keyword,
    SourceSpan name,
    @Nullable SourceSpan flagList,
    List<Flag> flags,
    int end,
    int brace) {

  /** A flag and its place. */
  record Flag(ProfileFlag.Kind kind, SourceSpan span) {}
}
