package io.github.apparmor4j.aa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Sarif;
import io.github.apparmor4j.source.SourcePlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What a command finds, and how it is printed: in lines for people, as SARIF, or as JSON
 * (docs/json.md).
 */
final class Findings {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--sarif", description = "print what is found as SARIF 2.1.0 instead")
  private boolean sarif;

  @Option(names = "--json", description = "print all as JSON instead")
  private boolean json;

  private final List<Object> lines = new ArrayList<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final Map<String, Object> facts = new LinkedHashMap<>();

  /** Adds a line for people. */
  void say(String line) {
    lines.add(line);
  }

  /** Adds diagnostics. */
  void add(List<Diagnostic> found) {
    lines.addAll(found);
    diagnostics.addAll(found);
  }

  /** Adds a fact to the JSON, with a value or with what is under the keys. */
  void fact(String key, Object value) {
    facts.put(key, value);
  }

  /** Adds an object to a list of the JSON; a value that is {@code null} is left out. */
  void fact(String list, String key, Object value, @Nullable Object... more) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(key, value);
    for (int i = 0; i < more.length; i += 2) {
      Object next = more[i + 1];
      if (next != null) {
        object.put(String.valueOf(more[i]), next);
      }
    }
    add(list, object);
  }

  /** Begins a list of the JSON, so that it is there even if it stays empty. */
  void list(String list) {
    facts.putIfAbsent(list, new ArrayList<>());
  }

  /** Adds an object to a list of the JSON. */
  void add(String list, Object object) {
    @SuppressWarnings("unchecked") // lists are made by the methods of this class alone
    List<Object> objects = (List<Object>) facts.computeIfAbsent(list, k -> new ArrayList<>());
    objects.add(object);
  }

  /** Adds diagnostics to the JSON and to SARIF; people are told in lines. */
  void note(List<Diagnostic> found) {
    diagnostics.addAll(found);
  }

  /** Returns the diagnostics. */
  List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** Returns a place as JSON has it. */
  static Map<String, Object> place(SourcePlace place) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", place.source().name());
    object.put("line", place.line());
    object.put("column", place.column());
    return object;
  }

  /**
   * Prints everything.
   *
   * @param schema the name of the JSON's form, with its version: {@code aa-kube-check/1}
   * @return 1 if there are errors, else 0
   */
  int print(String schema) throws IOException {
    if (sarif) {
      StringBuilder out = new StringBuilder();
      Sarif.write(diagnostics, "aa", Aa.version(), out);
      AaDocker.print(out.toString());
    } else if (json) {
      AaDocker.print(toJson(schema) + "\n");
    } else {
      for (Object line : lines) {
        if (line instanceof Diagnostic diagnostic) {
          Terminal.println(diagnostic);
        } else {
          Terminal.println(line);
        }
      }
    }
    return Diagnostic.errors(diagnostics).isEmpty() ? 0 : 1;
  }

  String toJson(String schema) throws JsonProcessingException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("schema", schema);
    all.put("tool", "aa " + Aa.version());
    all.putAll(facts);
    List<Object> found = new ArrayList<>();
    for (Diagnostic diagnostic : diagnostics) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("code", diagnostic.code());
      object.put("severity", diagnostic.severity().toString());
      object.put("message", diagnostic.message());
      diagnostic.kind().help().ifPresent(help -> object.put("help", help));
      object.putAll(place(diagnostic.place()));
      found.add(object);
    }
    all.put("diagnostics", found);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all);
  }
}
