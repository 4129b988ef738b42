package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.ComposeLayer.Field;
import io.github.apparmor4j.docker.ComposeLayer.Include;
import io.github.apparmor4j.docker.ComposeLayer.Item;
import io.github.apparmor4j.docker.ComposeLayer.Kind;
import io.github.apparmor4j.docker.ComposeLayer.Service;
import io.github.apparmor4j.docker.ComposeLayer.Tag;
import io.github.apparmor4j.docker.ComposeService.Base;
import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.limits.Budget;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.WorkLimits;
import io.github.apparmor4j.yaml.YamlText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * One reading of a project: its files merged document by document, with what they extend and
 * include, in the order of {@code docker compose}. Of each document, variables are expanded, then
 * services extended, then earlier documents lose what it resets, then included files come in, and
 * then it is put over the earlier ones. What Compose refuses is reported, and the rest read.
 * (docs/containers.md, "As docker compose reads a project".)
 */
final class ComposeMerge {

  private static final int DEEPEST = 64;

  /** What a copy of an option takes while options are merged, and its steps; estimates. */
  private static final int BYTES = 64;

  private static final int STEPS = 8;

  /** The steps of an included or extended file. */
  private static final int FILE_STEPS = 1 << 10;

  private static final Pattern REMOTE = Pattern.compile("(?i)[a-z][a-z0-9+.-]+:.*|git@.*");
  private static final Pattern BOOLEAN = Pattern.compile("(?i)true|y|yes|on|false|n|no|off");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]+");

  /**
   * Where files are read.
   *
   * @param directory the directory of relative paths, relative to the project's; empty for that
   * @param variables the variables' values
   * @param included the files that are included in each other down to here
   */
  private record Scope(String directory, Map<String, String> variables, List<String> included) {}

  private final Function<String, @Nullable SourceText> others;
  private final Consumer<Diagnostic> found;
  private final Budget budget = Budget.of(WorkLimits.DEFAULT);
  private final Map<String, @Nullable ComposeFile> read = new HashMap<>();

  /** The services of files that are extended; files are equal if they are the same. */
  private final Map<ComposeFile, Map<String, Service>> raw = new HashMap<>();

  /** The documents whose variables were looked at, by the variables' values. */
  private final IdentityHashMap<ComposeLayer, Set<Map<String, String>>> looked =
      new IdentityHashMap<>();

  ComposeMerge(Function<String, @Nullable SourceText> others, Consumer<Diagnostic> found) {
    this.others = others;
    this.found = found;
  }

  /** Returns the services of a project, by name, with variables expanded. */
  Map<String, Service> services(List<ComposeFile> files, Map<String, String> variables) {
    Map<String, Service> services = new LinkedHashMap<>();
    Scope scope = new Scope("", variables, List.of());
    for (ComposeFile file : files) {
      add(file, scope, services);
    }
    return services;
  }

  private void report(ComposeProblem kind, SourcePlace place, String message) {
    found.accept(Diagnostic.of(kind, place, message));
  }

  // ---- files

  private @Nullable ComposeFile other(String path, SourcePlace place) {
    budget.work(FILE_STEPS);
    if (REMOTE.matcher(path).matches()) {
      report(ComposeProblem.BROKEN_REFERENCE, place, path + " is not on this machine: not read");
      return null;
    }
    if (!read.containsKey(path)) {
      SourceText text = others.apply(path);
      read.put(path, text == null ? null : ComposeFile.parse(text));
    }
    ComposeFile file = read.get(path);
    if (file == null) {
      report(ComposeProblem.BROKEN_REFERENCE, place, "can't find " + path);
    } else {
      file.problems().forEach(found);
    }
    return file;
  }

  /** Returns a path with another before it, without dots; an absolute one stays. */
  static String joined(String directory, String path) {
    Deque<String> parts = new ArrayDeque<>();
    boolean isAbsolute = path.startsWith("/");
    String all = isAbsolute || directory.isEmpty() ? path : directory + "/" + path;
    for (String part : all.split("/", -1)) {
      if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return (all.startsWith("/") ? "/" : "") + String.join("/", parts);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  /** Puts what a file says over what earlier ones say. */
  private void add(ComposeFile file, Scope scope, Map<String, Service> to) {
    for (ComposeLayer layer : file.layers()) {
      checkVariables(layer, scope);
      if (layer.tag() != Tag.NONE) {
        to.clear();
      }
      Map<String, Service> own = new LinkedHashMap<>();
      for (Service service : layer.services().values()) {
        if (!NAME.matcher(service.name()).matches()) {
          report(ComposeProblem.UNEXPECTED, service.place(), "not a valid name of a service");
        }
        if (service.tag() != Tag.NONE) {
          to.remove(service.name());
        }
        if (service.tag() != Tag.RESET && layer.tag() != Tag.RESET) {
          own.put(service.name(), extended(service, layer.services(), scope, "", new HashSet<>()));
        }
      }
      for (Include include : layer.includes()) {
        include(include, scope, own);
      }
      own.forEach(
          (name, service) -> {
            Service before = to.get(name);
            Service whole = before == null ? plain(service) : merged(before, service);
            to.put(name, whole);
            check(whole);
          });
    }
  }

  // ---- merging

  private void count(Service service) {
    int size = 1;
    for (Field field : service.fields().values()) {
      size += field.items().size();
    }
    budget.take((long) BYTES * size);
    budget.work((long) STEPS * size);
  }

  private Service merged(Service before, Service after) {
    count(before);
    count(after);
    return ComposeLayer.merged(
        before,
        after,
        field ->
            report(
                ComposeProblem.UNEXPECTED,
                field.place(),
                "a list and something else can't be merged"));
  }

  /** Returns a service without what it resets. */
  private Service plain(Service service) {
    Map<String, Field> none = Map.of();
    return merged(
        new Service(service.name(), service.place(), Tag.NONE, true, none, null, List.of()),
        service);
  }

  /** Reports what Compose would not accept of a service as it is after a document. */
  private void check(Service service) {
    if (service.isNull()) {
      report(ComposeProblem.UNEXPECTED, service.place(), "a service is a mapping");
    }
    Field options = service.fields().get(ComposeLayer.SECURITY_OPT);
    if (options != null && options.kind() == Kind.NULL) {
      report(ComposeProblem.UNEXPECTED, options.place(), "security_opt is a list of strings");
    } else if (options != null) {
      Set<String> values = new HashSet<>();
      for (Item item : options.items()) {
        if (!values.add(item.text().value())) {
          String message = "'" + item.text().value() + "' is there twice";
          report(ComposeProblem.REPEATED, item.text().place(), message);
        }
      }
    }
    Field privileged = service.fields().get(ComposeLayer.PRIVILEGED);
    if (privileged != null
        && privileged.kind() != Kind.BOOLEAN
        && privileged.kind() != Kind.STRING) {
      refusePrivileged(privileged);
    }
  }

  private void refusePrivileged(Field privileged) {
    report(ComposeProblem.UNEXPECTED, privileged.place(), "privileged is true or false");
  }

  /** Reports what Compose would not take for a truth value, also of services that nobody needs. */
  private void checkPrivileged(ComposeLayer layer, Scope scope) {
    for (Service service : layer.services().values()) {
      Field privileged = service.fields().get(ComposeLayer.PRIVILEGED);
      if (privileged != null && privileged.kind() == Kind.STRING) {
        Text text = privileged.items().get(0).text();
        String value = variables(scope, text.place(), false).expand(text.value());
        if (!BOOLEAN.matcher(value).matches()) {
          refusePrivileged(privileged);
        }
      }
    }
  }

  /** Returns whether a service is privileged, by all words that Compose takes for true. */
  static boolean isPrivileged(Service service) {
    Text flag = service.text(ComposeLayer.PRIVILEGED);
    return flag != null && flag.value().matches("(?i)true|y|yes|on");
  }

  // ---- variables

  private ComposeVariables variables(Scope scope, SourcePlace place, boolean warns) {
    return new ComposeVariables(
        scope.variables,
        new ComposeVariables.Listener() {
          @Override
          public void unset(String name) {
            if (warns) {
              report(ComposeProblem.UNSET_VARIABLE, place, "variable " + name + " is not set");
            }
          }

          @Override
          public void refused(String message) {
            report(ComposeProblem.REFUSED_VARIABLE, place, message);
          }
        });
  }

  private Text expanded(Text text, Scope scope) {
    String value = text.value();
    if (value.indexOf('$') < 0) {
      return text;
    }
    return new Text(variables(scope, text.place(), true).expand(value), text.place());
  }

  private Map<String, Field> expanded(Map<String, Field> fields, Scope scope) {
    Map<String, Field> expanded = new LinkedHashMap<>();
    fields.forEach(
        (key, field) ->
            expanded.put(
                key,
                field.with(
                    field.items().stream()
                        .map(item -> new Item(expanded(item.text(), scope), item.key()))
                        .toList())));
    return expanded;
  }

  /** Reports what Compose refuses of the variables anywhere in a document. */
  private void checkVariables(ComposeLayer layer, Scope scope) {
    Set<Map<String, String>> by =
        looked.computeIfAbsent(layer, key -> Collections.newSetFromMap(new IdentityHashMap<>()));
    if (!by.add(scope.variables)) {
      return;
    }
    checkPrivileged(layer, scope);
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> open = new ArrayDeque<>();
    YamlText yaml = layer.yaml();
    if (yaml.root() != null) {
      open.push(yaml.root());
    }
    while (!open.isEmpty()) {
      Node node = open.pop();
      budget.work(1);
      boolean isNew = seen.add(node);
      if (isNew && node instanceof SequenceNode sequence) {
        sequence.getValue().forEach(open::push);
      } else if (isNew && node instanceof MappingNode mapping) {
        mapping.getValue().forEach(entry -> open.push(entry.getValueNode()));
      } else if (node instanceof ScalarNode scalar && scalar.getValue().indexOf('$') >= 0) {
        variables(scope, yaml.place(scalar), false).expand(scalar.getValue());
      }
    }
  }

  // ---- extends

  /**
   * Returns a service with what it extends, and with variables expanded.
   *
   * @param beside the services that it can name without a file
   * @param path the file that it is in; empty for one of the project's own
   * @param seen what is being extended
   */
  private Service extended(
      Service service, Map<String, Service> beside, Scope scope, String path, Set<String> seen) {
    Service own =
        new Service(
            service.name(),
            service.place(),
            service.tag(),
            service.isNull(),
            expanded(service.fields(), scope),
            null,
            List.of());
    count(own);
    service.problems().forEach(found);
    Base base = service.base();
    if (base == null) {
      return own;
    }
    String name = expanded(new Text(base.service(), base.place()), scope).value();
    Map<String, Service> candidates = beside;
    Scope there = scope;
    String file = path;
    if (base.file() != null) {
      String written = expanded(new Text(base.file(), base.place()), scope).value();
      file = joined(scope.directory, written);
      ComposeFile found = other(REMOTE.matcher(written).matches() ? written : file, base.place());
      if (found == null) {
        return own;
      }
      candidates = raw(found, scope);
      there = new Scope(parent(file), scope.variables, scope.included);
    }
    Service from = candidates.get(name);
    if (from == null) {
      report(
          ComposeProblem.BROKEN_REFERENCE,
          base.place(),
          "there is no service " + name + " to extend");
      return own;
    } else if (seen.size() >= DEEPEST || !seen.add(file + ":" + service.name() + ":" + name)) {
      report(
          ComposeProblem.BROKEN_REFERENCE,
          base.place(),
          name + " extends itself through other services");
      return own;
    }
    return merged(plain(extended(from, candidates, there, file, seen)), own);
  }

  /** Returns the services of a file that is extended: its documents merged, nothing expanded. */
  private Map<String, Service> raw(ComposeFile file, Scope scope) {
    file.layers().forEach(layer -> checkVariables(layer, scope));
    return raw.computeIfAbsent(file, this::raw);
  }

  private Map<String, Service> raw(ComposeFile file) {
    Map<String, Service> services = new LinkedHashMap<>();
    for (ComposeLayer layer : file.layers()) {
      if (layer.tag() != Tag.NONE) {
        services.clear();
      }
      for (Service service : layer.services().values()) {
        Service before = service.tag() == Tag.NONE ? services.get(service.name()) : null;
        services.put(service.name(), before == null ? service : merged(before, service));
      }
    }
    return services;
  }

  // ---- include

  private void include(Include include, Scope scope, Map<String, Service> to) {
    List<String> paths = new ArrayList<>();
    for (Text text : include.paths()) {
      String written = expanded(text, scope).value();
      paths.add(REMOTE.matcher(written).matches() ? written : joined(scope.directory, written));
    }
    if (scope.included.size() >= DEEPEST || scope.included.contains(paths.get(0))) {
      report(
          ComposeProblem.BROKEN_REFERENCE,
          include.place(),
          paths.get(0) + " includes itself through other files");
      return;
    }
    Text said = include.directory();
    String directory =
        said == null
            ? parent(paths.get(0))
            : joined(scope.directory, expanded(said, scope).value());
    List<String> included = new ArrayList<>(scope.included);
    included.addAll(paths);
    Scope there = new Scope(directory, environment(include, directory, scope), included);
    Map<String, Service> services = new LinkedHashMap<>();
    for (String path : paths) {
      ComposeFile file = other(path, include.place());
      if (file != null) {
        add(file, there, services);
      }
    }
    services.forEach(
        (name, service) -> {
          Service other = to.putIfAbsent(name, service);
          if (other != null && !values(other).equals(values(service))) {
            report(
                ComposeProblem.REPEATED,
                other.place(),
                "an included file has another service " + name);
          }
        });
  }

  private static Map<String, List<String>> values(Service service) {
    Map<String, List<String>> values = new HashMap<>();
    service
        .fields()
        .forEach(
            (key, field) ->
                values.put(key, field.items().stream().map(item -> item.text().value()).toList()));
    return values;
  }

  private Map<String, String> environment(Include include, String directory, Scope scope) {
    List<String> paths = new ArrayList<>();
    include
        .environment()
        .forEach(text -> paths.add(joined(scope.directory, expanded(text, scope).value())));
    boolean isSaid = !paths.isEmpty();
    if (!isSaid) {
      paths.add(joined(directory, DotEnv.NAME));
    }
    Map<String, String> values = scope.variables;
    for (String path : paths) {
      SourceText text = others.apply(path);
      if (text != null) {
        values = DotEnv.under(values, text, found);
      } else if (isSaid) {
        report(ComposeProblem.BROKEN_REFERENCE, include.place(), "can't find " + path);
      }
    }
    return values;
  }
}
