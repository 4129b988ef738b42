package io.github.apparmor4j.containerd.kubernetes;

import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileEditor;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Preprocessor;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A profile whose name has a hash of its content: {@code web-1f0c9a3b}. A changed profile has
 * another name, so a container keeps the rules that it was started under, whatever is rolled out
 * later. Kubernetes advises this, because a profile that is changed in place changes under running
 * containers. The profile is one text without includes, so the hash covers all of it.
 *
 * @param plainName the name without the hash
 * @param name the name as the kernel will list it: the plain name, a dash and eight hexadecimal
 *     digits
 * @param text the profile's text under that name
 */
public record HashedProfile(String plainName, String name, SourceText text) {

  private static final int DIGITS = 8;

  /**
   * Returns a text's profile under its new name.
   *
   * @param text the text of one profile and its children; rules that refer to the profile itself
   *     must write {@code @{profile_name}}
   * @param includes finds the texts that it includes, which become part of the profile
   * @throws DiagnosticException if it has errors, no profile or several, or a rule that refers to
   *     the profile by name (AA-KUBE-0014)
   * @throws IOException if an included text is missing or can't be read
   */
  public static HashedProfile of(SourceText text, IncludeResolver includes) throws IOException {
    ParseResult<ProfileFile> parsed = parse(text);
    SourceText whole = SourceText.of(text.name(), Preprocessor.preprocess(parsed, includes));
    ProfileEditor editor = ProfileEditor.of(whole);
    List<Profile> profiles = editor.result().model().profiles();
    if (profiles.size() != 1) {
      throw refused(parsed, "one profile is expected, not " + profiles.size());
    }
    Profile profile = profiles.get(0);
    String plain = profile.name();
    Rule naming = naming(profile, plain);
    if (naming != null) {
      throw refused(
          parsed, "'" + naming + "' refers to the profile by name: write @{profile_name}");
    }
    String name = plain + '-' + hash(whole);
    return new HashedProfile(
        plain, name, SourceText.of(text.name(), editor.rename(plain, name).text()));
  }

  /**
   * Returns the profile that a function builds, under its new name.
   *
   * @param plainName the name without the hash
   * @param build builds the profile; called with the plain name, and then with the new one
   * @throws DiagnosticException if what it builds has errors, or no profile of the new name
   */
  public static HashedProfile of(String plainName, Function<String, ProfileFile> build) {
    String name = plainName + '-' + hash(print(plainName, build));
    SourceText text = print(name, build);
    ParseResult<ProfileFile> parsed = parse(text);
    if (parsed.model().profiles().stream().noneMatch(profile -> profile.name().equals(name))) {
      throw refused(parsed, "the profile " + name + " is not among those that were built");
    }
    return new HashedProfile(plainName, name, text);
  }

  private static SourceText print(String name, Function<String, ProfileFile> build) {
    return SourceText.of(name, ProfilePrinter.print(build.apply(name)));
  }

  private static ParseResult<ProfileFile> parse(SourceText text) {
    ParseResult<ProfileFile> parsed = ProfileParser.parse(text);
    List<Diagnostic> errors = Diagnostic.errors(parsed.diagnostics());
    if (!errors.isEmpty()) {
      throw new DiagnosticException(errors);
    }
    return parsed;
  }

  private static DiagnosticException refused(ParseResult<ProfileFile> parsed, String message) {
    return new DiagnosticException(
        List.of(
            Diagnostic.of(
                KubernetesProblem.NOT_HASHABLE,
                SourcePlace.of(parsed.source(), new SourceSpan(0, 0)),
                message)));
  }

  /** Returns a rule that has the name as a label or a target; {@code null} if there is none. */
  private static @Nullable Rule naming(Profile profile, String name) {
    Pattern pattern =
        Pattern.compile("(=|-> ?)\"?" + Pattern.quote(name) + "(//[^\\s,)\"]*)?[\\s,)\"]");
    for (Rule rule : profile.rules()) {
      if (pattern.matcher(rule + " ").find()) {
        return rule;
      }
    }
    for (Profile child : profile.children()) {
      Rule found = naming(child, name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static String hash(SourceText text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(SourceText.encode(text.text()));
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * Returns a reference to the profile, which something else has to load, such as an agent on each
   * node.
   */
  public ProfileRef.Named reference() {
    return ProfileRef.external(name);
  }
}
