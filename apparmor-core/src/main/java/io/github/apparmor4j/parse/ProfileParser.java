package io.github.apparmor4j.parse;

import io.github.apparmor4j.parse.Scanner.Word;
import io.github.apparmor4j.profile.AbiRule;
import io.github.apparmor4j.profile.Alias;
import io.github.apparmor4j.profile.BooleanAssignment;
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
import io.github.apparmor4j.profile.RuleBlock;
import io.github.apparmor4j.profile.UnrecognizedRule;
import io.github.apparmor4j.profile.VariableAssignment;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads profile files. The static methods are thread-safe; complexity is linear in the text.
 *
 * <p>A problem ends the reading of the rule or block that it is in; reading goes on after it, so
 * that one run reports all problems.
 */
public final class ProfileParser {

  /**
   * What a text may demand of the parser; beyond it there is a diagnostic.
   *
   * @param characters of the text
   * @param word characters of one word
   * @param depth profiles inside profiles
   * @param diagnostics after which reading stops
   */
  public record Limits(int characters, int word, int depth, int diagnostics) {

    /**
     * 16 Mi characters, words of 256 Ki, 32 levels, 1000 diagnostics: far beyond every real
     * profile.
     */
    public static final Limits DEFAULT = new Limits(16 << 20, 256 << 10, 32, 1000);
  }

  private static final List<VariableAssignment.Operator> OPERATORS =
      List.of(VariableAssignment.Operator.values());

  private final SourceText source;
  private final Limits limits;
  private final RuleScanner in;
  private final ConditionParser conditions;
  private final IdentityHashMap<Object, SourceSpan> spans = new IdentityHashMap<>();
  private final IdentityHashMap<Profile, ProfileHeader> headers = new IdentityHashMap<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();

  private ProfileParser(SourceText source, Limits limits) {
    this.source = source;
    this.limits = limits;
    this.in = new RuleScanner(source.text(), limits.word());
    this.conditions = new ConditionParser(in, limits.depth());
  }

  /** Reads a file: a preamble, then profiles. */
  public static ParseResult<ProfileFile> parse(SourceText source) {
    return parse(source, Limits.DEFAULT);
  }

  /** Reads a file with other limits. */
  public static ParseResult<ProfileFile> parse(SourceText source, Limits limits) {
    ProfileParser parser = new ProfileParser(source, limits);
    List<FileElement> elements = new ArrayList<>();
    parser.all(() -> parser.fileElement(elements), true);
    return parser.result(new ProfileFile(parser.untangled(elements, true)));
  }

  /** Reads what a profile's {@code include} names: the inside of a profile. */
  public static ParseResult<List<ProfileElement>> parseBody(SourceText source) {
    ProfileParser parser = new ProfileParser(source, Limits.DEFAULT);
    List<ProfileElement> elements = new ArrayList<>();
    parser.all(() -> parser.bodyElement(elements, 0), false);
    return parser.result(parser.untangled(elements, true));
  }

  /**
   * Reads a file.
   *
   * @throws DiagnosticException with every problem, if there is an error
   */
  public static ProfileFile parseOrThrow(String text) {
    return parse(SourceText.of("profile", text)).orThrow();
  }

  private <M> ParseResult<M> result(M model) {
    diagnostics.sort(Comparator.comparing(d -> d.place().span().start()));
    return new ParseResult<>(source, model, spans, headers, diagnostics);
  }

  /**
   * Returns elements without those that couldn't be read, whose comments stand alone now: where
   * nothing is left before a trailing comment on its line, it is one of a line of its own.
   *
   * @param taken whether nothing stands before the first element on its line
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
    while (!in.atEnd() && diagnostics.size() < limits.diagnostics()) {
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
      in.lastEnd = in.pos; // it was read but for its comma; here the next one begins
    } else if (failure.kind != ParseProblem.COMMA_AFTER_INCLUDE && endsWithItsLine(start, isFile)) {
      in.recoverInLine();
    } else {
      in.recover(start);
    }
  }

  /** Returns whether the element at an offset has no comma at its end. */
  private boolean endsWithItsLine(int start, boolean isFile) {
    int at = in.pos;
    in.pos = start;
    boolean ends = atInclude() || (isFile && (in.peek() == '$' || atAssignment()));
    in.pos = at;
    return ends;
  }

  private void report(ParseFailure failure) {
    report(failure.kind, failure.span, String.valueOf(failure.getMessage()), failure.help);
  }

  private void report(ParseProblem kind, SourceSpan span, String message, @Nullable String help) {
    Diagnostic diagnostic = Diagnostic.of(kind, SourcePlace.of(source, span), message);
    diagnostics.add(help == null ? diagnostic : diagnostic.withHelp(help));
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
    if (!(element instanceof Profile) && !(element instanceof Comment) && endInProfile(to)) {
      report(
          ParseProblem.LATE_PREAMBLE_RULE,
          in.from(start),
          "this must stand before the first profile of the file",
          "move it up");
      return;
    }
    lineOrder(to, () -> to.add(element));
  }

  // Comments that stood inside an element were passed while it was read; they go before it, on
  // lines of their own.
  private <E> void lineOrder(List<? super E> to, Runnable add) {
    List<Scanner.Seen> inside = in.takeComments();
    for (Scanner.Seen seen : inside) {
      if (seen.span().start() >= in.lastEnd) {
        in.giveBack(seen); // after the element
        continue;
      }
      @SuppressWarnings("unchecked")
      E comment = (E) new Comment(seen.comment().text(), false);
      spans.put(comment, seen.span());
      to.add(comment);
    }
    add.run();
  }

  private FileElement fileElement() {
    int start = in.pos;
    if (atInclude()) {
      return include();
    }
    if (atAssignment()) {
      return assignment();
    }
    if (in.acceptKeyword("abi")) {
      return abi();
    }
    String keyword = in.peekKeyword();
    if (in.acceptKeyword("alias") || in.acceptKeyword("rewrite")) {
      return alias(start);
    }
    if (in.peek() == '$') {
      return booleanAssignment();
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

  private boolean atAssignment() {
    if (in.peek() != '@') {
      return false;
    }
    if (in.peek(1) != '{') {
      return Character.isLetter(in.peek(1));
    }
    int close = in.text.indexOf('}', in.pos);
    if (close < 0) {
      return false;
    }
    int at = behindBlanks(close + 1);
    return OPERATORS.stream().anyMatch(operator -> in.text.startsWith(operator.toString(), at));
  }

  /** Returns whether there is a profile among elements; after it are only others and comments. */
  private static boolean endInProfile(List<FileElement> elements) {
    int last = elements.size() - 1;
    while (last >= 0 && elements.get(last) instanceof Comment) {
      last--;
    }
    return last >= 0 && elements.get(last) instanceof Profile;
  }

  private int behindBlanks(int from) {
    int at = from;
    while (at < in.text.length() && (in.text.charAt(at) == ' ' || in.text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  private boolean atInclude() {
    return in.atHashInclude()
        || (in.text.startsWith("include", in.pos) && Scanner.isBlank(in.peek(7)));
  }

  private Include include() {
    int start = in.pos;
    in.advance(in.peek() == '#' ? 8 : 7);
    in.skip();
    boolean ifExists = false;
    if (in.text.startsWith("if", in.pos) && Scanner.isBlank(in.peek(2))) {
      in.accept("if");
      if (!in.acceptKeyword("exists")) {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED,
            in.here(),
            "expected 'exists'" + in.found(),
            "include if exists <path>");
      }
      ifExists = true;
    }
    boolean exists = ifExists;
    boolean searched = in.peek() == '<';
    String path = named();
    if (in.peek() == ',') {
      throw new ParseFailure(
          ParseProblem.COMMA_AFTER_INCLUDE,
          in.here(),
          "an include has no ',' at its end",
          "drop ','");
    }
    return in.built(start, () -> new Include(path, searched, exists));
  }

  /** Reads {@code <path>}, {@code "path"} or {@code path}. */
  private String named() {
    if (in.peek() != '<') {
      return in.word("a file").text();
    }
    int end = in.pos;
    while (end < in.text.length() && in.text.charAt(end) != '>' && in.text.charAt(end) != '\n') {
      end++;
    }
    if (end >= in.text.length() || in.text.charAt(end) == '\n') {
      throw new ParseFailure(
          ParseProblem.UNCLOSED_INCLUDE,
          new SourceSpan(in.pos, end),
          "'<' is not closed",
          "add '>'");
    }
    String path = in.text.substring(in.pos + 1, end).strip();
    in.advance(end + 1 - in.pos);
    if (path.length() > 1 && path.startsWith("\"") && path.endsWith("\"")) {
      path = path.substring(1, path.length() - 1);
    }
    return path;
  }

  private AbiRule abi() {
    int start = in.pos;
    boolean searched = in.peek() == '<';
    String path = named();
    in.skip();
    comma("an abi rule");
    return in.built(start, () -> new AbiRule(path, searched));
  }

  private VariableAssignment assignment() {
    int start = in.pos;
    in.advance(1);
    boolean braces = in.peek() == '{';
    if (braces) {
      in.advance(1);
    }
    int end = in.pos;
    while (end < in.text.length()
        && (Character.isLetterOrDigit(in.text.charAt(end)) || in.text.charAt(end) == '_')) {
      end++;
    }
    String name = in.text.substring(in.pos, end);
    in.advance(end - in.pos);
    if (braces) {
      if (in.peek() != '}') {
        throw new ParseFailure(
            ParseProblem.NOT_A_VARIABLE_NAME,
            in.here(),
            "a variable's name has letters, digits and '_'",
            null);
      }
      in.advance(1);
    }
    VariableAssignment.Operator operator = operator();
    List<String> values = new ArrayList<>();
    while (true) {
      in.skipInLine();
      if (in.peek() == '\\' && (in.peek(1) == '\n' || (in.peek(1) == '\r' && in.peek(2) == '\n'))) {
        in.pos += in.peek(1) == '\n' ? 2 : 3;
        continue;
      }
      if (in.atEnd() || in.peek() == '\n' || in.peek() == '#') {
        break;
      }
      if (in.peek() == ',') {
        throw new ParseFailure(
            ParseProblem.COMMA_BETWEEN_VALUES,
            in.here(),
            "a variable's values are separated by blanks",
            "drop ','");
      }
      values.add(in.word("a value").text());
    }
    if (values.isEmpty()) {
      throw new ParseFailure(
          ParseProblem.VARIABLE_WITHOUT_VALUES,
          in.from(start),
          "@{" + name + "} gets no value",
          "write \"\" for none");
    }
    return in.built(start, () -> new VariableAssignment(name, operator, values));
  }

  private VariableAssignment.Operator operator() {
    in.skipInLine();
    for (VariableAssignment.Operator operator : OPERATORS) {
      if (in.text.startsWith(operator.toString(), in.pos)
          && (operator != VariableAssignment.Operator.OVERRIDE || Scanner.isBlank(in.peek(-1)))) {
        in.advance(operator.toString().length());
        return operator;
      }
    }
    throw new ParseFailure(ParseProblem.UNEXPECTED, in.here(), "expected '='" + in.found(), null);
  }

  private BooleanAssignment booleanAssignment() {
    int start = in.pos;
    String name = conditions.booleanName();
    VariableAssignment.Operator operator = operator();
    in.skipInLine();
    Condition value = conditions.condition();
    return in.built(start, () -> new BooleanAssignment(name, operator, value));
  }

  private Alias alias(int start) {
    Word from = in.word("a path");
    in.skip();
    in.expect("->");
    Word to = in.word("a path");
    in.skip();
    comma("an alias");
    return in.built(start, () -> new Alias(from.text(), to.text()));
  }

  private void comma(String what) {
    if (!in.text.startsWith(",", in.pos)) {
      throw new ParseFailure(
          ParseProblem.MISSING_COMMA,
          new SourceSpan(in.lastEnd, in.lastEnd),
          what + " needs ',' at its end",
          "add ','");
    }
    in.advance(1);
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
    } else if (in.acceptKeyword("hat")) {
      kind = Profile.Kind.HAT;
    } else if (!in.acceptKeyword("profile")) {
      keyword = false;
      if (depth > 0
          || (in.peek() != '/' && in.peek() != '"' && in.peek() != ':' && in.peek() != '@')) {
        return null;
      }
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
      attachment = in.word("an attachment").text();
      in.skip();
    }
    List<Profile.XattrMatch> xattrs = xattrs();
    List<String> identities = identities();
    List<ProfileHeader.Flag> places = new ArrayList<>();
    int flagsStart = in.pos;
    List<ProfileFlag> flags = flags(places);
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

  /** Reads a body with its braces, of which the first is at the cursor. */
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
    // After the one that stands behind the brace, whose line theirs would take.
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
      if (in.atEnd() || diagnostics.size() >= limits.diagnostics()) {
        if (diagnostics.size() < limits.diagnostics()) {
          report(
              ParseProblem.UNCLOSED_BLOCK,
              open,
              "unbalanced '{': the block is never closed",
              "add '}'");
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

  /** Keeps the text of a rule whose keyword isn't known, if it ends in a comma. */
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
    lineOrder(to, () -> to.add(element));
  }

  private ProfileElement bodyElement(int depth) {
    if (in.peek() == '/' || in.peek() == '@') {
      return RuleParser.rule(in, Qualifiers.NONE, in.pos); // most elements, and the fast way
    }
    if (atInclude()) {
      return include();
    }
    if (in.acceptKeyword("abi")) {
      return abi();
    }
    char c = in.peek();
    String keyword = in.peekKeyword();
    if (c == '^' || keyword.equals("profile") || keyword.equals("hat")) {
      Profile profile = profile(depth);
      if (profile != null) {
        return profile;
      }
    }
    if (in.acceptKeyword("if")) {
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
      if (!in.acceptKeyword("if")) {
        otherwise = conditionalBlock(depth);
        break;
      }
    } while (true);
    List<ProfileElement> last = otherwise;
    return in.built(start, () -> new Conditional(branches, last));
  }

  private List<ProfileElement> conditionalBlock(int depth) {
    in.skip();
    if (in.peek() != '{') {
      throw new ParseFailure(ParseProblem.UNEXPECTED, in.here(), "expected '{'" + in.found(), null);
    }
    return block(depth);
  }

  /** Looks past blanks and comments for {@code else}, and stays. */
  private boolean atElse() {
    Scanner ahead = new Scanner(in.text, limits.word());
    ahead.pos = in.pos;
    ahead.skip();
    return ahead.acceptKeyword("else");
  }

  private List<Profile.XattrMatch> xattrs() {
    List<Profile.XattrMatch> xattrs = new ArrayList<>();
    if (!in.acceptKeyword("xattrs")) {
      return xattrs;
    }
    int start = in.pos;
    in.expect("=");
    in.expect("(");
    while (!in.accept(")")) {
      if (in.accept(",")) {
        continue;
      }
      Word name = in.word("an attribute", "(),=");
      in.skip();
      String value = null;
      if (in.accept("=")) {
        boolean list = in.accept("(");
        value = in.word("a value", "(),").text();
        in.skip();
        if (list) {
          in.expect(")");
        }
      }
      String v = value;
      xattrs.add(in.built(start, () -> new Profile.XattrMatch(name.text(), v)));
    }
    return xattrs;
  }

  private List<String> identities() {
    if (!in.accept("+")) {
      return List.of();
    }
    if (!in.acceptKeyword("identities")) {
      throw new ParseFailure(
          ParseProblem.UNEXPECTED,
          in.here(),
          "expected 'identities'" + in.found(),
          "+identities=(NAME …)");
    }
    in.expect("=");
    if (in.peek() != '(') {
      throw new ParseFailure(ParseProblem.UNEXPECTED, in.here(), "expected '('" + in.found(), null);
    }
    return in.values("an identity").stream().map(Word::text).toList();
  }

  private List<ProfileFlag> flags(List<ProfileHeader.Flag> places) {
    List<ProfileFlag> flags = new ArrayList<>();
    if (in.acceptKeyword("flags")) {
      in.expect("=");
      if (in.peek() != '(') {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, in.here(), "expected '('" + in.found(), null);
      }
    }
    if (!in.accept("(")) {
      return flags;
    }
    int start = in.pos;
    while (!in.accept(")")) {
      if (in.accept(",")) {
        continue;
      }
      if (in.atEnd() || in.peek() == '{') {
        throw new ParseFailure(
            ParseProblem.UNEXPECTED, in.here(), "expected ')'" + in.found(), null);
      }
      flag(flags, places);
      in.skip();
    }
    if (flags.isEmpty()) {
      throw new ParseFailure(
          ParseProblem.EMPTY_FLAGS, in.from(start), "the list of flags is empty", "drop it");
    }
    return flags;
  }

  private void flag(List<ProfileFlag> flags, List<ProfileHeader.Flag> places) {
    int start = in.pos;
    Word word = in.word("a flag", "(),=");
    ProfileFlag.Kind kind =
        ProfileFlag.Kind.named(word.text().toLowerCase(Locale.ROOT)).orElse(null);
    if (kind == null) {
      String near =
          Scanner.nearest(
              word.text(), Stream.of(ProfileFlag.Kind.values()).map(Object::toString).toList());
      throw new ParseFailure(
          ParseProblem.UNKNOWN_FLAG,
          word.span(),
          "unknown flag '" + word.text() + "'",
          near == null ? null : "did you mean '" + near + "'?");
    }
    String value = null;
    if (in.accept("=")) {
      value = in.word("a flag's value", "(),").text();
    }
    String v = value;
    ProfileFlag flag = in.built(start, () -> new ProfileFlag(kind, v));
    for (ProfileFlag earlier : flags) {
      if (earlier.kind().excludes(kind)) {
        throw new ParseFailure(
            ParseProblem.CONFLICTING_FLAGS,
            in.from(start),
            "flags '" + earlier + "' and '" + flag + "' exclude each other",
            null);
      }
    }
    places.add(new ProfileHeader.Flag(kind, in.from(start)));
    if (!flags.contains(flag)) {
      flags.add(flag);
    }
  }
}
