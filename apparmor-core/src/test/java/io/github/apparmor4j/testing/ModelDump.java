package io.github.apparmor4j.testing;

import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.profile.Condition;
import io.github.apparmor4j.profile.Conditional;
import io.github.apparmor4j.profile.Endpoint;
import io.github.apparmor4j.profile.FileElement;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.ProfileElement;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model as text that owes nothing to the code that prints it: each element on a line, with its
 * place and the components of its record; what is absent ({@code null}, {@code false}, an empty
 * list, no qualifiers, a side of no conditions) is left out.
 */
public final class ModelDump {

  private static final Map<String, Integer> PERMISSIONS =
      Map.of(
          "EXEC", FilePermissions.EXEC,
          "WRITE", FilePermissions.WRITE,
          "READ", FilePermissions.READ,
          "APPEND", FilePermissions.APPEND,
          "LINK", FilePermissions.LINK,
          "LOCK", FilePermissions.LOCK,
          "MMAP_EXEC", FilePermissions.MMAP_EXEC);

  private final ParseResult<?> parsed;
  private final StringBuilder out = new StringBuilder();

  private ModelDump(ParseResult<?> parsed) {
    this.parsed = parsed;
  }

  /** Returns a model's dump; {@code nothing} for one without elements. */
  public static String of(ParseResult<ProfileFile> parsed) {
    ModelDump dump = new ModelDump(parsed);
    parsed.model().elements().forEach(element -> dump.element(element, ""));
    return dump.out.isEmpty() ? "nothing\n" : dump.out.toString();
  }

  private void element(Object element, String indent) {
    out.append(indent).append(element.getClass().getSimpleName());
    List<Object> inside = new ArrayList<>();
    for (RecordComponent component : element.getClass().getRecordComponents()) {
      Object value = value(component, element);
      if (value instanceof List<?> list && list.stream().anyMatch(ModelDump::isElement)) {
        inside.add(component.getName().equals("otherwise") ? new Else(list) : list);
      } else if (value instanceof List<?> && component.getName().equals("otherwise")) {
        inside.add(new Else(List.of()));
      } else {
        component(component.getName(), value);
      }
    }
    SourceSpan span = parsed.spanOf(element).orElse(null);
    out.append(span == null ? "" : "  @" + place(span.start()) + "-" + place(span.end()));
    out.append('\n');
    for (Object each : inside) {
      if (each instanceof Else otherwise) {
        out.append(indent).append("  otherwise\n");
        otherwise.elements().forEach(one -> element(one, indent + "    "));
      } else {
        ((List<?>) each).forEach(one -> element(one, indent + "  "));
      }
    }
  }

  private record Else(List<?> elements) {}

  private static boolean isElement(Object value) {
    return value instanceof FileElement
        || value instanceof ProfileElement
        || value instanceof Conditional.Branch;
  }

  private String place(int offset) {
    SourceText source = parsed.source();
    return source.line(offset) + ":" + source.column(offset);
  }

  private void component(String name, @Nullable Object value) {
    if (!isAbsent(value)) {
      out.append(' ').append(name).append('=').append(shown(value));
    }
  }

  private static boolean isAbsent(@Nullable Object value) {
    return value == null
        || value.equals(false)
        || value.equals(List.of())
        || value.equals(Qualifiers.NONE)
        || value.equals(Endpoint.ANY);
  }

  private static String shown(@Nullable Object value) {
    if (value instanceof String text) {
      return quoted(text);
    } else if (value instanceof Enum<?> constant) {
      return constant.name();
    } else if (value instanceof List<?> list) {
      return list.stream().map(ModelDump::shown).toList().toString();
    } else if (value instanceof FilePermissions permissions) {
      List<String> names =
          PERMISSIONS.entrySet().stream()
              .filter(each -> permissions.contains(each.getValue()))
              .map(Map.Entry::getKey)
              .sorted()
              .toList();
      return String.join("+", names)
          + (permissions.exec() == null ? "" : "(" + permissions.exec().name() + ")");
    } else if (value instanceof Condition.Constant constant) {
      return String.valueOf(constant.value());
    } else if (value instanceof Record group) {
      ModelDump inner = new ModelDump(ParseResult.ofModel(ProfileFile.of()));
      for (RecordComponent component : group.getClass().getRecordComponents()) {
        Object part = value(component, group);
        boolean usual =
            group instanceof Qualifiers && part.equals(value(component, Qualifiers.NONE));
        inner.component(component.getName(), usual ? null : part);
      }
      return group.getClass().getSimpleName() + "(" + inner.out.toString().strip() + ")";
    }
    return String.valueOf(value);
  }

  private static String quoted(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c >= ' ' && (c < 0x7f || Character.isLetterOrDigit(c));
      shown.append(plain ? String.valueOf(c) : String.format("<%04X>", (int) c));
    }
    return shown.append('"').toString();
  }

  private static @Nullable Object value(RecordComponent component, Object of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(component.toString(), e);
    }
  }
}
