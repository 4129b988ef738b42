package io.github.apparmor4j.print;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
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
import io.github.apparmor4j.profile.RuleSamples;
import io.github.apparmor4j.profile.UnrecognizedRule;
import io.github.apparmor4j.profile.VariableAssignment;
import io.github.apparmor4j.source.SourceText;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@code parse(print(model))} equals the model, for every model that can be built: in each element
 * of the samples each text, one after the other, is replaced by what means something elsewhere in
 * the language. What a constructor refuses can't be built.
 */
class EveryValueTest {

  private static final List<String> WORDS =
      List.of(
          "",
          "#",
          ",",
          "->",
          "=",
          "==",
          "!=",
          "<",
          "<=",
          ">",
          "(",
          ")",
          "()",
          "{",
          "}",
          "{}",
          "[",
          "]",
          "!",
          "+",
          "+=",
          "?=",
          "<-",
          "@",
          "@{",
          "@{a}",
          "@{a}=",
          "$",
          "$x",
          "${x}",
          "<>",
          "<a>",
          "\\",
          "\\\\",
          "\\\"",
          "\\ ",
          "a,b",
          "a, b",
          ",a",
          "a,",
          "a=b",
          "a (b)",
          "a)b",
          "a!",
          "a#b",
          "a #b",
          "#include",
          "'",
          "''",
          " ",
          "  ",
          " a",
          "a ",
          "a b",
          "\t",
          "a\tb",
          "\n",
          "a\nb",
          "a\\\nb",
          "\r",
          "a\rb",
          "a\r\nb",
          "\f",
          "\u000b",
          "\0",
          "a\0b",
          "\u001b[31m",
          "\u0013",
          "\u0085",
          "\u2028",
          "\u00a0",
          "\uDC80",
          "\uDCFF",
          "é",
          "\ud83d\ude00",
          "/",
          "//",
          "/a",
          "/a b",
          "/a,",
          "/a,b",
          "/a=b",
          "/a->b",
          "a//b",
          ":a:b",
          ":a:",
          "&a",
          "0",
          "1",
          "-1",
          "true",
          "false",
          "not",
          "and",
          "or",
          "in",
          "defined",
          "if",
          "else",
          "options",
          "option",
          "fstype",
          "vfstype",
          "type",
          "peer",
          "label",
          "addr",
          "ip",
          "port",
          "set",
          "r",
          "rw",
          "rix",
          "read",
          "write",
          "safe",
          "unsafe",
          "owner",
          "other",
          "audit",
          "deny",
          "allow",
          "prompt",
          "quiet",
          "file",
          "capability",
          "network",
          "mount",
          "umount",
          "remount",
          "signal",
          "ptrace",
          "dbus",
          "unix",
          "link",
          "subset",
          "profile",
          "hat",
          "change_profile",
          "alias",
          "include",
          "if exists",
          "exists",
          "abi",
          "userns",
          "all",
          "bus",
          "system",
          "priority",
          "priority=1",
          "flags",
          "flags=(complain)",
          "xattrs",
          "none",
          "auto",
          "<=",
          "set rlimit",
          "inet",
          "stream",
          "tcp",
          "\"a\"",
          "*",
          "**",
          "?",
          "[a]",
          "{a,b}",
          "{a b}",
          "{a, b}",
          "^a",
          "%",
          "|",
          ";",
          "`");

  private int tried;
  private final List<String> wrong = new ArrayList<>();

  @Test
  void rules() {
    RuleSamples.samples().stream()
        .map(RuleSamples.Sample::rule)
        .filter(rule -> !(rule instanceof UnrecognizedRule))
        .forEach(rule -> vary(rule, changed -> body((ProfileElement) changed)));
    done(5000);
  }

  @Test
  void preambles() {
    List<FileElement> elements =
        List.of(
            AbiRule.of("abi/4.0"),
            Include.of("a"),
            Include.ifExists("a"),
            new Alias("/a", "/b"),
            new VariableAssignment("v", VariableAssignment.Operator.SET, List.of("a", "b")),
            new VariableAssignment("v", VariableAssignment.Operator.ADD, List.of("a")),
            new BooleanAssignment(
                "b",
                VariableAssignment.Operator.SET,
                new Condition.Comparison("a", Condition.Operator.EQUAL, "b")),
            new Comment(" a", false));
    elements.forEach(
        element -> vary(element, changed -> new ProfileFile(List.of((FileElement) changed))));
    done(500);
  }

  @Test
  void profilesAndConditions() {
    Profile profile =
        new Profile(
            Profile.Kind.PROFILE,
            "p",
            "/a",
            List.of(new Profile.XattrMatch("user.a", "b"), new Profile.XattrMatch("user.c", null)),
            List.of(),
            List.of(
                new ProfileFlag(ProfileFlag.Kind.ATTACH_DISCONNECTED_PATH, "/x"),
                ProfileFlag.of(ProfileFlag.Kind.COMPLAIN)),
            List.of());
    vary(profile, changed -> new ProfileFile(List.of((FileElement) changed)));
    vary(profile, changed -> body((ProfileElement) changed));
    for (Condition.Operator operator : Condition.Operator.values()) {
      Condition comparison = new Condition.Comparison("a", operator, "b");
      for (Condition condition :
          List.of(
              comparison,
              new Condition.Not(comparison),
              new Condition.All(List.of(comparison, new Condition.BooleanVariable("b"))),
              new Condition.Any(List.of(new Condition.Defined("v", false), comparison)))) {
        vary(
            condition,
            changed ->
                body(
                    new Conditional(
                        List.of(
                            new Conditional.Branch(
                                (Condition) changed, List.of(FileRule.of("/a", "r")))),
                        null)));
      }
    }
    vary(Include.of("a"), changed -> body((ProfileElement) changed));
    vary(new Comment(" a", false), changed -> body((ProfileElement) changed));
    done(2000);
  }

  private static ProfileFile body(ProfileElement element) {
    return new ProfileFile(
        List.of(
            new Profile(
                Profile.Kind.PROFILE,
                "p",
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(element))));
  }

  private void done(int least) {
    assertThat(tried).isGreaterThan(least);
    assertThat(wrong.stream().limit(20)).as(wrong.size() + " wrong").isEmpty();
  }

  /** Prints and reads a model with each word in each place of an element. */
  private void vary(Object element, Function<Object, ProfileFile> file) {
    for (String word : WORDS) {
      for (String each :
          Stream.of(word, "/" + word, "a" + word, word + "a", "@" + word, word + "\u0013")
              .toList()) {
        for (Object changed : changes(element, each)) {
          ProfileFile model;
          try {
            model = file.apply(changed);
          } catch (IllegalArgumentException e) {
            continue; // it can't stand there
          }
          tried++;
          String text = ProfilePrinter.print(model);
          ParseResult<ProfileFile> back = ProfileParser.parse(SourceText.of("printed", text));
          if (!back.isOk() || !back.model().equals(model)) {
            wrong.add(
                "%s with <%s>: %s %s"
                    .formatted(
                        element, each, text, back.isOk() ? "reads otherwise" : back.diagnostics()));
          }
        }
      }
    }
  }

  /** Returns what a record becomes if one of the texts in it, however deep, is another. */
  private static List<Object> changes(Object element, String word) {
    List<Object> changed = new ArrayList<>();
    RecordComponent[] components = element.getClass().getRecordComponents();
    if (components == null) {
      return changed;
    }
    try {
      Object[] values = new Object[components.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = components[i].getAccessor().invoke(element);
      }
      for (int i = 0; i < values.length; i++) {
        for (Object other : others(components[i].getType(), values[i], word)) {
          Object[] with = values.clone();
          with[i] = other;
          Object made = made(element.getClass(), components, with);
          if (made != null) {
            changed.add(made);
          }
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return changed;
  }

  private static List<Object> others(Class<?> type, @Nullable Object value, String word) {
    if (type == String.class) {
      return List.of(word);
    } else if (value instanceof List<?> list) {
      List<Object> others = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        Object item = list.get(i);
        for (Object other : item instanceof String ? List.of(word) : changes(item, word)) {
          List<Object> with = new ArrayList<>(list);
          with.set(i, other);
          others.add(with);
        }
      }
      return others;
    }
    return value == null ? List.of() : changes(value, word);
  }

  private static @Nullable Object made(
      Class<?> type, RecordComponent[] components, @Nullable Object[] values)
      throws ReflectiveOperationException {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException
          || e.getCause() instanceof NullPointerException) {
        return null;
      }
      throw e;
    }
  }
}
