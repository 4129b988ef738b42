package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our policies beside what {@code apparmor_parser} 5.0.2 made of the same files. */
class ReferenceAnswersTest {

  /** Where we differ on purpose: docs/compatibility.md, "Where the reference is wrong". */
  private static final Map<String, String> ON_PURPOSE =
      Map.ofEntries(
          Map.entry("simple_tests/all/ok_04.sd", "deny all"),
          Map.entry("simple_tests/conditional/ok_25.sd", "defined $BOOL"),
          Map.entry("simple_tests/conditional/ok_26.sd", "defined $BOOL"),
          Map.entry("simple_tests/profile/flags/flags_ok23.sd", "several flags"),
          Map.entry("profiles/roddhjav/profiles-m-r/mimetype", "attachment length"),
          Map.entry("profiles/roddhjav/profiles-g-l/glib-compile-schemas", "attachment length"),
          Map.entry("profiles/roddhjav/profiles-s-z/wechat-appimage", "attachment length"),
          Map.entry("profiles/roddhjav/groups/network/nm-dispatcher", "cx in a nested child"),
          Map.entry("profiles/roddhjav/groups/xfce/xfce-session", "include once"));

  /** The same, for kernels that take rights of sockets as an array only. */
  private static final Map<String, String> ON_PURPOSE_WITH_ARRAYS =
      Map.of(
          "profiles/roddhjav/groups/apt/apt-listbugs", "network before a condition",
          "profiles/roddhjav/groups/code/code-extensions", "network before a condition",
          "profiles/roddhjav/groups/kde/kstart", "network before a condition");

  /** Kernels that the default run compiles profiles for. */
  private static final List<String> USUAL = List.of("6.12", "7.2");

  /** Our answers, which several tests ask for: compiling the corpus takes minutes. */
  private static final Map<List<String>, String> OURS = new ConcurrentHashMap<>();

  /** Of how many files the reference is asked about one. */
  private static final int SAMPLE = 12;

  @TempDir private Path directory = Path.of("");

  private ReferenceAnswers answers() throws IOException {
    return new ReferenceAnswers(Files.createTempDirectory(directory, ""));
  }

  /** Reads the table: for each file, for each set of features a number. */
  private static Map<String, Map<String, String>> table() throws IOException {
    Map<String, Map<String, String>> table = new LinkedHashMap<>();
    List<String> header = List.of();
    for (String line : Files.readAllLines(ReferenceAnswers.TABLE, StandardCharsets.ISO_8859_1)) {
      List<String> columns = List.of(line.split("\t", -1));
      if (line.startsWith("#")) {
        continue;
      }
      if (header.isEmpty()) {
        header = columns;
        continue;
      }
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 1; i < columns.size(); i++) {
        if (!columns.get(i).equals("-")) {
          row.put(header.get(i), columns.get(i));
        }
      }
      table.put(columns.get(0), row);
    }
    return table;
  }

  /** Returns the files that are compiled in another way, with the sets of features. */
  private Map<String, Collection<String>> differences(String prefix, List<String> sets)
      throws IOException {
    ReferenceAnswers answers = answers();
    Map<String, Map<String, String>> table = table();
    assertThat(table.keySet()).isEqualTo(new TreeSet<>(answers.accepted()));
    Stream<String[]> different =
        table.entrySet().parallelStream()
            .filter(row -> row.getKey().startsWith(prefix))
            .flatMap(
                row ->
                    row.getValue().entrySet().stream()
                        .filter(cell -> sets.contains(cell.getKey()))
                        .filter(
                            cell ->
                                isDifferent(
                                    ours(answers, row.getKey(), cell.getKey()), cell.getValue()))
                        .map(cell -> new String[] {row.getKey(), cell.getKey()}));
    return different.collect(
        Collectors.groupingBy(
            pair -> pair[0],
            TreeMap::new,
            Collectors.mapping(pair -> pair[1], Collectors.toCollection(TreeSet::new))));
  }

  private static boolean isDifferent(String left, String right) {
    return !ReferenceAnswers.meaning(left).equals(ReferenceAnswers.meaning(right));
  }

  private static String ours(ReferenceAnswers answers, String file, String set) {
    List<String> key = List.of(file, set);
    String known = OURS.get(key);
    if (known == null) {
      known = compiled(answers, file, set);
      OURS.put(key, known);
    }
    return known;
  }

  private static String compiled(ReferenceAnswers answers, String file, String set) {
    try {
      return answers.ours(file, set);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  private static List<String> onPurpose(String prefix) {
    return ON_PURPOSE.keySet().stream().filter(file -> file.startsWith(prefix)).sorted().toList();
  }

  @Test
  void compilesSimpleTestsAsTheReferenceDoes() throws IOException {
    assertThat(differences("simple_tests/", answers().sets()).keySet())
        .containsExactlyElementsOf(onPurpose("simple_tests/"));
  }

  @Test
  void compilesProfilesAsTheReferenceDoes() throws IOException {
    assertThat(differences("profiles/", USUAL).keySet())
        .containsExactlyElementsOf(onPurpose("profiles/"));
  }

  /** Compares sizes: of every automaton in states, of all policies in states and bytes. */
  @Test
  @Tag("differential")
  void isNoLargerThanTheReferences() throws IOException {
    ReferenceAnswers answers = answers();
    for (String set : ReferenceAnswers.SIZED) {
      List<String> larger = Collections.synchronizedList(new ArrayList<>());
      LongAdder[] sums = {new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder()};
      table().entrySet().parallelStream()
          .filter(row -> row.getKey().startsWith("profiles/"))
          .filter(row -> !ON_PURPOSE.containsKey(row.getKey()) && row.getValue().containsKey(set))
          .forEach(
              row -> {
                ReferenceAnswers.Size theirs =
                    ReferenceAnswers.Size.of(String.valueOf(row.getValue().get(set)));
                ReferenceAnswers.Size ours =
                    ReferenceAnswers.Size.of(ours(answers, row.getKey(), set));
                for (int i = 0; i < theirs.states().size(); i++) {
                  sums[0].add(ours.states().get(i));
                  sums[1].add(theirs.states().get(i));
                  if (ours.states().get(i) > theirs.states().get(i)) {
                    larger.add(row.getKey() + " " + ours + " " + theirs);
                  }
                }
                sums[2].add(ours.bytes());
                sums[3].add(theirs.bytes());
              });
      assertThat(larger).isEmpty();
      assertThat(sums[0].sum()).as("states for " + set).isLessThanOrEqualTo(sums[1].sum());
      assertThat(sums[2].sum()).as("bytes for " + set).isLessThanOrEqualTo(sums[3].sum());
    }
  }

  @Test
  @Tag("differential")
  void compilesProfilesAsTheReferenceDoesForOtherKernels() throws IOException {
    List<String> known = new ArrayList<>(onPurpose("profiles/"));
    known.addAll(ON_PURPOSE_WITH_ARRAYS.keySet());
    assertThat(known)
        .containsExactlyInAnyOrderElementsOf(
            differences("profiles/", ReferenceAnswers.KERNELS).keySet());
  }

  /**
   * Asks the reference again. The table names the program and the files that it was made of: while
   * they are the same, so are the answers, and one file of {@value #SAMPLE}, others each time, is
   * asked about; all are if anything changed, with {@code -Dapparmor.long=true}, and with {@code
   * -Dgolden.update=true}, which writes the table anew.
   */
  @Test
  @Tag("differential")
  void theReferenceStillSaysSo() throws IOException, InterruptedException {
    ReferenceAnswers answers = answers();
    String reference = Shared.run(Shared.path("tools/reference-parser")).text().strip();
    Path configuration = Files.createFile(directory.resolve("empty.conf"));
    List<String> sets = answers.sets();
    String head =
        """
        # What apparmor_parser 5.0.2 makes of the corpus: ReferenceAnswers.
        # apparmor_parser --config-file=EMPTY -QKS -j0 -M FEATURES -b|-I ... FILE
        # %s
        file\t%s
        """
            .formatted(answers.asked(Path.of(reference)), String.join("\t", sets));
    String kept = Files.readString(ReferenceAnswers.TABLE, StandardCharsets.ISO_8859_1);
    boolean all =
        Boolean.getBoolean("apparmor.long")
            || Boolean.getBoolean("golden.update")
            || !kept.startsWith(head);
    long seed = System.nanoTime();
    System.out.println(
        all ? "every file is asked about" : "one file of " + SAMPLE + " is asked about: " + seed);
    Random random = new Random(seed);
    List<String> files = answers.accepted().stream().sorted().toList();
    List<String> asked = files.stream().filter(file -> all || random.nextInt(SAMPLE) == 0).toList();
    List<String> rows =
        asked.parallelStream()
            .map(
                file ->
                    Stream.concat(
                            Stream.of(file),
                            sets.stream()
                                .map(set -> theirs(answers, reference, configuration, file, set)))
                        .collect(Collectors.joining("\t")))
            .toList();
    if (Boolean.getBoolean("golden.update")) {
      kept = head + String.join("\n", rows) + "\n";
      Files.writeString(ReferenceAnswers.TABLE, kept, StandardCharsets.ISO_8859_1);
    }
    assertThat(kept).as("the table's head; -Dgolden.update=true writes it").startsWith(head);
    List<String> lines = List.of(kept.substring(head.length()).split("\n", -1));
    assertThat(lines).hasSize(files.size() + 1).containsAll(rows);
  }

  private static String theirs(
      ReferenceAnswers answers, String reference, Path configuration, String file, String set) {
    if (file.startsWith("profiles/") && !ReferenceAnswers.KERNELS.contains(set)) {
      return "-";
    }
    try {
      return answers.theirs(reference, configuration, file, set);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
