package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.source.SourceSpan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of a profile's header stand.
 *
 * @param keyword whether a word or {@code ^} stands before the name
 * @param name of the profile
 * @param flagList from {@code flags} or {@code (} to {@code )}; {@code null} if there is none
 * @param flags each one, repeats too
 * @param end after the last part before the brace
 * @param brace offset of the brace
 */
record ProfileHeader(
    boolean keyword,
    SourceSpan name,
    @Nullable SourceSpan flagList,
    List<Flag> flags,
    int end,
    int brace) {

  /** A flag and where it stands. */
  record Flag(ProfileFlag.Kind kind, SourceSpan span) {}
}
