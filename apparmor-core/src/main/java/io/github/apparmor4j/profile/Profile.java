package io.github.apparmor4j.profile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A profile, a child profile or a hat. Immutable and thread-safe.
 *
 * <pre>{@code
 * Profile web =
 *     Profile.builder("web")
 *         .attachment("/usr/sbin/web")
 *         .allow(FileRule.of("/srv/www/**", "r"))
 *         .deny(FileRule.of("/srv/www/private/**", "r"))
 *         .build();
 * }</pre>
 *
 * @param kind profile or hat
 * @param name the name as it is written; may hold patterns, variables, {@code //} and a namespace
 *     ({@code :ns:name})
 * @param attachment pattern of the programs that get the profile; if it is {@code null}, a name
 *     that starts with {@code /} serves as the pattern
 * @param xattrs extended attributes that the program must have too; none for hats
 * @param identities names that the attached task goes by, without blanks unless they start with
 *     {@code /}
 * @param flags in their order, none twice
 * @param elements rules, comments, includes and children, in their order
 */
public record Profile(
    Kind kind,
    String name,
    @Nullable String attachment,
    List<XattrMatch> xattrs,
    List<String> identities,
    List<ProfileFlag> flags,
    List<ProfileElement> elements)
    implements FileElement, ProfileElement {

  /**
   * {@code user.name=value} in a profile's {@code xattrs=(…)}: an extended attribute that the
   * program must have.
   *
   * @param name the attribute's name
   * @param value pattern of the attribute's value, or {@code null} for any
   */
  public record XattrMatch(String name, @Nullable String value) {

    private static final Pattern NAME = Pattern.compile("[^\\s\"!,()=\\\\]+");

    /** Checks name and pattern. */
    public XattrMatch {
      if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
        throw new IllegalArgumentException("not a valid name of an attribute: '" + name + "'");
      }
      Words.checkedOrNull(value, "value");
    }

    @Override
    public String toString() {
      return value == null ? name : name + "=" + Words.listValue(value);
    }
  }

  /** The kinds of profiles. */
  public enum Kind {
    /** {@code profile name}. */
    PROFILE,
    /** {@code hat name}: a profile that is entered by {@code change_hat}. */
    HAT
  }

  private static final int MAX_XATTRS = 500;

  /** Checks name, attachment, flags and the places of trailing comments. */
  public Profile {
    Objects.requireNonNull(kind, "kind");
    if (!isName(Words.checked(name, "name"))) {
      throw new IllegalArgumentException("not a valid profile name: '" + name + "'");
    }
    if (attachment != null) {
      Words.checkedPath(attachment, "attachment");
    }
    xattrs = List.copyOf(xattrs);
    if (kind == Kind.HAT && !xattrs.isEmpty()) {
      throw new IllegalArgumentException("hats have no xattrs: " + name);
    }
    if (xattrs.size() > MAX_XATTRS) {
      throw new IllegalArgumentException(
          xattrs.size() + " extended attributes are over the limit of " + MAX_XATTRS);
    }
    identities = List.copyOf(identities);
    for (String identity : identities) {
      if (Words.checkedQuotes(identity, "identity").chars().anyMatch(Character::isWhitespace)
          && !identity.startsWith("/")) {
        throw new IllegalArgumentException("identity with a blank: " + identity);
      }
    }
    flags = List.copyOf(flags);
    elements = Words.checkedElements(elements);
    for (int i = 0; i < flags.size(); i++) {
      for (ProfileFlag earlier : flags.subList(0, i)) {
        if (flags.get(i).kind() == earlier.kind() || flags.get(i).kind().excludes(earlier.kind())) {
          throw new IllegalArgumentException(
              "flags " + earlier + " and " + flags.get(i) + " exclude each other");
        }
      }
    }
  }

  /**
   * Returns whether a text can be the name in a header: not a stack, and not a namespace alone.
   * What its variables stand for is another question.
   */
  public static boolean isName(String text) {
    return !text.startsWith("&") && (!text.startsWith(":") || IN_NAMESPACE.matcher(text).matches());
  }

  private static final Pattern IN_NAMESPACE = Pattern.compile("(?s):[^:]+:[^:]+");

  private static final Set<ProfileFlag.Kind> MODES =
      EnumSet.of(
          ProfileFlag.Kind.ENFORCE,
          ProfileFlag.Kind.COMPLAIN,
          ProfileFlag.Kind.KILL,
          ProfileFlag.Kind.PROMPT,
          ProfileFlag.Kind.UNCONFINED,
          ProfileFlag.Kind.DEFAULT_ALLOW);

  /** Returns a builder of a profile. */
  public static Builder builder(String name) {
    return new Builder(Kind.PROFILE, name);
  }

  /** Returns a builder of a hat. */
  public static Builder hat(String name) {
    return new Builder(Kind.HAT, name);
  }

  /** Returns a builder that starts from this profile. */
  public Builder toBuilder() {
    Builder builder = new Builder(kind, name);
    builder.attachment = attachment;
    builder.xattrs.addAll(xattrs);
    builder.identities.addAll(identities);
    builder.flags.addAll(flags);
    builder.elements.addAll(elements);
    return builder;
  }

  /** Returns this profile with another name. */
  public Profile withName(String newName) {
    return new Profile(kind, newName, attachment, xattrs, identities, flags, elements);
  }

  /** Returns this profile with other flags. */
  public Profile withFlags(List<ProfileFlag> newFlags) {
    return new Profile(kind, name, attachment, xattrs, identities, newFlags, elements);
  }

  /** Returns this profile with other elements. */
  public Profile withElements(List<ProfileElement> newElements) {
    return new Profile(kind, name, attachment, xattrs, identities, flags, newElements);
  }

  /** Returns the name as it stands in a header, in quotes if it needs them. */
  public String nameText() {
    return Words.header(name);
  }

  /** Returns whether a flag is set. */
  public boolean has(ProfileFlag.Kind flag) {
    return flags.stream().anyMatch(f -> f.kind() == flag);
  }

  /**
   * Returns the mode: the flag that says what happens when something isn't allowed; {@code ENFORCE}
   * if no flag does.
   */
  public ProfileFlag.Kind mode() {
    return flags.stream()
        .map(ProfileFlag::kind)
        .filter(MODES::contains)
        .findFirst()
        .orElse(ProfileFlag.Kind.ENFORCE);
  }

  /** Returns the rules among the elements, without those of children. */
  public List<Rule> rules() {
    return elements.stream().filter(Rule.class::isInstance).map(Rule.class::cast).toList();
  }

  /** Returns the child profiles and hats. */
  public List<Profile> children() {
    return elements.stream().filter(Profile.class::isInstance).map(Profile.class::cast).toList();
  }

  /** Returns the header, up to and including the opening brace. */
  public String header() {
    return (kind == Kind.HAT ? "hat " : "profile ")
        + nameText()
        + (attachment == null ? "" : " " + Words.header(attachment))
        + (xattrs.isEmpty() ? "" : " xattrs=(" + Words.joined(xattrs) + ")")
        + (identities.isEmpty()
            ? ""
            : " +identities=("
                + String.join(" ", identities.stream().map(Words::listValue).toList())
                + ")")
        + (flags.isEmpty()
            ? ""
            : " flags=("
                + String.join(", ", flags.stream().map(ProfileFlag::toString).toList())
                + ")")
        + " {";
  }

  /** Returns the profile's text, one element a line. */
  @Override
  public String toString() {
    return BodyText.of(this);
  }

  /**
   * A builder of profiles; not thread-safe. The profiles that it builds are immutable, and {@link
   * #build} may be called again.
   */
  public static final class Builder {
    private final Kind kind;
    private final String name;
    private @Nullable String attachment;
    private final List<XattrMatch> xattrs = new ArrayList<>();
    private final List<String> identities = new ArrayList<>();
    private final List<ProfileFlag> flags = new ArrayList<>();
    private final List<ProfileElement> elements = new ArrayList<>();

    private Builder(Kind kind, String name) {
      this.kind = kind;
      this.name = Words.checked(name, "name");
    }

    /** Sets the pattern of the programs that get the profile. */
    public Builder attachment(String pattern) {
      attachment = Words.checkedPath(pattern, "attachment");
      return this;
    }

    /** Adds an extended attribute that the program must have, with a pattern of its value. */
    public Builder xattr(String name, String value) {
      xattrs.add(new XattrMatch(name, value));
      return this;
    }

    /** Adds flags without values. */
    public Builder flags(ProfileFlag.Kind... kinds) {
      for (ProfileFlag.Kind flag : kinds) {
        flags.add(ProfileFlag.of(flag));
      }
      return this;
    }

    /** Adds a flag. */
    public Builder flag(ProfileFlag flag) {
      flags.add(flag);
      return this;
    }

    /** Adds {@code include <path>}. */
    public Builder include(String path) {
      return add(Include.of(path));
    }

    /** Adds a comment on a line of its own. */
    public Builder comment(String text) {
      return add(Comment.of(text));
    }

    /** Adds any element. */
    public Builder add(ProfileElement element) {
      elements.add(Objects.requireNonNull(element, "element"));
      return this;
    }

    /** Adds elements. */
    public Builder addAll(Collection<? extends ProfileElement> more) {
      more.forEach(this::add);
      return this;
    }

    /** Adds rules that allow, whatever action they had before; their other qualifiers stay. */
    public Builder allow(Rule... rules) {
      return rules(q -> q.withAction(Qualifiers.Action.ALLOW), rules);
    }

    /**
     * Adds rules with {@code audit}: one that allows logs each use, one that denies logs each
     * refusal.
     */
    public Builder audit(Rule... rules) {
      return rules(q -> q.withAudit(true), rules);
    }

    /**
     * Adds rules that deny. They leave no trace in the log, unless they have {@code audit} already.
     */
    public Builder deny(Rule... rules) {
      return rules(q -> q.withAction(Qualifiers.Action.DENY), rules);
    }

    /** Adds rules that deny and log each refusal. */
    public Builder auditDeny(Rule... rules) {
      return rules(q -> q.withAction(Qualifiers.Action.DENY).withAudit(true), rules);
    }

    private Builder rules(UnaryOperator<Qualifiers> change, Rule... rules) {
      for (Rule rule : rules) {
        add(rule.withQualifiers(change.apply(rule.qualifiers())));
      }
      return this;
    }

    /**
     * Returns the profile.
     *
     * @throws IllegalArgumentException if flags exclude each other, a hat has extended attributes,
     *     or a trailing comment follows a comment
     */
    public Profile build() {
      return new Profile(kind, name, attachment, xattrs, identities, flags, elements);
    }
  }
}
