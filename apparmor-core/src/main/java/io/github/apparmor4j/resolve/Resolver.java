package io.github.apparmor4j.resolve;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.glob.Aare;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
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

  /**
   * The most characters of all expanded patterns together. Each takes some fifty bytes when it is
   * compiled; real profiles have 0.3 Mi.
   */
  private static final long MAX_EXPANDED =
      Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 128);

  private static final int MAX_RULES = 1_000_000;
  private final IncludeResolver includes;
  private final Map<SourceText, ParseResult<ProfileFile>> files = new ConcurrentHashMap<>();
  private final Map<SourceText, ParseResult<List<ProfileElement>>> bodies =
      new ConcurrentHashMap<>();

  private final Map<SourceText, Features> abis = new ConcurrentHashMap<>();

  private Resolver(IncludeResolver includes) {
    this.includes = includes;
  }

  /** Returns a resolver that finds included texts by the given finder. */
  public static Resolver of(IncludeResolver includes) {
    return new Resolver(includes);
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
    private final Inclusions inclusions = new Inclusions(includes, problems);
    private final AbiChoice abi = new AbiChoice(includes, abis, problems);
    private final Variables variables = new Variables(null);
    private final Conditions conditions = new Conditions();
    private final Aliases aliases = new Aliases();
    private final List<ResolvedProfile> profiles = new ArrayList<>();
    private final Set<ProfileName> names = new HashSet<>();

    /** The variables that the file itself defines, and where. */
    private final Map<String, SourcePlace> own = new LinkedHashMap<>();

    private int ruleCount;
    private long expandedCharacters;

    Resolution resolve(ParseResult<ProfileFile> file) {
      preamble(file, null, new HashSet<>(), 0);
      own.forEach(
          (name, place) -> {
            if (!profiles.isEmpty() && !variables.isUsed(name)) {
              problems.report(
                  ResolveProblem.UNUSED_VARIABLE, place, "variable @{" + name + "} is not used");
            }
          });
      return new Resolution(profiles, abi.chosen(), problems.all());
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
        if (element instanceof Include include) {
          for (SourceText text : inclusions.texts(include, place, seen, depth)) {
            ParseResult<ProfileFile> parsed = files.computeIfAbsent(text, ProfileParser::parse);
            preamble(parsed, place, seen, depth + 1);
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
          profiles.add(profile(file, profile, null, new Scope(null, null, variables), place));
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

    private ResolvedProfile profile(
        ParseResult<?> in,
        Profile profile,
        @Nullable SourcePlace from,
        Scope outer,
        SourcePlace place) {
      String written = expand(profile.name(), outer.variables(), place);
      ProfileName own = own(written, place);
      String namespace = own.namespace() == null ? outer.namespace() : own.namespace();
      String local = own.name();
      String name = outer.parent() == null ? local : outer.parent() + "//" + local;
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
      Variables scope = new Variables(outer.variables());
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
      String inside = namespace;
      Body body = new Body(scope, () -> new Scope(inside, name, outer.variables()));
      body(in, profile.elements(), from, Qualifiers.NONE, body, 0);
      return new ResolvedProfile(
          profile,
          plainName,
          namespace,
          attachments,
          disconnected,
          disconnectedIpc,
          body.rules,
          body.children,
          place);
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
      final Variables scope;
      final Supplier<Scope> inner;
      final List<ResolvedRule> rules = new ArrayList<>();
      final List<ResolvedProfile> children = new ArrayList<>();
      final Set<SourceText> seen = new HashSet<>();

      Body(Variables scope, Supplier<Scope> inner) {
        this.scope = scope;
        this.inner = inner;
      }
    }

    /**
     * Adds the rules and children among some elements to a body.
     *
     * @param outer the qualifiers of the blocks around the elements
     */
    private void body(
        ParseResult<?> in,
        List<ProfileElement> elements,
        @Nullable SourcePlace from,
        Qualifiers outer,
        Body to,
        int depth) {
      for (ProfileElement element : elements) {
        if (element instanceof Rule rule) {
          rule(rule, outer, place(in, rule, from), to);
        } else if (element instanceof Include include) {
          SourcePlace place = place(in, include, from);
          for (SourceText text : inclusions.texts(include, place, to.seen, depth)) {
            ParseResult<List<ProfileElement>> parsed =
                bodies.computeIfAbsent(text, ProfileParser::parseBody);
            problems.keep(parsed.diagnostics(), place);
            body(parsed, parsed.model(), place, outer, to, depth + 1);
          }
        } else if (element instanceof AbiRule rule) {
          abi.read(rule, place(in, rule, from), false);
        } else if (element instanceof Profile child) {
          to.children.add(profile(in, child, from, to.inner.get(), place(in, child, from)));
        } else if (element instanceof RuleBlock block) {
          body(in, block.elements(), from, Blocks.nested(outer, block.qualifiers()), to, depth);
        } else if (element instanceof Conditional conditional) {
          body(in, chosen(conditional, place(in, element, from)), from, outer, to, depth);
        } else if (!(element instanceof Comment)) {
          throw new AssertionError(element);
        }
      }
    }

    private List<ProfileElement> chosen(Conditional conditional, SourcePlace place) {
      List<ProfileElement> chosen = null;
      // Each condition is evaluated, so that mistakes are found even in those that don't matter.
      // They
      // know the file's variables, not those that each profile has of its own.
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

    private void rule(Rule written, Qualifiers outer, SourcePlace place, Body to) {
      Rule rule;
      try {
        rule = Blocks.apply(outer, written);
      } catch (IllegalArgumentException e) {
        if (Blocks.isAboutFiles(written)) {
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
      if (ruleCount == MAX_RULES) {
        problems.report(ResolveProblem.TOO_MANY_RULES, place, "more than " + MAX_RULES + " rules");
      }
      if (ruleCount < MAX_RULES) {
        ResolvedRule resolved = expanded(rule, to.scope, place);
        if (resolved != null) {
          to.rules.add(resolved);
          to.rules.addAll(aliases.copies(resolved));
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
      if (expandedCharacters > MAX_EXPANDED) {
        return text; // reported already
      }
      try {
        String expanded = scope.expand(text);
        expandedCharacters += expanded.length();
        if (expandedCharacters > MAX_EXPANDED) {
          problems.report(
              ResolveProblem.EXPANSION_TOO_LARGE,
              place,
              "all patterns together expand to more than " + MAX_EXPANDED + " characters");
        }
        return expanded;
      } catch (Variables.ExpansionException e) {
        problems.report(e.kind, place, String.valueOf(e.getMessage()));
        return text;
      }
    }
  }
}
