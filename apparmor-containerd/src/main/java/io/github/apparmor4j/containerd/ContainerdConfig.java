package io.github.apparmor4j.containerd;

import static java.util.Objects.requireNonNull;

import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TooComplexException;
import io.github.apparmor4j.source.WorkLimits;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A host's containerd configuration, {@code config.toml} with all files that it imports, as far as
 * it decides about profiles. Immutable.
 *
 * <pre>{@code
 * ContainerdConfig config =
 *     ContainerdConfig.read("2.1", Path.of("/"), "/etc/containerd/config.toml");
 * config.check().forEach(found -> System.out.println(found.render()));
 * }</pre>
 *
 * <p>The versions merge differently (seen on 1.6.20 and 2.1.9, docs/containers.md): containerd 2
 * lays each imported table over what is there; in containerd 1 a plugin's table replaces the whole
 * table that earlier files have for it, so a fragment with one key resets all others.
 *
 * <p>Reading never fails: what is wrong is in {@link #diagnostics()}, and what could be read is
 * there. A file may have 4 MiB, and there may be 1000 files.
 */
public final class ContainerdConfig {

  /** The plugin's table in files of version 1; a file that names no version has version 1. */
  private static final String V1_PLUGIN = "cri";

  /** The plugin's table in files of version 2, for containerd 1 and 2. */
  static final String V2_PLUGIN = "io.containerd.grpc.v1.cri";

  /** The plugin's table in files of version 3, for containerd 2. */
  static final String V3_PLUGIN = "io.containerd.cri.v1.runtime";

  private static final int MOST = 4 << 20;

  /** How deep the plugin's tables may nest; containerd's own do so to level 6. */
  private static final int DEEPEST = 64;

  private static final int MOST_FILES = 1000;
  private static final Pattern VERSION = Pattern.compile("v?([12])(?:\\.(\\d{1,6})(?:[.~+-].*)?)?");
  private static final String SPEC = "base_runtime_spec";

  /** Tables that others' configurations have, and containerd's have not. */
  private static final Map<String, String> OTHERS =
      Map.of("crio", "CRI-O", "containers", "Podman", "engine", "Podman");

  /**
   * A runtime, which a Kubernetes runtime class names as its handler.
   *
   * @param name the runtime's name
   * @param type the shim: {@code io.containerd.runc.v2}; empty if none is configured
   * @param baseRuntimeSpec the path of an OCI configuration that containers start from; empty for
   *     containerd's own
   * @param place where it is configured
   */
  public record RuntimeHandler(
      String name, String type, String baseRuntimeSpec, SourcePlace place) {}

  /** A value and where it is written. */
  private record Value(Object value, SourcePlace place) {}

  /** What a value takes with its keys and its place; an estimate. */
  private static final int BYTES = 512;

  private final Budget budget = Budget.of(WorkLimits.DEFAULT);

  private final int major;

  /** The newest version of files that this containerd takes. */
  private final int newest;

  private final Path root;
  private final List<Diagnostic> diagnostics = new ArrayList<>();

  /** The values that result from the plugin's tables, by the keys that lead to them. */
  private final Map<List<String>, Value> plugin = new LinkedHashMap<>();

  private ContainerdConfig(int major, int newest, Path root) {
    this.major = major;
    this.newest = newest;
    this.root = root;
  }

  /**
   * Reads a host's configuration.
   *
   * @param version containerd's version, of 1 or 2: {@code 1.6.20}, {@code 2.1}; {@code 1} stands
   *     for 1.7
   * @param root the root of the host's file tree, {@code /} for this host
   * @param file the file's absolute path on that host: {@code /etc/containerd/config.toml}
   * @throws IllegalArgumentException for another version or a relative path
   */
  public static ContainerdConfig read(String version, Path root, String file) {
    Matcher numbers = VERSION.matcher(version);
    if (!numbers.matches()) {
      throw new IllegalArgumentException("containerd 1 or 2, not " + version);
    }
    if (!file.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: " + file);
    }
    int major = Integer.parseInt(numbers.group(1));
    String minor = numbers.group(2);
    // 1.6 takes a file of version 3, and knows nothing of its tables; 1.7 refuses it.
    boolean looks = major == 2 || minor == null || Integer.parseInt(minor) >= 7;
    ContainerdConfig config = new ContainerdConfig(major, looks ? major + 1 : 3, root);
    config.readAll(file);
    return config;
  }

  // ---- files

  /** A file to read, and where it is imported; {@code null} for the first file. */
  private record Import(String file, @Nullable SourcePlace from) {}

  // Breadth first: all imports of a file come before those of the imported files.
  private void readAll(String first) {
    Deque<Import> waiting = new ArrayDeque<>(List.of(new Import(first, null)));
    Set<String> seen = new HashSet<>();
    while (!waiting.isEmpty()) {
      Import next = waiting.remove();
      if (!seen.add(next.file)) {
        continue;
      }
      if (seen.size() > MOST_FILES) {
        report(ContainerdProblem.NOT_TOML, place(next), "more than " + MOST_FILES + " files");
        return;
      }
      SourceText text = text(next);
      if (text != null) {
        try {
          budget.take(2L * text.text().length());
          waiting.addAll(read(text, next));
        } catch (TooComplexException e) {
          report(ContainerdProblem.NOT_TOML, place(next), String.valueOf(e.getMessage()));
          return;
        }
      }
    }
  }

  private Path path(String file) {
    return root.resolve(file.substring(1));
  }

  private @Nullable SourceText text(Import file) {
    Path path = path(file.file);
    try {
      return SourceText.of(file.file, SourceText.decode(BoundedFiles.read(path, MOST)));
    } catch (IOException e) {
      boolean missing = !Files.exists(path);
      Diagnostic found =
          Diagnostic.of(
              ContainerdProblem.UNREADABLE_IMPORT,
              place(file),
              file.file + (missing ? " is not there" : " can't be read: " + Failures.reason(e)));
      // containerd 2 passes over a missing file, containerd 1 doesn't start.
      boolean passedOver = major == 2 && missing;
      diagnostics.add(passedOver ? found.withSeverity(Diagnostic.Severity.WARNING) : found);
      return null;
    }
  }

  private static SourcePlace place(Import file) {
    return file.from == null
        ? SourcePlace.of(SourceText.of(file.file, ""), new SourceSpan(0, 0))
        : file.from;
  }

  private void report(ContainerdProblem kind, SourcePlace place, String message) {
    diagnostics.add(Diagnostic.of(kind, place, message));
  }

  /** Takes in what a file says; returns what it imports. */
  private List<Import> read(SourceText text, Import file) {
    TomlParseResult toml;
    try {
      toml = Toml.parse(text.text());
    } catch (StackOverflowError e) {
      report(ContainerdProblem.NOT_TOML, place(text, null), "too deeply nested");
      return List.of();
    } catch (RuntimeException | AssertionError e) {
      // What tomlj throws at some texts that are not TOML.
      report(ContainerdProblem.NOT_TOML, place(text, null), "can't be read: " + e.getMessage());
      return List.of();
    }
    int brace = toml.hasErrors() ? text.text().indexOf("{{") : -1;
    if (brace >= 0) {
      report(
          ContainerdProblem.NOT_TOML,
          SourcePlace.of(text, new SourceSpan(brace, brace + 2)),
          "this is a template, as k3s has it; check what it makes of it");
      return List.of();
    }
    if (toml.hasErrors()) {
      for (TomlParseError error : toml.errors()) {
        report(
            ContainerdProblem.NOT_TOML,
            place(text, error.position()),
            String.valueOf(error.getMessage()));
      }
      return List.of();
    }
    for (Map.Entry<String, String> other : OTHERS.entrySet()) {
      if (toml.get(List.of(other.getKey())) instanceof TomlTable) {
        report(
            ContainerdProblem.UNEXPECTED,
            place(text, toml.inputPositionOf(List.of(other.getKey()))),
            "this is a configuration of " + other.getValue() + ", not of containerd");
        return List.of();
      }
    }
    takePlugins(text, toml);
    return imports(text, toml, file);
  }

  private void takePlugins(SourceText text, TomlParseResult toml) {
    Object number = toml.get(List.of("version"));
    long version = number instanceof Long said ? said : 1;
    if (version > newest) {
      report(
          ContainerdProblem.UNEXPECTED,
          place(text, toml.inputPositionOf(List.of("version"))),
          "containerd " + major + " reads version " + newest + " at most");
      return;
    }
    Object plugins = toml.get(List.of("plugins"));
    if (!(plugins instanceof TomlTable tables)) {
      return;
    }
    for (String name : List.of(V1_PLUGIN, V2_PLUGIN, V3_PLUGIN)) {
      boolean own = reads(name, version);
      Object found = tables.get(List.of(name));
      if (!(found instanceof TomlTable table)) {
        continue;
      }
      SourcePlace place = place(text, tables.inputPositionOf(List.of(name)));
      if (major == 1 && version > 1 && name.equals(V1_PLUGIN)) {
        report(
            ContainerdProblem.UNEXPECTED,
            place,
            "containerd doesn't start: no plugin is called cri");
      } else if (!own) {
        if (tells(table)) {
          report(
              ContainerdProblem.IGNORED_TABLE,
              place,
              "containerd " + major + " passes over this table here");
        }
      } else {
        take(text, table, place);
      }
    }
  }

  private void take(SourceText text, TomlTable table, SourcePlace place) {
    if (major == 1) {
      if (!plugin.isEmpty()) {
        report(
            ContainerdProblem.REPLACING_TABLE,
            place,
            "this table replaces all that earlier files say of the plugin");
      }
      plugin.clear();
    }
    take(text, table, new ArrayDeque<>());
  }

  /** Returns whether a table of the plugin counts in files of a version (docs/containers.md). */
  private boolean reads(String name, long version) {
    if (major == 1) {
      return name.equals(version < 2 ? V1_PLUGIN : V2_PLUGIN);
    }
    return name.equals(V3_PLUGIN) || (name.equals(V2_PLUGIN) && version == 2);
  }

  /**
   * Returns whether a table says anything about profiles; version 3 keeps a table for other keys.
   */
  private static boolean tells(TomlTable table) {
    return table.contains(List.of("disable_apparmor")) || table.contains(List.of("containerd"));
  }

  private void take(SourceText text, TomlTable table, Deque<String> prefix) {
    if (prefix.size() > DEEPEST) {
      report(ContainerdProblem.NOT_TOML, place(text, null), "too deeply nested");
      return;
    }
    for (String key : table.keySet()) {
      Object value = table.get(List.of(key));
      prefix.addLast(key);
      if (value instanceof TomlTable inner) {
        take(text, inner, prefix);
      } else if (value != null) {
        SourcePlace place = place(text, table.inputPositionOf(List.of(key)));
        budget.take(BYTES);
        plugin.put(List.copyOf(prefix), new Value(value, place));
      }
      prefix.removeLast();
    }
  }

  private List<Import> imports(SourceText text, TomlParseResult toml, Import file) {
    List<Import> imports = new ArrayList<>();
    if (!(toml.get(List.of("imports")) instanceof TomlArray array)) {
      return imports;
    }
    SourcePlace place = place(text, toml.inputPositionOf(List.of("imports")));
    for (Object entry : array.toList()) {
      if (!(entry instanceof String name)) {
        report(ContainerdProblem.UNEXPECTED, place, "imports holds something that is not a string");
        continue;
      }
      String absolute =
          name.startsWith("/")
              ? name
              : file.file.substring(0, file.file.lastIndexOf('/') + 1) + name;
      String normal;
      try {
        normal = Path.of(absolute).normalize().toString();
      } catch (InvalidPathException e) {
        report(ContainerdProblem.UNEXPECTED, place, "not a path: " + e.getReason());
        continue;
      }
      if (normal.contains("*")) {
        matches(normal).forEach(match -> imports.add(new Import(match, place)));
      } else {
        imports.add(new Import(normal, place));
      }
    }
    return imports;
  }

  private List<String> matches(String pattern) {
    int slash = pattern.lastIndexOf('/');
    String directory = pattern.substring(0, slash + 1);
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(path(directory), pattern.substring(slash + 1))) {
      files.forEach(path -> found.add(directory + path.getFileName()));
    } catch (NotDirectoryException | NoSuchFileException e) {
      return List.of();
    } catch (PatternSyntaxException e) {
      report(
          ContainerdProblem.UNEXPECTED,
          place(new Import(directory, null)),
          pattern + " is not a pattern of files: " + e.getDescription());
    } catch (IOException e) {
      report(
          ContainerdProblem.UNREADABLE_IMPORT,
          place(new Import(directory, null)),
          directory + " can't be read: " + e.getMessage());
    }
    Collections.sort(found);
    return found;
  }

  private static SourcePlace place(SourceText text, @Nullable TomlPosition position) {
    if (position == null) {
      return SourcePlace.of(text, new SourceSpan(0, 0));
    }
    int start = text.lineStart(position.line());
    int at = Math.min(start + position.column() - 1, text.text().length());
    return SourcePlace.of(text, new SourceSpan(at, at));
  }

  // ---- what it comes to

  /** Returns what is wrong with the files themselves. */
  public List<Diagnostic> diagnostics() {
    return List.copyOf(diagnostics);
  }

  /** Returns whether {@code disable_apparmor} is true: no container gets a profile then. */
  public boolean disableAppArmor() {
    Value value = plugin.get(List.of("disable_apparmor"));
    return value != null && value.value.equals(true);
  }

  /** Returns the name of the runtime that is used when none is asked for. */
  public String defaultRuntimeName() {
    Value value = plugin.get(List.of("containerd", "default_runtime_name"));
    return value != null && value.value instanceof String name ? name : "runc";
  }

  /** Returns the runtimes that the files configure, by name. */
  public Map<String, RuntimeHandler> runtimes() {
    Map<String, RuntimeHandler> runtimes = new LinkedHashMap<>();
    plugin.forEach(
        (key, value) -> {
          if (key.size() > 3 && key.subList(0, 2).equals(List.of("containerd", "runtimes"))) {
            String name = key.get(2);
            runtimes.computeIfAbsent(
                name,
                absent ->
                    new RuntimeHandler(
                        name, text(name, "runtime_type"), text(name, SPEC), value.place));
          }
        });
    return Collections.unmodifiableMap(runtimes);
  }

  private String text(String runtime, String key) {
    Value value = plugin.get(List.of("containerd", "runtimes", runtime, key));
    return value != null && value.value instanceof String text ? text : "";
  }

  /**
   * Returns what is wrong with the files, and then what is worth a look: AppArmor switched off,
   * base specifications that carry a profile, runtimes that may apply none, a default runtime that
   * isn't configured.
   */
  public List<Diagnostic> check() {
    List<Diagnostic> found = new ArrayList<>(diagnostics);
    Value disabled = plugin.get(List.of("disable_apparmor"));
    if (disabled != null && !(disabled.value instanceof Boolean)) {
      found.add(
          Diagnostic.of(
              ContainerdProblem.UNEXPECTED, disabled.place, "disable_apparmor is true or false"));
    } else if (disabled != null && disableAppArmor()) {
      found.add(
          Diagnostic.of(
              ContainerdProblem.APPARMOR_DISABLED, disabled.place, "no container gets a profile"));
    }
    Map<String, RuntimeHandler> runtimes = runtimes();
    runtimes.values().forEach(runtime -> checkHandler(runtime, found));
    // containerd 1 forgets its own runc if any other runtime is configured.
    boolean own = defaultRuntimeName().equals("runc") && (major == 2 || runtimes.isEmpty());
    if (!own && !runtimes.containsKey(defaultRuntimeName())) {
      SourcePlace place =
          runtimes.isEmpty()
              ? requireNonNull(plugin.get(List.of("containerd", "default_runtime_name"))).place
              : runtimes.values().iterator().next().place;
      found.add(
          Diagnostic.of(
              ContainerdProblem.MISSING_DEFAULT_RUNTIME,
              place,
              "the default runtime "
                  + defaultRuntimeName()
                  + " isn't configured: CRI will not start"));
    }
    return found;
  }

  private void checkHandler(RuntimeHandler runtime, List<Diagnostic> found) {
    Value spec = plugin.get(List.of("containerd", "runtimes", runtime.name, SPEC));
    if (!runtime.type.isEmpty() && !runtime.type.startsWith("io.containerd.runc.")) {
      found.add(
          Diagnostic.of(
              ContainerdProblem.RUNTIME_WITHOUT_PROFILES,
              runtime.place,
              "runtime " + runtime.name + " (" + runtime.type + ") may apply no profiles"));
    }
    if (spec == null || runtime.baseRuntimeSpec.isEmpty()) {
      return;
    }
    try {
      String file = runtime.baseRuntimeSpec;
      byte[] bytes = BoundedFiles.read(path(file.startsWith("/") ? file : "/" + file), MOST);
      OciSpec.parse(SourceText.of(file, SourceText.decode(bytes)))
          .profile()
          .ifPresent(
              profile ->
                  found.add(
                      Diagnostic.of(
                          ContainerdProblem.PROFILE_IN_BASE,
                          spec.place,
                          file
                              + " names profile "
                              + profile
                              + ", which containers keep that ask for no confinement")));
    } catch (IOException | InvalidPathException e) {
      found.add(
          Diagnostic.of(
              ContainerdProblem.UNREADABLE_BASE,
              spec.place,
              runtime.baseRuntimeSpec + " can't be read"));
    } catch (DiagnosticException e) {
      found.addAll(e.diagnostics());
    }
  }

  /** Returns the plugin's keys and values, for a fragment that replaces its table. */
  Map<List<String>, Object> pluginValues() {
    Map<List<String>, Object> values = new LinkedHashMap<>();
    plugin.forEach((key, value) -> values.put(key, value.value));
    return values;
  }
}
