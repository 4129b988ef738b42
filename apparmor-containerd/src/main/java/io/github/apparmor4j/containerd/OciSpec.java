package io.github.apparmor4j.containerd;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.source.TextEdit;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An OCI runtime configuration, {@code config.json}: the profile in it ({@code
 * process.apparmorProfile}), and edits that leave every other character as it was. Immutable.
 *
 * <pre>{@code
 * OciSpec spec = OciSpec.parse(SourceText.read(Path.of("config.json")));
 * System.out.println(spec.profile().orElse("unconfined"));
 * OciSpec confined = spec.withProfile(ProfileRef.external("web"));
 * }</pre>
 */
public final class OciSpec {

  /** The most characters of a text; specifications have some thousands. */
  private static final int MOST = 16 << 20;

  private static final int DEEPEST = 100;
  private static final String KEY = "apparmorProfile";
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  private final SourceText source;
  private final @Nullable String profile;
  private final Map<String, String> annotations = new TreeMap<>();

  // Offsets in the text; -1 for what isn't there.
  private int root = -1;
  private int process = -1;
  private int start = -1;
  private int end = -1;

  private OciSpec(SourceText source) throws IOException {
    this.source = source;
    try (JsonParser parser = JSON.createParser(source.text())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw problem(0, "a configuration is an object");
      }
      root = offset(parser) + 1;
      String found = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean here = parser.currentName().equals("process");
        if (parser.nextToken() == JsonToken.START_OBJECT && here) {
          process = offset(parser) + 1;
          found = process(parser);
        } else if (parser.currentName().equals("annotations")
            && parser.currentToken() == JsonToken.START_OBJECT) {
          annotations(parser);
        } else {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw problem(offset(parser), "only one object is expected");
      }
      profile = found;
    }
  }

  private void annotations(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (parser.nextToken() == JsonToken.VALUE_STRING) {
        annotations.put(key, parser.getText());
      } else {
        parser.skipChildren();
      }
    }
  }

  private @Nullable String process(JsonParser parser) throws IOException {
    String found = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean here = parser.currentName().equals(KEY);
      JsonToken token = parser.nextToken();
      if (here && token == JsonToken.VALUE_STRING) {
        start = offset(parser);
        found = parser.getText();
        parser.finishToken();
        end = (int) parser.currentLocation().getCharOffset();
      } else if (here) {
        throw problem(offset(parser), KEY + " is a string");
      } else {
        parser.skipChildren();
      }
    }
    return found;
  }

  private static int offset(JsonParser parser) {
    return (int) parser.currentTokenLocation().getCharOffset();
  }

  private DiagnosticException problem(int at, String message) {
    SourcePlace place = SourcePlace.of(source, new SourceSpan(at, at));
    return new DiagnosticException(
        List.of(Diagnostic.of(ContainerdProblem.NOT_OCI, place, message)));
  }

  /**
   * Reads a configuration of at most 16 Mi characters and 100 levels.
   *
   * @throws DiagnosticException if it is larger, is not JSON, has a key twice, or the profile is
   *     not a string
   */
  public static OciSpec parse(SourceText text) {
    if (text.text().length() > MOST) {
      SourcePlace place = SourcePlace.of(text, new SourceSpan(0, 0));
      throw new DiagnosticException(
          List.of(
              Diagnostic.of(
                  ContainerdProblem.NOT_OCI, place, "more than " + MOST + " characters")));
    }
    try {
      return new OciSpec(text);
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getCharOffset());
      int offset = (int) Math.min(at, text.text().length());
      SourcePlace place = SourcePlace.of(text, new SourceSpan(offset, offset));
      throw new DiagnosticException(
          List.of(Diagnostic.of(ContainerdProblem.NOT_OCI, place, e.getOriginalMessage())));
    } catch (IOException e) {
      throw new AssertionError("a string can always be read", e);
    }
  }

  /**
   * Returns the name of the profile; empty if there is none: the container then inherits what its
   * runtime runs under.
   */
  public Optional<String> profile() {
    return Optional.ofNullable(profile).filter(name -> !name.isEmpty());
  }

  /**
   * Returns the annotations, by which engines say what the container is; those that are not strings
   * are left out.
   */
  public Map<String, String> annotations() {
    return Map.copyOf(annotations);
  }

  /**
   * Returns the configuration with another profile; the key is added if it is missing.
   *
   * @param wanted a named profile, or unconfined
   * @throws IllegalArgumentException for the runtime's default, which OCI doesn't know
   */
  public OciSpec withProfile(ProfileRef wanted) {
    String name = OciProcess.of(wanted).name();
    String value = '"' + new String(JsonStringEncoder.getInstance().quoteAsString(name)) + '"';
    if (start >= 0) {
      return replaced(start, end, value);
    } else if (name.isEmpty()) {
      return this;
    }
    String member = '"' + KEY + "\": " + value;
    return process >= 0
        ? inserted(process, member)
        : inserted(root, "\"process\": {" + member + "}");
  }

  /** Inserts a member at an object's beginning, with the white space that the next member has. */
  private OciSpec inserted(int at, String member) {
    String text = source.text();
    int next = at;
    while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
      next++;
    }
    boolean empty = text.charAt(next) == '}';
    return replaced(at, at, empty ? member : text.substring(at, next) + member + ",");
  }

  private OciSpec replaced(int from, int to, String by) {
    return parse(TextEdit.apply(source, List.of(TextEdit.replace(from, to, by))));
  }

  /** Returns the text. */
  public SourceText source() {
    return source;
  }

  /** Returns the text. */
  @Override
  public String toString() {
    return source.text();
  }
}
