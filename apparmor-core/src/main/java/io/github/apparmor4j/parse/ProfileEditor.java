package io.github.apparmor4j.parse;

import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An editor that changes a profile file's text in place: every byte outside an edit stays as it is.
 * Immutable and thread-safe; each edit returns another editor, whose text parses to exactly the
 * model that the edit describes.
 *
 * <pre>{@code
 * ProfileEditor editor =
 *     ProfileEditor.of(SourceText.of("web", "profile web { # mine\n  /srv/** r,\n}\n"))
 *         .setMode("web", ProfileFlag.Kind.COMPLAIN)
 *         .add("web", FileRule.of("/var/log/web", "w"));
 * String text = editor.text();
 * }</pre>
 *
 * <p>Profiles are named as in the text, children as {@code parent//child}; the first of several
 * with one name is meant. Elements are found by equality among those that stand directly in the
 * profile. Complexity of an edit: linear in the text.
 *
 * <p>Every edit throws {@code IllegalStateException} if the text does not allow it to be made in
 * place, for instance because of a comment inside a rule.
 */
public final class ProfileEditor {

  private final ParseResult<ProfileFile> parsed;

  private ProfileEditor(ParseResult<ProfileFile> parsed) {
    this.parsed = parsed;
  }

  /** Returns an editor of a text. Parts of the text that can't be read can't be edited. */
  public static ProfileEditor of(SourceText source) {
    return new ProfileEditor(ProfileParser.parse(source));
  }

  /** Returns the current text. */
  public String text() {
    return parsed.source().text();
  }

  /** Returns the current text's model, places and problems. */
  public ParseResult<ProfileFile> result() {
    return parsed;
  }

  /**
   * Sets a flag, in place of flags that it excludes and of another value of the same flag.
   *
   * @throws NoSuchElementException if there is no such profile
   */
  public ProfileEditor setFlag(String profile, ProfileFlag flag) {
    Profile found = profile(profile);
    if (found.flags().contains(flag)) {
      return this;
    }
    List<ProfileFlag> flags = new ArrayList<>();
    boolean placed = false;
    for (ProfileFlag old : found.flags()) {
      if (old.kind() == flag.kind() || old.kind().excludes(flag.kind())) {
        if (!placed) {
          flags.add(flag);
        }
        placed = true;
      } else {
        flags.add(old);
      }
    }
    if (!placed) {
      flags.add(flag);
    }
    Splices splices = new Splices(parsed.source());
    ProfileHeader header = parsed.headerOf(found);
    List<ProfileHeader.Flag> replaced =
        header.flags().stream()
            .filter(old -> old.kind() == flag.kind() || old.kind().excludes(flag.kind()))
            .toList();
    if (!replaced.isEmpty()) {
      splices.replace(replaced.get(0).span(), flag.toString());
      dropFlags(header, replaced.subList(1, replaced.size()), splices);
    } else if (header.flags().isEmpty()) {
      splices.insert(header.end(), " flags=(" + flag + ")");
    } else {
      ProfileHeader.Flag last = header.flags().get(header.flags().size() - 1);
      splices.insert(last.span().end(), separator(header) + flag);
    }
    return edited(splices, found, found.withFlags(flags));
  }

  /**
   * Returns the separator before a new flag: a comma and a blank, unless only blanks separate the
   * flags now.
   */
  private String separator(ProfileHeader header) {
    SourceSpan list = Objects.requireNonNull(header.flagList());
    boolean commas = text().substring(list.start(), list.end()).indexOf(',') >= 0;
    return commas || header.flags().size() == 1 ? ", " : " ";
  }

  /**
   * Drops a flag. A profile without the flag stays as it is.
   *
   * @throws NoSuchElementException if there is no such profile
   */
  public ProfileEditor dropFlag(String profile, ProfileFlag.Kind kind) {
    Profile found = profile(profile);
    if (!found.has(kind)) {
      return this;
    }
    ProfileHeader header = parsed.headerOf(found);
    Splices splices = new Splices(parsed.source());
    dropFlags(header, header.flags().stream().filter(f -> f.kind() == kind).toList(), splices);
    return edited(
        splices,
        found,
        found.withFlags(found.flags().stream().filter(f -> f.kind() != kind).toList()));
  }

  private static void dropFlags(
      ProfileHeader header, List<ProfileHeader.Flag> dropped, Splices splices) {
    SourceSpan list = header.flagList();
    if (list != null && dropped.size() == header.flags().size()) {
      splices.replace(new SourceSpan(splices.blanksBefore(list.start()), list.end()), "");
      return;
    }
    for (int i = 0; i < header.flags().size(); i++) {
      ProfileHeader.Flag flag = header.flags().get(i);
      if (!dropped.contains(flag)) {
        continue;
      }
      boolean first = header.flags().subList(0, i).stream().allMatch(dropped::contains);
      int from = first ? flag.span().start() : header.flags().get(i - 1).span().end();
      int to = first ? header.flags().get(i + 1).span().start() : flag.span().end();
      splices.replace(new SourceSpan(from, to), "");
    }
  }

  /**
   * Sets the mode.
   *
   * @param mode {@code ENFORCE}, for which no flag is written, {@code COMPLAIN}, {@code KILL},
   *     {@code UNCONFINED}, {@code PROMPT} or {@code DEFAULT_ALLOW}
   * @throws NoSuchElementException if there is no such profile
   * @throws IllegalArgumentException if {@code mode} is a flag that is not a mode
   */
  public ProfileEditor setMode(String profile, ProfileFlag.Kind mode) {
    if (mode != ProfileFlag.Kind.ENFORCE && !mode.excludes(ProfileFlag.Kind.ENFORCE)) {
      throw new IllegalArgumentException("mode " + mode);
    }
    if (mode != ProfileFlag.Kind.ENFORCE) {
      return setFlag(profile, ProfileFlag.of(mode));
    }
    ProfileEditor editor = this;
    for (ProfileFlag flag : profile(profile).flags()) {
      if (flag.kind().excludes(ProfileFlag.Kind.ENFORCE)) {
        editor = editor.dropFlag(profile, flag.kind());
      }
    }
    return editor;
  }

  /**
   * Gives a profile another name. References to the old name are not changed.
   *
   * @throws NoSuchElementException if there is no such profile
   * @throws IllegalArgumentException if the new name is empty or can't be written
   */
  public ProfileEditor rename(String profile, String name) {
    Profile found = profile(profile);
    Profile renamed = found.withName(name);
    ProfileHeader header = parsed.headerOf(found);
    boolean needsKeyword = !header.keyword() && !name.startsWith("/") && !name.startsWith(":");
    Splices splices = new Splices(parsed.source());
    splices.replace(header.name(), (needsKeyword ? "profile " : "") + renamed.nameText());
    return edited(splices, found, renamed);
  }

  /**
   * Adds a rule or an include: after the last rule or include that doesn't come after it in
   * canonical order, or else at the start of the body.
   *
   * @throws NoSuchElementException if there is no such profile
   * @throws IllegalArgumentException if the element is neither a rule nor an include
   */
  public ProfileEditor add(String profile, ProfileElement element) {
    if (!(element instanceof Rule || element instanceof Include)) {
      throw new IllegalArgumentException("rules and includes can be added, not " + element);
    }
    Profile found = profile(profile);
    List<ProfileElement> elements = new ArrayList<>(found.elements());
    Splices splices = new Splices(parsed.source());
    int anchor = anchor(elements, element);
    int index = anchor + 1;
    if (index < elements.size()
        && elements.get(index) instanceof Comment comment
        && comment.trailing()) {
      index++;
    }
    if (anchor < 0) {
      ProfileHeader header = parsed.headerOf(found);
      int line = splices.lineStart(header.name().start());
      String indent = splices.indent(line) + indentUnit(found, splices, line);
      splices.insertLine(header.brace() + 1, indent, element.toString());
    } else {
      SourceSpan span = span(elements.get(anchor));
      int line = splices.lineStart(span.start());
      splices.insertLine(span.end(), splices.indent(line), element.toString());
    }
    elements.add(index, element);
    return edited(splices, found, found.withElements(elements));
  }

  /** Returns the index of the element after which a new one goes; −1 for the start of the body. */
  private static int anchor(List<ProfileElement> elements, ProfileElement added) {
    int anchor = -1;
    for (int i = 0; i < elements.size(); i++) {
      ProfileElement element = elements.get(i);
      if ((element instanceof Rule || element instanceof Include)
          && ProfileElement.canonicalOrder().compare(element, added) <= 0) {
        anchor = i;
      }
    }
    return anchor;
  }

  private String indentUnit(Profile profile, Splices splices, int headerLine) {
    int header = splices.indent(headerLine).length();
    for (ProfileElement element : profile.elements()) {
      SourceSpan span = parsed.spanOf(element).orElse(null);
      if (span != null && splices.isFirstOnLine(span.start())) {
        String indent = splices.indent(splices.lineStart(span.start()));
        return indent.length() > header ? indent.substring(header) : indent;
      }
    }
    return splices.usesTabs() ? "\t" : "  ";
  }

  /**
   * Removes an element. If nothing but a comment after it shares its lines, they are removed as a
   * whole; otherwise only the element is.
   *
   * @throws NoSuchElementException if there is no such profile or element
   */
  public ProfileEditor remove(String profile, ProfileElement element) {
    Profile found = profile(profile);
    List<ProfileElement> elements = new ArrayList<>(found.elements());
    int index = index(found, element);
    Splices splices = new Splices(parsed.source());
    boolean wholeLine = splices.removeLine(span(elements.get(index)));
    elements.remove(index);
    if (wholeLine
        && index < elements.size()
        && elements.get(index) instanceof Comment comment
        && comment.trailing()) {
      elements.remove(index);
    }
    return edited(splices, found, found.withElements(elements));
  }

  /**
   * Replaces an element by a rule or an include; comments stay.
   *
   * @throws NoSuchElementException if there is no such profile or element
   * @throws IllegalArgumentException if the new element is neither a rule nor an include
   */
  public ProfileEditor replace(String profile, ProfileElement old, ProfileElement element) {
    if (!(element instanceof Rule || element instanceof Include)) {
      throw new IllegalArgumentException("rules and includes can be put in, not " + element);
    }
    Profile found = profile(profile);
    List<ProfileElement> elements = new ArrayList<>(found.elements());
    int index = index(found, old);
    Splices splices = new Splices(parsed.source());
    splices.replace(span(elements.get(index)), element.toString());
    elements.set(index, element);
    return edited(splices, found, found.withElements(elements));
  }

  /**
   * Adds an element to the preamble: after the last of its kind, else after the last element of the
   * preamble, else before the first profile.
   *
   * @throws IllegalArgumentException if it is a profile or a comment
   */
  public ProfileEditor addToPreamble(FileElement element) {
    if (element instanceof Profile || element instanceof Comment) {
      throw new IllegalArgumentException("not a preamble element: " + element);
    }
    List<FileElement> elements = new ArrayList<>(parsed.model().elements());
    int anchor = -1;
    boolean kindSeen = false;
    int firstProfile = elements.size();
    for (int i = 0; i < elements.size(); i++) {
      FileElement other = elements.get(i);
      boolean same = other.getClass() == element.getClass();
      if (other instanceof Profile) {
        firstProfile = Math.min(firstProfile, i);
      } else if (!(other instanceof Comment) && (same || !kindSeen)) {
        anchor = i;
        kindSeen |= same;
      }
    }
    Splices splices = new Splices(parsed.source());
    int index;
    if (anchor >= 0) {
      splices.insertLine(span(elements.get(anchor)).end(), "", element.toString());
      index = anchor + 1;
      if (index < elements.size()
          && elements.get(index) instanceof Comment comment
          && comment.trailing()) {
        index++;
      }
    } else {
      index = firstProfile;
      int at =
          index == elements.size()
              ? text().length()
              : splices.lineStart(span(elements.get(index)).start());
      boolean openLine = at > 0 && text().charAt(at - 1) != '\n';
      splices.insert(at, (openLine ? splices.newline() : "") + element + splices.newline());
    }
    elements.add(index, element);
    return edited(splices, new ProfileFile(elements));
  }

  // ---- finding

  private SourceSpan span(Object element) {
    return parsed.spanOf(element).orElseThrow();
  }

  private static int index(Profile profile, ProfileElement element) {
    int index = profile.elements().indexOf(element);
    if (index < 0) {
      throw new NoSuchElementException("profile " + profile.name() + " has no element " + element);
    }
    return index;
  }

  private Profile profile(String name) {
    Profile found = find(parsed.model().profiles(), "", name);
    if (found == null) {
      throw new NoSuchElementException("the file has no profile " + name);
    }
    return found;
  }

  private static @Nullable Profile find(List<Profile> profiles, String prefix, String name) {
    for (Profile profile : profiles) {
      String own = prefix + profile.name();
      if (own.equals(name)) {
        return profile;
      }
      if (name.startsWith(own + "//")) {
        Profile child = find(profile.children(), own + "//", name);
        if (child != null) {
          return child;
        }
      }
    }
    return null;
  }

  // ---- applying

  private ProfileEditor edited(Splices splices, Profile old, Profile changed) {
    List<FileElement> elements = new ArrayList<>();
    for (FileElement element : parsed.model().elements()) {
      elements.add(element instanceof Profile profile ? put(profile, old, changed) : element);
    }
    return edited(splices, new ProfileFile(elements));
  }

  /**
   * Returns a profile in which a changed one takes the place of an old one, which is found by
   * identity.
   */
  @SuppressWarnings("ReferenceEquality")
  private static Profile put(Profile in, Profile old, Profile changed) {
    if (in == old) {
      return changed;
    }
    List<ProfileElement> elements = new ArrayList<>(in.elements());
    boolean any = false;
    for (int i = 0; i < elements.size(); i++) {
      if (elements.get(i) instanceof Profile child) {
        Profile put = put(child, old, changed);
        any |= put != child;
        elements.set(i, put);
      }
    }
    return any ? in.withElements(elements) : in;
  }

  private ProfileEditor edited(Splices splices, ProfileFile expected) {
    ProfileEditor edited = of(splices.result());
    if (!edited.parsed.model().equals(expected)) {
      // For example, a comment stands inside an element. Better no edit than a wrong one.
      throw new IllegalStateException("the text does not allow this edit to be made in place");
    }
    return edited;
  }
}
