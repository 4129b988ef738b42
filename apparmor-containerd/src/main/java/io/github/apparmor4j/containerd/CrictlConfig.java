package io.github.apparmor4j.containerd;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.github.apparmor4j.container.ProfileRef;
import io.github.apparmor4j.containerd.CriRequest.ProfileType;
import io.github.apparmor4j.containerd.CriRequest.SecurityProfile;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A container's or pod's configuration for {@code crictl}, in JSON or YAML: CRI's messages in proto
 * JSON. Field names may be written in {@code snake_case} or {@code camelCase}, and the kinds of
 * profiles as names or numbers. Immutable.
 *
 * <p>containerd takes no profile from a pod's configuration: its sandbox runs without one.
 */
public final class CrictlConfig {

  private static final int MOST = 16 << 20;
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder().maxNestingDepth(100).build();

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(LIMITS)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(LIMITS)
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                  .disable(YAMLGenerator.Feature.SPLIT_LINES)
                  .build())
          .build();

  private final SourceText source;
  private final ObjectNode root;
  private final CriRequest request;

  private CrictlConfig(SourceText source) throws JsonProcessingException {
    this.source = source;
    JsonNode read = mapper(source).readTree(source.text());
    if (!(read instanceof ObjectNode object)) {
      throw problem(source, 0, "a configuration is an object");
    }
    this.root = object;
    this.request = request(find(find(root, "linux"), "security_context"));
  }

  private static ObjectMapper mapper(SourceText source) {
    return source.text().stripLeading().startsWith("{") ? JSON : YAML;
  }

  private static DiagnosticException problem(SourceText source, int at, String message) {
    int offset = Math.max(0, Math.min(at, source.text().length()));
    SourcePlace place = SourcePlace.of(source, new SourceSpan(offset, offset));
    return new DiagnosticException(
        List.of(Diagnostic.of(ContainerdProblem.NOT_FOR_CRICTL, place, message)));
  }

  /**
   * Reads a configuration of at most 16 Mi characters and 100 levels.
   *
   * @throws DiagnosticException if it is neither JSON nor YAML, has a key twice, an alias or a
   *     merge key, or if what it says about a profile is not valid
   */
  public static CrictlConfig parse(SourceText text) {
    if (text.text().length() > MOST) {
      throw problem(text, 0, "more than " + MOST + " characters");
    }
    try {
      refuseAliases(text);
      return new CrictlConfig(text);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw problem(text, at == null ? 0 : (int) at.getCharOffset(), e.getOriginalMessage());
    } catch (IOException e) {
      throw new AssertionError("a string can always be read", e);
    }
  }

  /** Refuses aliases and merge keys: Jackson's trees take an alias for the text of its name. */
  private static void refuseAliases(SourceText text) throws IOException {
    try (JsonParser parser = mapper(text).createParser(text.text())) {
      while (parser.nextToken() != null) {
        boolean alias = parser instanceof YAMLParser yaml && yaml.isCurrentAlias();
        boolean merge =
            parser.currentToken() == JsonToken.FIELD_NAME && parser.currentName().equals("<<");
        if (alias || merge) {
          throw problem(
              text,
              (int) parser.currentTokenLocation().getCharOffset(),
              "aliases and merge keys are not read here");
        }
      }
    }
  }

  // ---- what it says

  /** Returns the request that it makes, for {@link CriHost#choose} and {@link CrioHost#choose}. */
  public CriRequest request() {
    return request;
  }

  private static String camelCase(String name) {
    StringBuilder camel = new StringBuilder(name);
    for (int at = camel.indexOf("_"); at >= 0; at = camel.indexOf("_")) {
      camel.deleteCharAt(at);
      camel.setCharAt(at, Character.toUpperCase(camel.charAt(at)));
    }
    return camel.toString();
  }

  /**
   * Returns the key that a field has in an object: the one that is used there, else the snake-case
   * one.
   */
  private static String key(JsonNode object, String name) {
    String camel = camelCase(name);
    return object.has(camel) && !object.has(name) ? camel : name;
  }

  private static @Nullable JsonNode find(@Nullable JsonNode object, String name) {
    JsonNode found = object == null ? null : object.get(key(object, name));
    return found == null || found.isNull() ? null : found;
  }

  private CriRequest request(@Nullable JsonNode security) {
    JsonNode legacy = find(security, "apparmor_profile");
    JsonNode privileged = find(security, "privileged");
    JsonNode field = find(security, "apparmor");
    if (security != null && !security.isObject()) {
      throw problem(source, 0, "security_context is an object");
    } else if (legacy != null && !legacy.isTextual()) {
      throw problem(source, 0, "apparmor_profile is a string");
    } else if (privileged != null && !privileged.isBoolean()) {
      throw problem(source, 0, "privileged is true or false");
    } else if (field != null && !field.isObject()) {
      throw problem(source, 0, "apparmor is an object");
    }
    return new CriRequest(
        field == null ? null : profile(field),
        legacy == null ? "" : legacy.textValue(),
        privileged != null && privileged.booleanValue());
  }

  private SecurityProfile profile(JsonNode field) {
    JsonNode type = find(field, "profile_type");
    JsonNode reference = find(field, "localhost_ref");
    if (reference != null && !reference.isTextual()) {
      throw problem(source, 0, "localhost_ref is a string");
    }
    for (ProfileType each : ProfileType.values()) {
      String name = each.name().replace("_", "");
      // A missing type means the first kind, number 0.
      if (type == null
          || (type.isInt() && type.intValue() == each.number())
          || (type.isTextual() && type.textValue().toUpperCase(Locale.ROOT).equals(name))) {
        return new SecurityProfile(each, reference == null ? "" : reference.textValue());
      }
    }
    throw problem(source, 0, "not a valid profile_type: " + type);
  }

  // ---- edits

  /**
   * Returns the configuration with another profile, in the field {@code apparmor}; the deprecated
   * field is removed. The text is written anew, as JSON or YAML like before, so comments in YAML
   * are lost.
   *
   * @throws DiagnosticException if a field on the way to the profile is not an object
   */
  public CrictlConfig withProfile(ProfileRef profile) {
    ObjectNode edited = root.deepCopy();
    ObjectNode security = object(object(edited, "linux"), "security_context");
    ObjectNode field = object(security, "apparmor");
    boolean camel = root.path("linux").has(camelCase("security_context"));
    security.remove(List.of("apparmor_profile", camelCase("apparmor_profile")));
    field.removeAll();
    SecurityProfile wanted = CriSecurityContext.of(profile).apparmor();
    field.put(camel ? "profileType" : "profile_type", wanted.type().number());
    if (!wanted.localhostRef().isEmpty()) {
      field.put(camel ? "localhostRef" : "localhost_ref", wanted.localhostRef());
    }
    try {
      ObjectMapper mapper = mapper(source);
      String text = mapper.writerWithDefaultPrettyPrinter().writeValueAsString(edited);
      return parse(SourceText.of(source.name(), text.endsWith("\n") ? text : text + "\n"));
    } catch (JsonProcessingException e) {
      throw new AssertionError("what was read can be written", e);
    }
  }

  private ObjectNode object(ObjectNode in, String name) {
    String key = key(in, name);
    JsonNode found = in.get(key);
    if (found == null || found.isNull()) {
      return in.putObject(key);
    } else if (found instanceof ObjectNode object) {
      return object;
    }
    throw problem(source, 0, name + " is an object");
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
