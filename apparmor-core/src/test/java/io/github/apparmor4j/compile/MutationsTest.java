package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Semantics;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.PolicyComparison;
import io.github.apparmor4j.testing.Reference;
import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Texts of the corpus with one thing changed, judged and compiled by {@code apparmor_parser} 5.0.2
 * and here: tokens dropped, doubled, swapped, put in, in other cases, quoted, with blanks, line
 * feeds and comments between them, characters escaped. Other texts each time; the seed is printed.
 *
 * <p>Properties: {@code apparmor.mutations}, how many; {@code apparmor.seed}. With {@code
 * -Dapparmor.long=true} there are fifty times as many.
 */
@Tag("differential")
class MutationsTest {

  private static final int USUAL = 20_000;
  private static final int LONG = 1_000_000;

  /** Of how many mutations one may differ beyond the documents: docs/compatibility.md. */
  private static final int RARE = 500;

  /** Differences that docs/compatibility.md lists, by a part of the mutated text. */
  private static final List<Pattern> KNOWN =
      Stream.of(
              "#[^\\n]*\\z", // a comment without a line feed
              "deny\\s+all|audit\\s+all|prompt", // what the reference makes of them
              "\\{[^{}]*\\{|deny\\s*\\{|audit\\s*\\{|owner\\s*\\{", // blocks
              "if\\s+(not\\s+)?defined\\s+\\$",
              "(?s)flags\\s*=?\\s*\\([^)]*[ ,][^)]*\\)", // several flags
              "(priority\\s*=\\s*\\S+|audit|deny|allow|owner)\\s+#?include")
          .map(Pattern::compile)
          .toList();

  private static final Pattern TOKEN =
      Pattern.compile("\"[^\"\\n]*\"|[A-Za-z0-9_]+|@\\{\\w+\\}|->|<=|[+:?]?=|\\s+|[^\\s\\w]");

  private static final List<String> INSERTED =
      List.of(
          ",",
          "(",
          ")",
          "{",
          "}",
          "=",
          "==",
          "+",
          "-",
          "->",
          "\"",
          "\\",
          "#",
          "# c\n",
          "*",
          "**",
          "?",
          "[",
          "]",
          "^",
          "@",
          "@{x}",
          "$",
          "!",
          "&",
          ":",
          "//",
          "/",
          "|",
          "<",
          ">",
          "'",
          "\t",
          "\n",
          "\r\n",
          "\f",
          "owner",
          "audit",
          "deny",
          "allow",
          "safe",
          "unsafe",
          "file",
          "link",
          "subset",
          "priority=1",
          "0",
          "1",
          "-1",
          "65536",
          "in",
          "not",
          "and",
          "or",
          "true",
          "r",
          "w",
          "x",
          "ix",
          "Px",
          "peer=",
          "label=",
          "name=",
          "type=stream",
          "set=",
          "bus=",
          "\"\"");

  private final List<String> texts = new ArrayList<>();

  @TempDir private Path directory = Path.of("");

  private static String mutated(String text, Random random) {
    List<String> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      tokens.add(matcher.group());
    }
    int changes = random.nextInt(8) == 0 ? 2 : 1;
    for (int i = 0; i < changes && !tokens.isEmpty(); i++) {
      change(tokens, random);
    }
    return String.join("", tokens);
  }

  private static void change(List<String> tokens, Random random) {
    int at = random.nextInt(tokens.size());
    String token = tokens.get(at);
    switch (random.nextInt(11)) {
      case 0 -> tokens.remove(at);
      case 1 -> tokens.add(at, token);
      case 2 -> Collections.swap(tokens, at, random.nextInt(tokens.size()));
      case 3 -> tokens.add(at, INSERTED.get(random.nextInt(INSERTED.size())));
      case 4 -> tokens.add(at, " " + INSERTED.get(random.nextInt(INSERTED.size())) + " ");
      case 5 -> tokens.set(at, changedCase(token, random));
      case 6 -> tokens.set(at, '"' + token + '"');
      case 7 -> tokens.add(at, random.nextBoolean() ? " " : "\n");
      case 8 -> tokens.add(at, " # c\n");
      case 9 -> {
        int character = random.nextInt(token.length());
        tokens.set(at, token.substring(0, character) + '\\' + token.substring(character));
      }
      default -> {
        int end = Math.min(tokens.size(), at + 1 + random.nextInt(4));
        tokens.add(end, ")");
        tokens.add(at, "(");
      }
    }
  }

  private static String changedCase(String token, Random random) {
    int at = random.nextInt(token.length());
    char c = token.charAt(at);
    char other = Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c);
    return random.nextBoolean()
        ? token.toUpperCase(Locale.ROOT)
        : token.substring(0, at) + other + token.substring(at + 1);
  }

  /** Reads short texts: AppArmor's own tests of the language, and the table of corners. */
  private void read() throws IOException {
    Path corpus = Shared.path("corpus/simple_tests");
    for (String line : Files.readAllLines(corpus.resolve("verdicts.tsv"))) {
      String[] columns = line.split("\t", -1);
      Path file = corpus.resolveSibling(columns[0]);
      if (columns[1].equals("accept") && Files.isRegularFile(file) && Files.size(file) < 3000) {
        texts.add(SourceText.read(file).text());
      }
    }
  }

  private String difference(String text, Reference reference, PolicyCompiler compiler) {
    byte[] bytes = SourceText.encode(text);
    Path base = Shared.path("corpus/simple_tests");
    Reference.Answer theirs;
    try {
      theirs = reference.ask(bytes, Features.LINUX_6_12, base);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (theirs.errors().contains("has merged rule")) {
      return "";
    }
    Compilation ours;
    try {
      ours = compiler.compile(SourceText.of("stdin", text), IncludeResolver.directories(base));
    } catch (RuntimeException | StackOverflowError e) {
      return "throws " + e;
    }
    if (ours.isOk() != theirs.accepted()) {
      return theirs.accepted()
          ? "refused: " + Diagnostic.errors(ours.diagnostics()).get(0)
          : "accepted; they say " + last(theirs.errors());
    }
    if (!ours.isOk() || theirs.policy().length == 0) {
      return "";
    }
    try {
      List<String> differences =
          PolicyComparison.differences(
              PolicyReader.read(theirs.policy(), PolicyReader.Kernel.LINUX_7_2),
              ours.orThrow().profiles());
      return differences.isEmpty() ? "" : "another policy: " + differences.get(0);
    } catch (PolicyFormatException e) {
      return ""; // no kernel takes theirs
    }
  }

  private static String last(String errors) {
    List<String> lines = errors.lines().toList();
    return lines.isEmpty() ? "nothing" : lines.get(lines.size() - 1);
  }

  @Test
  void areJudgedAndCompiledAsTheReferenceDoes() throws IOException, InterruptedException {
    read();
    long seed = Long.getLong("apparmor.seed", System.nanoTime());
    int count =
        Integer.getInteger(
            "apparmor.mutations", Boolean.getBoolean("apparmor.long") ? LONG : USUAL);
    System.out.println(count + " mutations of " + texts.size() + " texts, seed " + seed);
    Reference reference = new Reference(directory);
    PolicyCompiler compiler =
        PolicyCompiler.builder(Features.LINUX_6_12)
            .semantics(Semantics.APPARMOR_5_0)
            .build()
            .withDefaultAbi(Features.LINUX_6_12);
    AtomicInteger known = new AtomicInteger();
    TreeSet<String> found =
        IntStream.range(0, count)
            .parallel()
            .mapToObj(
                i -> {
                  Random random = new Random(seed + i);
                  String text = texts.get(random.nextInt(texts.size()));
                  String mutated = mutated(text, random);
                  String difference = difference(mutated, reference, compiler);
                  if (difference.isEmpty()) {
                    return "";
                  }
                  if (KNOWN.stream().anyMatch(pattern -> pattern.matcher(mutated).find())) {
                    known.incrementAndGet();
                    return "";
                  }
                  return difference + "\n" + mutated + "\n----";
                })
            .filter(difference -> !difference.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new));
    System.out.println(known + " differed as documented");
    Path report = Path.of("target/mutations.txt");
    Files.write(report, SourceText.encode(String.join("\n", found)));
    assertThat(found).as("all of them are in " + report).hasSizeLessThanOrEqualTo(count / RARE);
  }
}
