package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.Condition;
import io.github.apparmor4j.profile.Conditional;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.Include;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
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
     * 16 Mi characters, or as many as the heap has bytes divided by 128, since a character's model
     * takes some fifty; words of 256 Ki characters, 3000 levels, 1000 errors: far beyond every real
     * profile.
     */
    public static final Limits DEFAULT =
        new Limits(
            (int) Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 128),
            256 << 10,
            3000,
            1000);
  }

  /** How deep profiles may nest, whatever else does. */
  private static final int MAX_PROFILES = 1000;

  private final SourceText source;
  private final Limits limits;
  private final RuleScanner in;
  private final ConditionParser conditions;
  private final PreambleParser preamble;
  private final IdentityHashMap<Object, SourceSpan> spans = new IdentityHashMap<>();
  private final IdentityHashMap<Profile, ProfileHeader> headers = new IdentityHashMap<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final Deque<Open> open = new ArrayDeque<>();
  private int profiles;
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
    parser.all(() -> parser.bodyElement(elements), false);
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
    boolean preamble = !(element instanceof Profile) && !(element instanceof Include);
    if (preamble && !(element instanceof Comment) && endInProfile(to)) {
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
    if (!profile(false)) {
      throw new ParseFailure(
          ParseProblem.NOT_A_PROFILE,
          in.here(),
          "expected a profile or a preamble rule" + in.found(),
          "did you mean 'profile " + (keyword.isEmpty() ? "NAME" : keyword) + " {'?");
    }
    return (Profile) whole();
  }

  /** Returns whether the last element that is no comment or include is a profile. */
  private static boolean endInProfile(List<FileElement> elements) {
    int last = elements.size() - 1;
    while (last >= 0
        && (elements.get(last) instanceof Comment || elements.get(last) instanceof Include)) {
      last--;
    }
    return last >= 0 && elements.get(last) instanceof Profile;
  }

  // ---- profiles

  /**
   * Reads the header of the profile at the cursor, and opens its body; returns whether there is
   * one.
   */
  private boolean profile(boolean inside) {
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
      if (inside
          || (in.peek() != '/' && in.peek() != '"' && in.peek() != ':' && in.peek() != '@')) {
        return false;
      }
    }
    boolean caret = kind == Profile.Kind.HAT && in.text.charAt(start) == '^';
    if (!caret) {
      in.skipInLine(); // the name stands on the keyword's line, and no comment before it
    }
    if (in.peek() == '=' && !caret) {
      throw new ParseFailure(
          ParseProblem.NOT_A_PROFILE_NAME,
          in.here(),
          "a name in quotes alone can begin with '='",
          null);
    }
    Word name = in.word("a profile's name");
    in.skip();
    if (!keyword && !name.text().startsWith("/") && !name.text().startsWith(":")) {
      throw new ParseFailure(
          ParseProblem.MISSING_PROFILE_KEYWORD,
          name.span(),
          "without the word 'profile' a name starts with '/': " + name.text(),
          "write 'profile " + name.text() + " {'");
    }
    if (!Profile.isName(name.text())) {
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
    Profile.Kind k = kind;
    String a = attachment;
    checkDepth(profiles, MAX_PROFILES, "profiles");
    profiles++;
    open(
        start,
        elements -> {
          profiles--;
          Profile profile =
              in.built(
                  start, () -> new Profile(k, name.text(), a, xattrs, identities, flags, elements));
          headers.put(
              profile,
              new ProfileHeader(hasKeyword, name.span(), flagList, places, headerEnd, brace));
          return profile;
        });
    return true;
  }

  // ---- bodies: those that are open stand on a stack, so that no depth of them takes a thread's

  /** Makes an element of a body; returns {@code null} if it opened another body of the same. */
  @FunctionalInterface
  private interface Ending {
    @Nullable ProfileElement element(List<ProfileElement> elements);
  }

  /** A body that is being read; the element that it belongs to begins at the offset. */
  private record Open(
      int start,
      SourceSpan brace,
      List<Scanner.Seen> inHeader,
      List<ProfileElement> elements,
      Ending ending) {}

  private void checkDepth(int depth, int limit, String what) {
    if (depth >= limit) {
      SourceSpan here = in.here();
      in.pos = in.text.length();
      errors = Math.max(errors, limits.diagnostics() - 1); // nothing more to say
      throw new ParseFailure(
          ParseProblem.TOO_DEEP, here, what + " nest deeper than the limit of " + limit, null);
    }
  }

  /** Opens the body whose brace is at the cursor. */
  private void open(int start, Ending ending) {
    checkDepth(open.size(), limits.depth(), "blocks");
    SourceSpan brace = in.here();
    in.advance(1);
    open.push(new Open(start, brace, in.takeComments(), new ArrayList<>(), ending));
  }

  /** Reads the open bodies to their ends, and returns the element of the outermost one. */
  private ProfileElement whole() {
    while (true) {
      Open body = open.element();
      in.skip();
      if (in.peek() != '}') {
        comments(body.elements()::add);
        if (!in.atEnd() && errors < limits.diagnostics()) {
          int start = in.pos;
          try {
            bodyElement(body.elements());
          } catch (ParseFailure failure) {
            recover(failure, start, body);
          }
          continue;
        }
        if (errors < limits.diagnostics()) {
          report(
              ParseProblem.UNCLOSED_BLOCK,
              body.brace(),
              "unbalanced '{': the block is never closed",
              null);
        }
        in.pos = in.text.length();
      } else {
        comments(body.elements()::add);
        in.advance(1);
      }
      ProfileElement element = close(open.pop());
      if (element != null && open.isEmpty()) {
        return element;
      }
    }
  }

  /** Ends a body, and adds its element to the body around it, if there is one. */
  private @Nullable ProfileElement close(Open body) {
    try {
      ProfileElement element = body.ending().element(finished(body));
      if (element != null && !open.isEmpty()) {
        add(element, body.start(), open.element().elements());
      }
      return element;
    } catch (ParseFailure failure) {
      if (open.isEmpty()) {
        throw failure;
      }
      recover(failure, body.start(), open.element());
      return null;
    }
  }

  private void recover(ParseFailure failure, int start, Open body) {
    report(failure);
    in.takeComments();
    recover(failure, start, false);
    unrecognized(failure, start, body.elements());
  }

  private List<ProfileElement> finished(Open body) {
    List<ProfileElement> elements = body.elements();
    // The header's comments go after a comment that follows the brace, which must stay on its line.
    boolean trails =
        !elements.isEmpty() && elements.get(0) instanceof Comment first && first.trailing();
    List<ProfileElement> moved = new ArrayList<>();
    for (Scanner.Seen seen : body.inHeader()) {
      Comment comment = new Comment(seen.comment().text(), false);
      spans.put(comment, seen.span());
      moved.add(comment);
    }
    elements.addAll(trails ? 1 : 0, moved);
    return untangled(elements, false);
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

  /** Reads an element of a body; one with a body of its own is opened only, unless none is open. */
  private void bodyElement(List<ProfileElement> to) {
    comments(to::add);
    if (in.atEnd()) {
      return;
    }
    int start = in.pos;
    boolean isOutermost = open.isEmpty();
    ProfileElement element = bodyElement();
    if (element == null && isOutermost) {
      element = whole();
    }
    if (element != null) {
      add(element, start, to);
    }
  }

  private void add(ProfileElement element, int start, List<ProfileElement> to) {
    at(start, element);
    in.takeWarnings().forEach(this::report);
    lineOrder(to, element instanceof Rule, () -> to.add(element));
  }

  private @Nullable ProfileElement bodyElement() {
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
    if ((c == '^' || keyword.equals("profile") || keyword.equals("hat")) && profile(true)) {
      return null;
    }
    int start = in.pos;
    if (in.passKeyword("if")) {
      branch(start, new ArrayList<>());
      return null;
    }
    Qualifiers qualifiers = RuleParser.qualifiers(in);
    if (in.peek() == '{') {
      open(start, elements -> in.built(start, () -> new RuleBlock(qualifiers, elements)));
      return null;
    }
    return RuleParser.rule(in, qualifiers, start);
  }

  /** Reads a condition, and opens the branch for it. */
  private void branch(int start, List<Conditional.Branch> branches) {
    Condition condition = conditions.condition();
    checkBrace();
    open(
        start,
        elements -> {
          branches.add(new Conditional.Branch(condition, elements));
          return atElse()
              ? otherwise(start, branches)
              : in.built(start, () -> new Conditional(branches, null));
        });
  }

  /** Opens the branch after an {@code else}, which is at the cursor. */
  private @Nullable ProfileElement otherwise(int start, List<Conditional.Branch> branches) {
    in.skip();
    in.acceptKeyword("else");
    if (in.passKeyword("if")) {
      branch(start, branches);
    } else {
      checkBrace();
      open(start, elements -> in.built(start, () -> new Conditional(branches, elements)));
    }
    return null;
  }

  private void checkBrace() {
    if (in.peek() != '{') {
      throw new ParseFailure(ParseProblem.UNEXPECTED, in.here(), "expected '{'" + in.found(), null);
    }
  }

  /** Returns whether {@code else} follows after blanks and comments, without moving. */
  private boolean atElse() {
    Scanner ahead = in.ahead();
    ahead.skip();
    return ahead.passKeyword("else") && Scanner.isBlank(ahead.peek());
  }
}
