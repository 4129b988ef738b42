package io.github.apparmor4j.docker;

import io.github.apparmor4j.docker.ComposeService.Text;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.yaml.YamlText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one document of a compose file says, as it is written. Compose merges a project document by
 * document.
 *
 * @param yaml the document
 * @param tag the tag of {@code services}
 * @param services the services by name, in their order
 * @param includes the files that the document includes
 */
record ComposeLayer(YamlText yaml, Tag tag, Map<String, Service> services, List<Include> includes) {

  static final String SECURITY_OPT = "security_opt";
  static final String PRIVILEGED = "privileged";
  static final String VOLUMES = "volumes";

  /** Is there if a service has what {@code docker stack deploy} alone looks at. */
  static final String SWARM = "deploy";

  /** How something is put over what earlier documents say. */
  enum Tag {
    /** It is merged. */
    NONE,
    /** It takes its place: {@code !override}. */
    OVERRIDE,
    /** It removes it: {@code !reset}. */
    RESET
  }

  /** What a value is. */
  enum Kind {
    NULL,
    BOOLEAN,
    STRING,
    OTHER,
    LIST
  }

  /**
   * An entry of a list.
   *
   * @param text the text; of a long form, its source
   * @param key of the entries with one key, the last holds; empty if all hold
   */
  record Item(Text text, String key) {}

  /**
   * A key of a service that matters here.
   *
   * @param items for a list its entries, for a string or truth value this alone
   * @param place where the value is
   */
  record Field(Kind kind, Tag tag, List<Item> items, SourcePlace place) {
    Field {
      items = List.copyOf(items);
    }

    Field with(List<Item> others) {
      return new Field(kind, tag, others, place);
    }
  }

  /**
   * A service.
   *
   * @param isNull whether nothing stands after its name
   * @param fields the keys that matter here
   * @param base the service that it extends; {@code null} if none
   * @param problems what is wrong with it, if it is used
   */
  record Service(
      String name,
      SourcePlace place,
      Tag tag,
      boolean isNull,
      Map<String, Field> fields,
      ComposeService.@Nullable Base base,
      List<Diagnostic> problems) {

    Service {
      fields = new LinkedHashMap<>(fields);
      problems = List.copyOf(problems);
    }

    /** Returns the entries of a list; {@code null} if it is missing or not a list. */
    @Nullable List<Text> texts(String key) {
      Field field = fields.get(key);
      return field == null || field.kind != Kind.LIST
          ? null
          : field.items.stream().map(Item::text).toList();
    }

    /** Returns a string or truth value; {@code null} if it is missing or another thing. */
    @Nullable Text text(String key) {
      Field field = fields.get(key);
      return field == null || field.kind == Kind.LIST || field.items.isEmpty()
          ? null
          : field.items.get(0).text;
    }

    /** Returns the service for those who read a file alone. */
    ComposeService shown() {
      Field options = fields.get(SECURITY_OPT);
      List<Text> mounts = texts(VOLUMES);
      return new ComposeService(
          name,
          place,
          texts(SECURITY_OPT),
          options != null && options.tag != Tag.NONE,
          text(PRIVILEGED),
          base,
          mounts == null ? List.of() : mounts);
    }
  }

  /**
   * An entry of {@code include}.
   *
   * @param paths the file and those that override it
   * @param environment the files of variables; empty for {@code .env} beside the file
   * @param directory the directory for relative paths; {@code null} for the file's
   * @param place where the entry is
   */
  record Include(
      List<Text> paths, List<Text> environment, @Nullable Text directory, SourcePlace place) {}

  /** Called with the field of a list that is put over something that is not a list, or reverse. */
  interface Conflict {
    void at(Field over);
  }

  /** Returns a field put over another; the one that is there has no tag. */
  static Field merged(Field there, Field over, Conflict conflict) {
    if (over.tag != Tag.NONE || there.kind == Kind.NULL) {
      return over;
    } else if (over.kind == Kind.NULL) {
      return there;
    } else if (there.kind == Kind.LIST && over.kind == Kind.LIST) {
      return there.with(joined(there.items, over.items));
    } else if (there.kind == Kind.LIST || over.kind == Kind.LIST) {
      conflict.at(over);
    }
    return over;
  }

  private static List<Item> joined(List<Item> first, List<Item> second) {
    List<Item> all = new ArrayList<>(first);
    Map<String, Integer> places = new LinkedHashMap<>();
    for (int i = 0; i < first.size(); i++) {
      places.put(first.get(i).key, i);
    }
    for (Item item : second) {
      Integer at = item.key.isEmpty() ? null : places.put(item.key, all.size());
      if (at == null) {
        all.add(item);
      } else {
        all.set(at, item);
        places.put(item.key, at);
      }
    }
    return all;
  }

  /** Returns a service put over another; the one that is there has no tags. */
  static Service merged(Service there, Service over, Conflict conflict) {
    Map<String, Field> fields = new LinkedHashMap<>(there.fields);
    over.fields.forEach(
        (key, field) -> {
          Field old = fields.get(key);
          if (field.tag == Tag.RESET) {
            fields.remove(key);
          } else {
            fields.put(key, old == null ? field : merged(old, field, conflict));
          }
        });
    List<Diagnostic> problems = new ArrayList<>(there.problems);
    problems.addAll(over.problems);
    return new Service(
        over.name,
        there.name.equals(over.name) ? there.place : over.place,
        Tag.NONE,
        there.isNull && over.isNull,
        fields,
        over.base == null ? there.base : over.base,
        problems);
  }
}
