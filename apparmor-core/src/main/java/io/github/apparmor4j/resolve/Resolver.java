package io.github.apparmor4j.resolve;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.Aare;
import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.ProfileName;
import io.github.apparmor4j.profile.AbiRule;
import io.github.apparmor4j.profile.Alias;
import io.github.apparmor4j.profile.BooleanAssignment;
import io.github.apparmor4j.profile.Comment;
import io.github.apparmor4j.profile.Condition;
import io.github.apparmor4j.profile.Conditional;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.RuleBlock;
import io.github.apparmor4j.profile.VariableAssignment;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A resolver that follows includes and expands variables. Thread-safe. It keeps what it parsed, so
 * that one resolver for many files reads each abstraction once.
 *
 * <pre>{@code
 * Resolver resolver = Resolver.of(IncludeResolver.directories(Path.of("/etc/apparmor.d")));
 * Resolution resolution = resolver.resolve(ProfileParser.parse(source));
 * resolution.diagnostics().forEach(problem -> System.err.print(problem.render()));
 * }</pre>
 */
public final class Resolver {

  /** The kind of problem of a file that can't be read, whether it is included or to be compiled. */
  public static final Diagnostic.Kind UNREADABLE = ResolveProblem.UNREADABLE;

  /** Bytes that a character of a pattern with variables expanded takes when it is compiled. */
  private static final int BYTES_BY_CHARACTER = 32;

  /** Bytes that a rule takes beside what it shares with its text. */
  private static final int RULE_BYTES = 128;

  private static final int MAX_RULES = 1_000_000;
  private final IncludeResolver includes;
  private final Parsed parsed;
  private final Blocks blocks;
  private final WorkLimits limits;

  private Resolver(IncludeResolver includes, Parsed parsed, Blocks blocks, WorkLimits limits) {
    this.includes = Objects.requireNonNull(includes, "includes");
    this.parsed = parsed;
    this.blocks = blocks;
    this.limits = Objects.requireNonNull(limits, "limits");
  }

  /** What was parsed already, by the text that it was parsed from. */
  private record Parsed(
      Map<SourceText, ParseResult<ProfileFile>> files,
      Map<SourceText, ParseResult<List<ProfileElement>>> bodies,
      Map<SourceText, Features> abis) {

    Parsed() {
      this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
    }
  }

  /** Returns a resolver that finds included texts by the given finder. */
  public static Resolver of(IncludeResolver includes) {
    return of(includes, Semantics.APPARMOR_6_0);
  }

  /** Returns a resolver for which rules in blocks mean what they mean to a release. */
  public static Resolver of(IncludeResolver includes, Semantics semantics) {
    Blocks blocks = new Blocks(Objects.requireNonNull(semantics, "semantics"));
    return new Resolver(includes, new Parsed(), blocks, WorkLimits.DEFAULT);
  }

  /**
   * Returns a resolver like this one that finds included texts by another finder, such as one that
   * notes what is asked for. The two share what they have parsed.
   */
  public Resolver withIncludes(IncludeResolver others) {
    return new Resolver(others, parsed, blocks, limits);
  }

  /**
   * Returns a resolver like this one with other limits on the memory and the time that a file
   * takes; by default they are {@link WorkLimits#DEFAULT}. The two share what they have parsed.
   */
  public Resolver withLimits(WorkLimits others) {
    return new Resolver(includes, parsed, blocks, others);
  }

  /** Resolves a file that was read. The result holds all problems, including those of the parse. */
  public Resolution resolve(ParseResult<ProfileFile> file) {
    return new Run().resolve(file);
  }

  /**
   * Resolves a file that was built. The places of its rules mean nothing: they are in an empty
   * text.
   */
  public Resolution resolve(ProfileFile file) {
    return resolve(ParseResult.ofModel(file));
  }

  /** The state of one resolution. */
  private final class Run {
    private final Problems problems = new Problems();
    private final Budget budget = Budget.of(limits);
    private final Inclusions inclusions = new Inclusions(includes, problems, budget);
    private final AbiChoice abi = new AbiChoice(includes, parsed.abis, problems);
    private final Variables variables = new Variables(null, budget);
    private final Conditions conditions = new Conditions();
    private final Aliases aliases = new Aliases(budget);
    private final List<ResolvedProfile> profiles = new ArrayList<>();
    private final Set<ProfileName> names = new HashSet<>();

    /** The variables that the file itself defines, and where. */
    private final Map<String, SourcePlace> own = new LinkedHashMap<>();

    /** The element that is being resolved. */
    private @Nullable SourcePlace current;

    private int ruleCount;
    private boolean tooMany;

    Resolution resolve(ParseResult<ProfileFile> file) {
      try {
        preamble(file, null, new HashSet<>(), 0);
      } catch (TooComplexException e) {
        problems.report(
            ResolveProblem.EXPANSION_TOO_LARGE,
            Objects.requireNonNull(current, "nothing is made before the first element"),
            "what the file describes is too large: " + e.getMessage());
      }
      if (!inclusions.hasTunables()) {
        problems.joinUndefined();
      }
      own.forEach(
          (name, place) -> {
            if (!profiles.isEmpty() && !variables.isUsed(name)) {
              problems.report(
                  ResolveProblem.UNUSED_VARIABLE, place, "variable @{" + name + "} is not used");
            }
          });
      return new Resolution(profiles, abi.chosen(), abi.isForKernel(), problems.all());
    }

    private SourcePlace place(ParseResult<?> in, Object element, @Nullable SourcePlace from) {
      SourcePlace plain = in.placeOf(element);
      return new SourcePlace(plain.source(), plain.span(), from);
    }

    private void preamble(
        ParseResult<ProfileFile> file,
        @Nullable SourcePlace from,
        Set<SourceText> seen,
        int depth) {
      problems.keep(file.diagnostics(), from);
      for (FileElement element : file.model().elements()) {
        SourcePlace place = place(file, element, from);
        current = place;
        boolean other = !(element instanceof Profile) && !(element instanceof Include);
        if (other && !(element instanceof Comment) && !profiles.isEmpty()) {
          problems.report(
              ResolveProblem.LATE_PREAMBLE,
              place,
              "this must stand before the first profile of the file");
        }
        if (element instanceof Include include) {
          for (SourceText text : inclusions.texts(include, place, depth)) {
            if (inclusions.isToRead(text, include, place, seen)) {
              ParseResult<ProfileFile> read =
                  parsed.files.computeIfAbsent(text, ProfileParser::parse);
              preamble(read, place, seen, depth + 1);
            }
          }
        } else if (element instanceof AbiRule rule) {
          abi.read(rule, place, true);
        } else if (element instanceof VariableAssignment assignment) {
          assign(assignment, place);
        } else if (element instanceof BooleanAssignment assignment) {
          assign(assignment, place);
        } else if (element instanceof Alias alias) {
          aliases.add(alias);
        } else if (element instanceof Profile profile) {
          profiles.add(profile(file, profile, place));
        }
      }
    }

    private void assign(VariableAssignment assignment, SourcePlace place) {
      String name = assignment.name();
      boolean defined = variables.isDefined(name);
      if (place.includedFrom() == null
          && assignment.operator() != VariableAssignment.Operator.ADD) {
        own.putIfAbsent(name, place);
      }
      switch (assignment.operator()) {
        case SET -> {
          if (defined) {
            problems.report(
                ResolveProblem.REDEFINED_VARIABLE,
                place,
                "variable @{" + name + "} is defined already");
          } else {
            variables.set(name, assignment.values());
          }
        }
        case ADD -> {
          if (defined) {
            variables.add(name, assignment.values());
          } else {
            problems.report(
                ResolveProblem.UNDEFINED_VARIABLE, place, "undefined variable @{" + name + "}");
          }
        }
        case DEFAULT -> {
          if (!defined) {
            variables.set(name, assignment.values());
          }
        }
        case OVERRIDE -> variables.set(name, assignment.values());
      }
    }

    private void assign(BooleanAssignment assignment, SourcePlace place) {
      String name = assignment.name();
      boolean defined = conditions.isDefined(name);
      if (defined && assignment.operator() == VariableAssignment.Operator.SET) {
        problems.report(
            ResolveProblem.REDEFINED_VARIABLE, place, "variable $" + name + " is defined already");
      } else if (!defined || assignment.operator() == VariableAssignment.Operator.OVERRIDE) {
        conditions.set(name, holds(assignment.value(), variables, place));
      }
    }

    private boolean holds(Condition condition, Variables scope, SourcePlace place) {
      try {
        return conditions.holds(condition, scope);
      } catch (Variables.ExpansionException e) {
        problems.report(e.kind, place, String.valueOf(e.getMessage()));
        return false;
      }
    }

    /** The surroundings of a profile: namespace, parent and variables. */
    private record Scope(
        @Nullable String namespace, @Nullable String parent, Variables variables) {}

    private ResolvedProfile profile(ParseResult<?> in, Profile profile, SourcePlace place) {
      Body body = header(profile, new Scope(null, null, variables), place);
      body(in, new Level(profile.elements().iterator(), null, null, body), null, 0);
      return body.finished();
    }

    /** Resolves a profile but for its rules and children, which are still to be added. */
    private Body header(Profile profile, Scope outer, SourcePlace place) {
      String written = expand(profile.name(), outer.variables(), place);
      ProfileName own = own(written, place);
      String namespace = own.namespace() == null ? outer.namespace() : own.namespace();
      String local = own.name();
      String name = outer.parent() == null ? local : outer.parent() + "//" + local;
      if (outer.parent() != null && !Objects.equals(namespace, outer.namespace())) {
        problems.report(
            ResolveProblem.CHILD_ELSEWHERE,
            place,
            "the child "
                + local
                + " is in namespace "
                + namespace
                + ", where "
                + outer.parent()
                + " is another profile, if it is there");
      }
      String plainName = Aare.name(name);
      if (!names.add(ProfileName.of(namespace, plainName))) {
        problems.report(
            ResolveProblem.REDEFINED_PROFILE, place, "profile " + name + " is defined already");
      }
      String attachment =
          profile.attachment() != null
              ? expand(profile.attachment(), outer.variables(), place)
              : local.startsWith("/") ? lastLevel(local) : null;
      // A profile without an attachment attaches by its name if that is a pattern, or if the
      // program must have extended attributes.
      boolean byName = Aare.isPattern(lastLevel(local)) || !profile.xattrs().isEmpty();
      String attaching = attachment == null && byName ? lastLevel(local) : attachment;
      List<String> attachments = attaching == null ? List.of() : aliases.all(attaching);
      Variables scope = new Variables(outer.variables(), budget);
      if (attachment != null) {
        scope.set("attach_path", List.of(attachment));
        scope.set("exec_path", List.of(attachment));
      }
      scope.set("profile_name", List.of(Aare.quote(plainName)));
      String disconnected = null;
      String disconnectedIpc = null;
      for (ProfileFlag flag : profile.flags()) {
        if (flag.kind() == ProfileFlag.Kind.ATTACH_DISCONNECTED_PATH && flag.value() != null) {
          disconnected = disconnected(flag, scope, place);
        } else if (flag.kind() == ProfileFlag.Kind.ATTACH_DISCONNECTED_IPC) {
          disconnectedIpc = disconnected(flag, scope, place);
        }
      }
      ResolvedProfile empty =
          new ResolvedProfile(
              profile,
              plainName,
              namespace,
              attachments,
              disconnected,
              disconnectedIpc,
              List.of(),
              List.of(),
              place);
      return new Body(empty, scope, new Scope(namespace, name, outer.variables()));
    }

    /** Returns what follows the last {@code //} of a name, which alone attaches. */
    private static String lastLevel(String name) {
      String last = name;
      for (int at = last.indexOf("//"); at >= 0; at = last.indexOf("//")) {
        last = last.substring(at + 2);
      }
      return last;
    }

    /** Reads the name in a profile's header, after its variables were replaced. */
    private ProfileName own(String written, SourcePlace place) {
      try {
        if (written.startsWith("&")) {
          throw new IllegalArgumentException("not a valid profile name: '" + written + "'");
        }
        return ProfileName.parse(written);
      } catch (IllegalArgumentException e) {
        problems.report(
            ResolveProblem.INVALID_EXPANDED_NAME,
            place,
            "after variables are replaced: " + e.getMessage());
        return ProfileName.parse("invalid");
      }
    }

    private @Nullable String disconnected(ProfileFlag flag, Variables scope, SourcePlace place) {
      String path = flag.value() == null ? null : expand(flag.value(), scope, place);
      if (path != null && !path.startsWith("/") && !path.startsWith("@{")) {
        problems.report(
            ResolveProblem.RELATIVE_FLAG_PATH,
            place,
            flag.kind() + " must begin with '/': " + path);
      }
      return path;
    }

    /** A profile's body while it is collected. */
    private static final class Body {
      private final ResolvedProfile empty;
      final Variables scope;
      final Scope inner;
      final List<ResolvedRule> rules = new ArrayList<>();
      final List<ResolvedProfile> children = new ArrayList<>();
      final Set<SourceText> seen = new HashSet<>();

      Body(ResolvedProfile empty, Variables scope, Scope inner) {
        this.empty = empty;
        this.scope = scope;
        this.inner = inner;
      }

      /** Returns the profile with what was added. */
      ResolvedProfile finished() {
        return new ResolvedProfile(
            empty.profile(),
            empty.name(),
            empty.namespace(),
            empty.attachments(),
            empty.disconnectedPath(),
            empty.disconnectedIpcPath(),
            rules,
            children,
            empty.place());
      }
    }

    /**
     * The elements of a child, block or branch that are still to be read.
     *
     * @param outer the qualifiers of the blocks around them, or {@code null} outside of blocks
     * @param named the action that one of these blocks names, or {@code null} if none does
     * @param to the profile that they belong to
     */
    private record Level(
        Iterator<ProfileElement> elements,
        @Nullable Qualifiers outer,
        Qualifiers.@Nullable Action named,
        Body to) {

      /** Returns elements that the same blocks are around. */
      Level inside(List<ProfileElement> others) {
        return new Level(others.iterator(), outer, named, to);
      }
    }

    /**
     * Adds the rules and children among some elements to a body. Children, blocks and branches
     * stand on a stack, so that no depth of them takes the thread's.
     */
    private void body(ParseResult<?> in, Level first, @Nullable SourcePlace from, int depth) {
      Deque<Level> levels = new ArrayDeque<>();
      levels.push(first);
      while (!levels.isEmpty()) {
        Level level = levels.element();
        Body body = level.to();
        if (!level.elements().hasNext()) {
          levels.pop();
          Level around = levels.peek();
          if (around == null || around.to() != body) {
            body.scope.forget();
          }
          if (around != null && around.to() != body) {
            around.to().children.add(body.finished());
          }
          continue;
        }
        ProfileElement element = level.elements().next();
        SourcePlace place = place(in, element, from);
        current = place;
        if (element instanceof Rule rule) {
          rule(rule, level, place);
        } else if (element instanceof Include include) {
          for (SourceText text : inclusions.texts(include, place, depth)) {
            if (inclusions.isToRead(text, include, place, body.seen)) {
              ParseResult<List<ProfileElement>> read =
                  parsed.bodies.computeIfAbsent(text, ProfileParser::parseBody);
              problems.keep(read.diagnostics(), place);
              body(read, level.inside(read.model()), place, depth + 1);
            }
          }
        } else if (element instanceof AbiRule rule) {
          abi.read(rule, place, false);
        } else if (element instanceof Profile child
            && (level.outer() == null || blocks.takesChildren())) {
          Body inner = header(child, body.inner, place);
          levels.push(new Level(child.elements().iterator(), null, null, inner));
        } else if (element instanceof RuleBlock block) {
          Level inner = block(block, level, place);
          if (inner != null) {
            levels.push(inner);
          }
        } else if (element instanceof Conditional conditional) {
          levels.push(level.inside(chosen(conditional, place)));
        } else if (!(element instanceof Comment) && !(element instanceof Profile)) {
          throw new AssertionError(element);
        }
      }
    }

    /** Returns the elements of a block, or {@code null} if nothing in it can be in force. */
    private @Nullable Level block(RuleBlock block, Level level, SourcePlace place) {
      Qualifiers outer = level.outer();
      Qualifiers.Action named = blocks.named(block.qualifiers(), place);
      if (contradicts(level, named, place)) {
        return null;
      }
      try {
        return new Level(
            block.elements().iterator(),
            outer == null ? block.qualifiers() : blocks.nested(outer, block.qualifiers()),
            named == null ? level.named() : named,
            level.to());
      } catch (IllegalArgumentException e) {
        problems.report(
            ResolveProblem.RULE_UNLIKE_BLOCK,
            place,
            "not in force in this block: " + e.getMessage());
        return null;
      }
    }

    /** Returns whether an action isn't that of the blocks around, and reports it. */
    private boolean contradicts(Level level, Qualifiers.@Nullable Action named, SourcePlace place) {
      Qualifiers.Action around = level.named();
      if (named == null || around == null || named == around) {
        return false;
      }
      problems.report(
          ResolveProblem.CONTRADICTION,
          place,
          "this says " + word(named) + ", a block around it says " + word(around));
      return true;
    }

    private static String word(Qualifiers.Action action) {
      return "'" + action.name().toLowerCase(Locale.ROOT) + "'";
    }

    private List<ProfileElement> chosen(Conditional conditional, SourcePlace place) {
      List<ProfileElement> chosen = null;
      // Each condition is evaluated, so that mistakes are found even in those that don't matter.
      // They know the file's variables, not those that each profile has of its own.
      for (Conditional.Branch branch : conditional.branches()) {
        if (holds(branch.condition(), variables, place) && chosen == null) {
          chosen = branch.elements();
        }
      }
      if (chosen == null) {
        chosen = conditional.otherwise();
      }
      return chosen == null ? List.of() : chosen;
    }

    private void rule(Rule written, Level level, SourcePlace place) {
      Qualifiers outer = level.outer();
      Body to = level.to();
      if (outer != null
          && (!blocks.takes(written)
              || contradicts(level, blocks.named(written.qualifiers(), place), place))) {
        return;
      }
      if (outer != null
          && written.qualifiers().isDeny()
          && !outer.isDeny()
          && Blocks.isAboutFiles(written)) {
        problems.report(
            ResolveProblem.DENY_IN_BLOCK,
            place,
            "apparmor_parser 5 takes this for an allow: the block's qualifiers replace the rule's");
      }
      Rule rule;
      try {
        rule = outer == null ? written : blocks.apply(outer, written);
      } catch (IllegalArgumentException e) {
        if (Blocks.isAboutFiles(written) && !Blocks.exclude(outer, written.qualifiers())) {
          problems.report(
              ResolveProblem.FILE_RULE_UNLIKE_BLOCK, place, String.valueOf(e.getMessage()));
        } else {
          problems.report(
              ResolveProblem.RULE_UNLIKE_BLOCK,
              place,
              "not in force in this block: " + e.getMessage());
        }
        return;
      }
      if (written instanceof FileRule file
          && file.permissions().exec() != null
          && file.target() != null
          && file.target().contains("@{")) {
        problems.report(
            ResolveProblem.LITERAL_VARIABLE,
            place,
            "the profile to change to is called '" + file.target() + "': no variable is replaced");
      }
      ruleCount++;
      if (ruleCount >= MAX_RULES && !tooMany) {
        tooMany = true;
        problems.report(ResolveProblem.TOO_MANY_RULES, place, "more than " + MAX_RULES + " rules");
      }
      if (ruleCount < MAX_RULES) {
        budget.take(RULE_BYTES);
        ResolvedRule resolved = expanded(rule, to.scope, place);
        if (resolved != null) {
          to.rules.add(resolved);
          List<ResolvedRule> copies = aliases.copies(resolved);
          to.rules.addAll(copies);
          ruleCount += copies.size();
        }
      }
    }

    /**
     * Replaces the variables of a rule. The changed rule goes through all checks of a rule again,
     * so variables can't bring in what can't be written. Returns {@code null} if a check fails.
     */
    private @Nullable ResolvedRule expanded(Rule written, Variables scope, SourcePlace place) {
      if (written.patterns().stream().noneMatch(pattern -> Variables.use(pattern, 0) != null)) {
        return new ResolvedRule(written, written, place);
      }
      try {
        Rule rule =
            written.withPatterns(
                pattern ->
                    Variables.use(pattern, 0) == null ? pattern : expand(pattern, scope, place));
        return new ResolvedRule(rule, written, place);
      } catch (IllegalArgumentException e) {
        problems.report(
            ResolveProblem.INVALID_EXPANDED_RULE,
            place,
            "after variables are replaced: " + e.getMessage());
        return null;
      }
    }

    private String expand(String text, Variables scope, SourcePlace place) {
      try {
        String expanded = scope.expand(text);
        budget.take((long) expanded.length() * BYTES_BY_CHARACTER);
        return expanded;
      } catch (Variables.ExpansionException e) {
        problems.report(e.kind, place, String.valueOf(e.getMessage()));
        return text;
      }
    }
  }
}
