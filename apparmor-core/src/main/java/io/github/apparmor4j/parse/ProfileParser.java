package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.Condition;
import io.github.apparmor4j.profile.Conditional;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleBlock;
import io.github.apparmor4j.profile.UnrecognizedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A parser of profile files. The static methods are thread-safe; complexity is linear in the text.
 *
 * <p>A problem ends the reading of the rule or block that it is in. Reading goes on after that, so
 * that one run reports all problems.
 *
 * <pre>{@code
 * SourceText source = SourceText.of("web", "profile web { /srv/www/** r, }");
 * ParseResult<ProfileFile> result = ProfileParser.parse(source);
 * result.diagnostics().forEach(problem -> System.err.print(problem.render()));
 * ProfileFile file = result.orThrow();
 * }</pre>
 */
public final class ProfileParser {

  /**
   * The limits on what a text may demand of the parser. A text beyond them gets a diagnostic.
   *
   * @param characters the most characters of a text
   * @param word the most characters of a word
   * @param depth the deepest nesting of profiles, blocks and conditions
   * @param diagnostics the number of errors after which reading stops; so many warnings are kept
   */
  public record Limits(int characters, int word, int depth, int diagnostics) {

    /**
     * 16 Mi characters, words of 256 Ki characters, 32 levels, 1000 diagnostics: far beyond every
     * real profile.
     */
    public static final Limits DEFAULT = new Limits(16 << 20, 256 << 10, 32, 1000);
  }

  private final SourceText source;
  private final Limits limits;
  private final RuleScanner in;
  private final ConditionParser conditions;
  private final PreambleParser preamble;
  private final IdentityHashMap<Object, SourceSpan> spans = new IdentityHashMap<>();
  private final IdentityHashMap<Profile, ProfileHeader> headers = new IdentityHashMap<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private int errors;
  private int warnings;

  private ProfileParser(SourceText source, Limits limits) {
    this.source = source;
    this.limits = limits;
    this.in = new RuleScanner(source.text(), limits.word());
    this.conditions = new ConditionParser(in, limits.depth());
    this.preamble = new PreambleParser(in, conditions);
  }

  /**
   * Reads a file: a preamble, then profiles. The result holds the problems of the text; none is
   * thrown.
   */
  public static ParseResult<ProfileFile> parse(SourceText source) {
    return parse(source, Limits.DEFAULT);
  }

  /** Reads a file as {@link #parse(SourceText)} does, with other limits. */
  public static ParseResult<ProfileFile> parse(SourceText source, Limits limits) {
    ProfileParser parser = new ProfileParser(source, limits);
    List<FileElement> elements = new ArrayList<>();
    parser.all(() -> parser.fileElement(elements), true);
    return parser.result(new ProfileFile(parser.untangled(elements, true)));
  }

  /** Reads the inside of a profile: a text that an {@code include} in a profile names. */
  public static ParseResult<List<ProfileElement>> parseBody(SourceText source) {
    ProfileParser parser = new ProfileParser(source, Limits.DEFAULT);
    List<ProfileElement> elements = new ArrayList<>();
    parser.all(() -> parser.bodyElement(elements, 0), false);
    return parser.result(parser.untangled(elements, true));
  }

  /**
   * Reads a file.
   *
   * @param text its content; messages name it {@code profile}
   * @throws DiagnosticException with every problem, if one of them is an error
   */
  public static ProfileFile parseOrThrow(String text) {
    return parse(SourceText.of("profile", text)).orThrow();
  }

  private <M> ParseResult<M> result(M model) {
    diagnostics.sort(Comparator.comparing(d -> d.place().span().start()));
    return new ParseResult<>(source, model, spans, headers, diagnostics);
  }

  /**
   * Returns the elements that could be read. A trailing comment moves to a line of its own if the
   * element before it on its line could not be read.
   *
   * @param taken whether no trailing comment can come first, since nothing stands before the first
   *     element on its line
   */
  private <E> List<E> untangled(List<E> elements, boolean taken) {
    List<E> kept = new ArrayList<>(elements.size());
    boolean lineTaken = taken;
    for (E element : elements) {
      boolean isComment = element instanceof Comment;
      kept.add(lineTaken && isComment ? ownLine(element) : element);
      lineTaken = isComment;
    }
    return List.copyOf(kept);
  }

  private <E> E ownLine(E element) {
    if (!(element instanceof Comment comment) || !comment.trailing()) {
      return element;
    }
    Comment alone = new Comment(comment.text(), false);
    SourceSpan span = spans.get(comment);
    if (span != null) {
      spans.put(alone, span);
    }
    @SuppressWarnings("unchecked")
    E moved = (E) alone;
    return moved;
  }

  /** Reads elements to the end of the text. */
  private void all(Runnable element, boolean isFile) {
    if (source.text().length() > limits.characters()) {
      report(
          ParseProblem.TEXT_TOO_LONG,
          new SourceSpan(0, 0),
          source.text().length() + " characters are over the limit of " + limits.characters(),
          null);
      return;
    }
    in.skip();
    while (!in.atEnd() && errors < limits.diagnostics()) {
      int start = in.pos;
      try {
        element.run();
      } catch (ParseFailure failure) {
        report(failure);
        recover(failure, start, isFile);
      }
      in.skip();
      if (in.peek() == '}') {
        report(
            ParseProblem.UNOPENED_BLOCK, in.here(), "unbalanced '}': no block is open here", null);
        in.advance(1);
        in.skip();
      }
    }
    element.run();
  }

  /** Goes past an element that could not be read. */
  private void recover(ParseFailure failure, int start, boolean isFile) {
    int lineEnd = in.text.indexOf('\n', in.lastEnd);
    boolean onAnotherLine = lineEnd >= 0 && lineEnd < in.pos;
    if (failure.kind == ParseProblem.MISSING_COMMA && onAnotherLine) {
      in.lastEnd = in.pos; // only its comma is missing; the next element begins here
    } else if (failure.kind != ParseProblem.COMMA_AFTER_INCLUDE && endsWithItsLine(start, isFile)) {
      in.pos = Math.max(start, in.lastEnd);
      in.recoverInLine();
    } else {
      in.recover(start);
    }
  }

  /** Returns whether the element at an offset ends with its line, not with a comma. */
  private boolean endsWithItsLine(int start, boolean isFile) {
    int at = in.pos;
    in.pos = start;
    boolean ends =
        preamble.atInclude() || (isFile && (in.peek() == '$' || preamble.atAssignment()));
    in.pos = at;
    return ends;
  }

  private void report(ParseFailure failure) {
    report(failure.kind, failure.span, String.valueOf(failure.getMessage()), failure.help);
  }

  private void report(ParseProblem kind, SourceSpan span, String message, @Nullable String help) {
    boolean error = kind.severity() == Diagnostic.Severity.ERROR;
    errors += error ? 1 : 0;
    warnings += error ? 0 : 1;
    if (error || warnings <= limits.diagnostics()) {
      Diagnostic diagnostic = Diagnostic.of(kind, SourcePlace.of(source, span), message);
      diagnostics.add(help == null ? diagnostic : diagnostic.withHelp(help));
    }
  }

  private <T> T at(int start, T element) {
    spans.put(element, in.from(start));
    return element;
  }

  private void comments(Consumer<Comment> to) {
    for (Scanner.Seen seen : in.takeComments()) {
      spans.put(seen.comment(), seen.span());
      to.accept(seen.comment());
    }
  }

  // ---- outside of profiles

  private void fileElement(List<FileElement> to) {
    comments(to::add);
    if (in.atEnd()) {
      return;
    }
    int start = in.pos;
    FileElement element = fileElement();
    at(start, element);
    in.takeWarnings().forEach(this::report);
    if (!(element instanceof Profile) && !(element instanceof Comment) && endInProfile(to)) {
      report(
          ParseProblem.LATE_PREAMBLE_RULE,
          in.from(start),
          "this must stand before the first profile of the file",
          null);
      return;
    }
    lineOrder(to, false, () -> to.add(element));
  }

  // Comments inside an element were passed while it was read. They go before it, on lines of their
  // own.
  private <E> void lineOrder(List<? super E> to, boolean inRule, Runnable add) {
    List<Scanner.Seen> inside = in.takeComments();
    for (Scanner.Seen seen : inside) {
      if (seen.span().start() >= in.lastEnd) {
        in.giveBack(seen); // it stands after the element
        continue;
      }
      @SuppressWarnings("unchecked")
      E comment = (E) new Comment(seen.comment().text(), false);
      spans.put(comment, seen.span());
      to.add(comment);
      if (inRule) {
        report(
            ParseProblem.COMMENT_IN_RULE,
            seen.span(),
            "a comment inside a rule, which tools that go by lines read wrongly",
            null);
      }
    }
    add.run();
  }

  private FileElement fileElement() {
    int start = in.pos;
    if (preamble.atInclude()) {
      return preamble.include();
    }
    if (preamble.atAssignment()) {
      return preamble.assignment();
    }
    if (in.passKeyword("abi")) {
      return preamble.abi();
    }
    String keyword = in.peekKeyword();
    if (in.acceptKeyword("alias") || in.acceptKeyword("rewrite")) {
      return preamble.alias(start);
    }
    if (in.peek() == '$') {
      return preamble.booleanAssignment();
    }
    Profile profile = profile(0);
    if (profile == null) {
      throw new ParseFailure(
          ParseProblem.NOT_A_PROFILE,
          in.here(),
          "expected a profile or a preamble rule" + in.found(),
          "did you mean 'profile " + (keyword.isEmpty() ? "NAME" : keyword) + " {'?");
    }
    return profile;
  }

  /** Returns whether the last element that is not a comment is a profile. */
  private static boolean endInProfile(List<FileElement> elements) {
    int last = elements.size() - 1;
    while (last >= 0 && elements.get(last) instanceof Comment) {
      last--;
    }
    return last >= 0 && elements.get(last) instanceof Profile;
  }

  // ---- profiles

  /** Reads the profile at the cursor; returns {@code null}, without moving, if there is none. */
  private @Nullable Profile profile(int depth) {
    int start = in.pos;
    Profile.Kind kind = Profile.Kind.PROFILE;
    boolean keyword = true;
    if (in.peek() == '^') {
      in.advance(1);
      kind = Profile.Kind.HAT;
    } else if (in.passKeyword("hat")) {
      kind = Profile.Kind.HAT;
    } else if (!in.passKeyword("profile")) {
      keyword = false;
      if (depth > 0
          || (in.peek() != '/' && in.peek() != '"' && in.peek() != ':' && in.peek() != '@')) {
        return null;
      }
    }
    in.skipInLine(); // the name stands on the keyword's line, and no comment before it
    Word name = in.word("a profile's name");
    in.skip();
    if (!keyword && !name.text().startsWith("/") && !name.text().startsWith(":")) {
      throw new ParseFailure(
          ParseProblem.MISSING_PROFILE_KEYWORD,
          name.span(),
          "without the word 'profile' a name starts with '/': " + name.text(),
          "write 'profile " + name.text() + " {'");
    }
    if (name.text().startsWith("&")
        || (name.text().startsWith(":") && !name.text().matches("(?s):[^:]+:[^:]+"))) {
      throw new ParseFailure(
          ParseProblem.NOT_A_PROFILE_NAME,
          name.span(),
          "not a valid profile name: '" + name.text() + "'",
          null);
    }
    String attachment = null;
    if (in.peek() == '/' || in.peek() == '"' || (in.peek() == '@' && in.peek(1) == '{')) {
      FileParser.notAssigned(in);
      attachment = in.word("an attachment").text();
      in.skip();
    }
    List<Profile.XattrMatch> xattrs = HeaderParser.xattrs(in);
    List<String> identities = HeaderParser.identities(in);
    List<ProfileHeader.Flag> places = new ArrayList<>();
    int flagsStart = in.pos;
    List<ProfileFlag> flags = HeaderParser.flags(in, places);
    SourceSpan flagList = flags.isEmpty() ? null : in.from(flagsStart);
    int headerEnd = in.lastEnd;
    int brace = in.pos;
    boolean hasKeyword = keyword;
    if (in.peek() != '{') {
      throw new ParseFailure(
          ParseProblem.MISSING_BODY,
          in.here(),
          "expected '{' for the profile's body" + in.found(),
          null);
    }
    List<ProfileElement> elements = block(depth);
    Profile.Kind k = kind;
    String a = attachment;
    Profile profile =
        in.built(start, () -> new Profile(k, name.text(), a, xattrs, identities, flags, elements));
    headers.put(
        profile, new ProfileHeader(hasKeyword, name.span(), flagList, places, headerEnd, brace));
    return profile;
  }

  /** Reads a body with its braces; the opening one is at the cursor. */
  private List<ProfileElement> block(int depth) {
    if (depth >= limits.depth()) {
      SourceSpan here = in.here();
      in.pos = in.text.length();
      throw new ParseFailure(
          ParseProblem.TOO_DEEP,
          here,
          "blocks nest deeper than the limit of " + limits.depth(),
          null);
    }
    SourceSpan open = in.here();
    in.advance(1);
    List<ProfileElement> elements = new ArrayList<>();
    List<Scanner.Seen> inHeader = in.takeComments();
    body(elements, depth, open);
    // The header's comments go after a comment that follows the brace, which must stay on its line.
    boolean trails =
        !elements.isEmpty() && elements.get(0) instanceof Comment first && first.trailing();
    List<ProfileElement> moved = new ArrayList<>();
    for (Scanner.Seen seen : inHeader) {
      Comment comment = new Comment(seen.comment().text(), false);
      spans.put(comment, seen.span());
      moved.add(comment);
    }
    elements.addAll(trails ? 1 : 0, moved);
    return untangled(elements, false);
  }

  private void body(List<ProfileElement> elements, int depth, SourceSpan open) {
    in.skip();
    while (in.peek() != '}') {
      comments(elements::add);
      if (in.atEnd() || errors >= limits.diagnostics()) {
        if (errors < limits.diagnostics()) {
          report(
              ParseProblem.UNCLOSED_BLOCK, open, "unbalanced '{': the block is never closed", null);
        }
        in.pos = in.text.length();
        return;
      }
      int start = in.pos;
      try {
        bodyElement(elements, depth);
      } catch (ParseFailure failure) {
        report(failure);
        in.takeComments();
        recover(failure, start, false);
        unrecognized(failure, start, elements);
      }
      in.skip();
    }
    comments(elements::add);
    in.advance(1);
  }

  /**
   * Keeps the text of a rule with an unknown keyword, if it ends in a comma and holds no {@code #}.
   */
  private void unrecognized(ParseFailure failure, int start, List<ProfileElement> to) {
    String text = in.text.substring(start, in.pos);
    if (failure.kind == ParseProblem.UNKNOWN_KEYWORD
        && text.endsWith(",")
        && text.indexOf('#') < 0) {
      String body = text.substring(0, text.length() - 1).strip();
      if (!body.isEmpty()) {
        to.add(at(start, new UnrecognizedRule(body)));
      }
    }
  }

  private void bodyElement(List<ProfileElement> to, int depth) {
    comments(to::add);
    if (in.atEnd()) {
      return;
    }
    int start = in.pos;
    ProfileElement element = bodyElement(depth + 1);
    at(start, element);
    in.takeWarnings().forEach(this::report);
    lineOrder(to, element instanceof Rule, () -> to.add(element));
  }

  private ProfileElement bodyElement(int depth) {
    if (in.peek() == '/' || in.peek() == '@') {
      return RuleParser.rule(in, Qualifiers.NONE, in.pos); // most elements: the fast way
    }
    if (preamble.atInclude()) {
      return preamble.include();
    }
    if (in.passKeyword("abi")) {
      return preamble.abi();
    }
    char c = in.peek();
    String keyword = in.peekKeyword();
    if (c == '^' || keyword.equals("profile") || keyword.equals("hat")) {
      Profile profile = profile(depth);
      if (profile != null) {
        return profile;
      }
    }
    if (in.passKeyword("if")) {
      return conditional(depth);
    }
    int start = in.pos;
    Qualifiers qualifiers = RuleParser.qualifiers(in);
    if (in.peek() == '{') {
      List<ProfileElement> elements = block(depth);
      return in.built(start, () -> new RuleBlock(qualifiers, elements));
    }
    return RuleParser.rule(in, qualifiers, start);
  }

  private Conditional conditional(int depth) {
    int start = in.pos;
    List<Conditional.Branch> branches = new ArrayList<>();
    List<ProfileElement> otherwise = null;
    do {
      Condition condition = conditions.condition();
      branches.add(new Conditional.Branch(condition, conditionalBlock(depth)));
      if (!atElse()) {
        break;
      }
      in.skip();
      in.acceptKeyword("else");
      if (!in.passKeyword("if")) {
        otherwise = conditionalBlock(depth);
        break;
      }
    } while (true);
    List<ProfileElement> last = otherwise;
    return in.built(start, () -> new Conditional(branches, last));
  }

  private List<ProfileElement> conditionalBlock(int depth) {
    if (in.peek() != '{') {
      throw new ParseFailure(ParseProblem.UNEXPECTED, in.here(), "expected '{'" + in.found(), null);
    }
    return block(depth);
  }

  /** Returns whether {@code else} follows after blanks and comments, without moving. */
  private boolean atElse() {
    Scanner ahead = in.ahead();
    ahead.skip();
    return ahead.passKeyword("else") && Scanner.isBlank(ahead.peek());
  }
}
