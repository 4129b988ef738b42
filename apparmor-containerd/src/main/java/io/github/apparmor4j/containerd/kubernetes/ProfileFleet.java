package io.github.apparmor4j.containerd.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.ProfileDirectory;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.DiagnosticException;
import io.github.apparmor4j.source.SourceText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Manifests that bring profiles to the nodes of a cluster: ConfigMaps with the profiles' texts, and
 * a DaemonSet whose pods load them. The caller says which program does that and how it is called;
 * {@code aa agent} does it, in an image of {@code examples/aa/Dockerfile}.
 *
 * <pre>{@code
 * ProfileFleet fleet =
 *     ProfileFleet.builder("profiles", "example/aa", a -> List.of("agent", a.profiles()))
 *         .profile(SourceText.read(Path.of("web")))
 *         .build();
 * System.out.print(fleet.toYaml());
 * }</pre>
 *
 * <p>The ConfigMaps are immutable and have a hash of their content in their names, so a new set of
 * profiles is a new revision of the DaemonSet. {@code kubectl rollout status}, {@code undo} and
 * {@code maxUnavailable} work as with every DaemonSet, and a node counts as done when its agent
 * says that all profiles are enforced. Old ConfigMaps stay; delete those of revisions that no
 * rollout will go back to.
 *
 * <p>The agent's container gets only what it needs: root with no capability but {@code MAC_ADMIN},
 * no AppArmor profile (the runtime's default denies it the kernel's interface), securityfs, a
 * directory of the node to record what it owns, and a temporary directory in memory for JNA. It has
 * no host namespace, no token and no other writable file system.
 *
 * <p>The DaemonSet needs Kubernetes 1.30 or later, which knows {@code appArmorProfile}.
 */
public final class ProfileFleet {

  // An object has 1 MiB of data at most; the rest is for keys.
  private static final int MOST_BYTES = 1_000_000;

  // kubectl apply keeps a copy in an annotation, and all annotations have 256 KiB together.
  private static final int ROOM = 150_000;
  private static final int PORT = 9180;
  private static final Pattern KEY = Pattern.compile("[-._a-zA-Z0-9]{1,253}");
  private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  /** The most characters of a name, which leave room for the hash in ConfigMaps' names. */
  private static final int LONGEST_NAME = 53;

  /** The label that tells the fleet's objects from others. */
  private static final String LABEL = "app.kubernetes.io/name";

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .build());

  private final Builder with;

  /** The ConfigMaps by name. */
  private final Map<String, Map<String, SourceText>> maps;

  private ProfileFleet(Builder with) {
    this.with = new Builder(with);
    this.maps = maps(with.name, with.profiles);
  }

  /**
   * Returns a builder.
   *
   * @param name the DaemonSet's name, with which the ConfigMaps' names begin: a DNS label of at
   *     most 53 characters
   * @param image the agent's image
   * @param arguments returns the arguments of the image's entry point, for what the agent is to do
   * @throws IllegalArgumentException if the name is not such a label
   */
  public static Builder builder(
      String name, String image, Function<Agent, List<String>> arguments) {
    return new Builder(name, image, arguments);
  }

  /**
   * What an agent is to do in its container: to keep the profiles of a directory enforced, and to
   * say so at {@code /livez} and {@code /readyz}.
   *
   * @param profiles the directory of the profiles' files, which change as those of ConfigMaps do
   * @param state a file on the node, to record what the agent owns
   * @param port the port where it answers
   * @param prune whether it removes profiles that are not wanted any more
   */
  public record Agent(String profiles, String state, int port, boolean prune) {}

  /** Collects the settings and profiles of a fleet. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final String image;
    private final Function<Agent, List<String>> arguments;
    private String namespace = "apparmor";
    private String maxUnavailable = "10%";
    private boolean prune;
    private boolean createNamespace;
    private final Map<String, String> nodeSelector = new TreeMap<>();
    private final Map<String, SourceText> profiles = new TreeMap<>();
    private final Set<String> names = new HashSet<>();

    private Builder(Builder other) {
      this(other.name, other.image, other.arguments);
      this.namespace = other.namespace;
      this.maxUnavailable = other.maxUnavailable;
      this.prune = other.prune;
      this.createNamespace = other.createNamespace;
      this.nodeSelector.putAll(other.nodeSelector);
      this.profiles.putAll(other.profiles);
    }

    private Builder(String name, String image, Function<Agent, List<String>> arguments) {
      this.name = dnsLabel(name, LONGEST_NAME);
      this.image = Objects.requireNonNull(image, "image");
      this.arguments = Objects.requireNonNull(arguments, "arguments");
      nodeSelector.put("kubernetes.io/os", "linux");
    }

    private static String dnsLabel(String name, int most) {
      if (!DNS_LABEL.matcher(name).matches() || name.length() > most) {
        throw new IllegalArgumentException(
            "not a DNS label of at most " + most + " characters: " + name);
      }
      return name;
    }

    /**
     * Sets the namespace of the objects; {@code apparmor} by default.
     *
     * @throws IllegalArgumentException if it is not a DNS label of at most 63 characters
     */
    public Builder namespace(String newNamespace) {
      namespace = dnsLabel(newNamespace, 63);
      return this;
    }

    /**
     * Sets whether to make the namespace, too, so that Pod Security admission lets the agent run in
     * it; {@code false} by default. The namespace should be the fleet's alone: applied to an
     * existing one, this changes what its other pods may do.
     */
    public Builder createNamespace(boolean make) {
      createNamespace = make;
      return this;
    }

    /**
     * Sets on how many nodes a change may be under way: a number or a percentage; 10% by default.
     *
     * @throws IllegalArgumentException if it is neither a number above 0 nor a percentage from 1%
     *     to 100%
     */
    public Builder maxUnavailable(String number) {
      if (!number.matches("[1-9][0-9]{0,5}|[1-9][0-9]?%|100%")) {
        throw new IllegalArgumentException("neither a number above 0 nor a percentage: " + number);
      }
      maxUnavailable = number;
      return this;
    }

    /**
     * Sets whether to remove profiles that a new revision doesn't have, as soon as it comes to a
     * node; {@code false} by default. Containers that they confine are unconfined from then on.
     */
    public Builder prune(boolean remove) {
      prune = remove;
      return this;
    }

    /** Restricts the fleet to nodes whose label has this value. */
    public Builder nodeSelector(String label, String value) {
      nodeSelector.put(label, value);
      return this;
    }

    /**
     * Adds a file of profiles.
     *
     * @param text the file's text. Its name, without directories, becomes a key of a ConfigMap and
     *     may have letters, digits and {@code -._}. It must not include files, since nodes don't
     *     have them; {@link HashedProfile} puts them in
     * @throws DiagnosticException if it can't be compiled
     * @throws IllegalArgumentException if the name is not a valid key, is one that the agent passes
     *     over ({@link ProfileDirectory#counts(String)}), or is there twice; if the text has no
     *     profile, a profile that is in another file, too, or more than 1,000,000 bytes. {@code
     *     kubectl apply} takes texts of more than some 200,000 bytes with {@code --server-side}
     *     only
     */
    public Builder profile(SourceText text) {
      String key = text.name().substring(text.name().lastIndexOf('/') + 1);
      if (!KEY.matcher(key).matches() || !ProfileDirectory.counts(key)) {
        throw new IllegalArgumentException("not a valid name for a file of profiles: " + key);
      }
      Compilation compilation =
          PolicyCompiler.forKernel(Features.LINUX_6_12).compile(text, IncludeResolver.none());
      List<Diagnostic> errors = Diagnostic.errors(compilation.diagnostics());
      if (!errors.isEmpty()) {
        throw new DiagnosticException(errors);
      } else if (compilation.profiles().isEmpty()) {
        throw new IllegalArgumentException(text.name() + " has no profile");
      } else if (SourceText.encode(text.text()).length > MOST_BYTES) {
        throw new IllegalArgumentException(
            text.name() + " has more than " + MOST_BYTES + " bytes, which no ConfigMap holds");
      } else if (profiles.containsKey(key)) {
        throw new IllegalArgumentException("there are two files " + key);
      }
      List<String> own =
          compilation.profiles().stream().map(profile -> profile.binary().qualifiedName()).toList();
      for (String profile : own) {
        if (names.contains(profile)) {
          throw new IllegalArgumentException("profile " + profile + " is in another file, too");
        }
      }
      names.addAll(own);
      profiles.put(key, text);
      return this;
    }

    /** Returns the fleet. */
    public ProfileFleet build() {
      return new ProfileFleet(this);
    }
  }

  /** Distributes texts over as few ConfigMaps as their order allows. */
  private static Map<String, Map<String, SourceText>> maps(
      String name, Map<String, SourceText> profiles) {
    List<Map<String, SourceText>> all = new ArrayList<>();
    int room = 0;
    for (Map.Entry<String, SourceText> each : profiles.entrySet()) {
      int bytes = SourceText.encode(each.getValue().text()).length + each.getKey().length();
      if (all.isEmpty() || bytes > room) {
        all.add(new TreeMap<>());
        room = ROOM;
      }
      room -= bytes;
      all.get(all.size() - 1).put(each.getKey(), each.getValue());
    }
    Map<String, Map<String, SourceText>> named = new LinkedHashMap<>();
    all.forEach(map -> named.put(name + '-' + hash(map), map));
    return named;
  }

  private static String hash(Map<String, SourceText> map) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      map.forEach(
          (key, text) -> {
            for (byte[] part :
                List.of(key.getBytes(StandardCharsets.UTF_8), SourceText.encode(text.text()))) {
              digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
              digest.update(part);
            }
          });
      return HexFormat.of().formatHex(digest.digest()).substring(0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  // ---- the manifests

  /**
   * Returns the manifests, as one YAML document each: the namespace, if it is to be made, the
   * ConfigMaps, and the DaemonSet.
   */
  public String toYaml() {
    List<Map<String, Object>> objects = new ArrayList<>();
    if (with.createNamespace) {
      Map<String, String> privileged = Map.of("pod-security.kubernetes.io/enforce", "privileged");
      objects.add(object("v1", "Namespace", with.namespace, "", privileged));
    }
    maps.forEach((name, texts) -> objects.add(configMap(name, texts)));
    objects.add(daemonSet());
    StringBuilder text = new StringBuilder();
    try {
      for (Map<String, Object> object : objects) {
        text.append(YAML.writeValueAsString(object));
      }
    } catch (JsonProcessingException e) {
      throw new AssertionError("maps, lists and strings can always be written", e);
    }
    return text.toString();
  }

  private Map<String, Object> object(
      String version, String kind, String name, String namespace, Map<String, String> more) {
    Map<String, Object> labels = new TreeMap<>(more);
    labels.put(LABEL, with.name);
    Map<String, Object> metadata = map("name", name);
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    metadata.put("labels", labels);
    return map("apiVersion", version, "kind", kind, "metadata", metadata);
  }

  private Map<String, Object> configMap(String name, Map<String, SourceText> texts) {
    Map<String, Object> map = object("v1", "ConfigMap", name, with.namespace, Map.of());
    Map<String, String> data = new TreeMap<>();
    Map<String, String> binary = new TreeMap<>();
    texts.forEach(
        (key, text) -> {
          byte[] bytes = SourceText.encode(text.text());
          if (isPlain(text.text(), bytes)) {
            data.put(key, text.text());
          } else {
            binary.put(key, Base64.getEncoder().encodeToString(bytes));
          }
        });
    map.put("immutable", true);
    if (!data.isEmpty()) {
      map.put("data", data);
    }
    if (!binary.isEmpty()) {
      map.put("binaryData", binary);
    }
    return map;
  }

  /** Returns whether a text is UTF-8 and has only characters that YAML gives back as they are. */
  private static boolean isPlain(String text, byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return text.chars()
          .noneMatch(
              c ->
                  (c < ' ' && c != '\n' && c != '\t')
                      || (c >= 0x7f && c < 0xa0)
                      || c == 0x2028
                      || c == 0x2029
                      || c == 0xfeff);
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private Map<String, Object> daemonSet() {
    List<Object> sources = new ArrayList<>();
    maps.keySet().forEach(name -> sources.add(Map.of("configMap", Map.of("name", name))));
    List<String> arguments =
        with.arguments.apply(
            new Agent("/profiles", "/state/" + with.namespace + "." + with.name, PORT, with.prune));
    Map<String, Object> security =
        map(
            "runAsUser",
            0,
            "readOnlyRootFilesystem",
            true,
            "allowPrivilegeEscalation",
            false,
            "capabilities",
            map("drop", List.of("ALL"), "add", List.of("MAC_ADMIN")),
            "appArmorProfile",
            map("type", KubernetesProfile.UNCONFINED),
            "seccompProfile",
            map("type", "RuntimeDefault"));
    Map<String, Object> container =
        map(
            "name", "agent",
            "image", with.image,
            "args", arguments,
            "env", List.of(map("name", "JAVA_TOOL_OPTIONS", "value", "-XX:MaxRAMPercentage=60")),
            "securityContext", security,
            "ports", List.of(map("name", "http", "containerPort", PORT)),
            "startupProbe", probe("/livez", 60),
            "livenessProbe", probe("/livez", 3),
            "readinessProbe", probe("/readyz", 3),
            "resources",
                map(
                    "requests", map("cpu", "10m", "memory", "96Mi"),
                    "limits", map("memory", "384Mi")),
            "volumeMounts",
                List.of(
                    map("name", "profiles", "mountPath", "/profiles", "readOnly", true),
                    map("name", "state", "mountPath", "/state"),
                    map("name", "securityfs", "mountPath", "/sys/kernel/security"),
                    map("name", "tmp", "mountPath", "/tmp")));
    Map<String, Object> pod =
        map(
            "automountServiceAccountToken",
            false,
            "enableServiceLinks",
            false,
            "nodeSelector",
            with.nodeSelector,
            "tolerations",
            List.of(map("operator", "Exists")),
            "containers",
            List.of(container),
            "volumes",
            List.of(
                map("name", "profiles", "projected", map("sources", sources)),
                map(
                    "name",
                    "state",
                    "hostPath",
                    map("path", "/var/lib/apparmor4j", "type", "DirectoryOrCreate")),
                map(
                    "name",
                    "securityfs",
                    "hostPath",
                    map("path", "/sys/kernel/security", "type", "Directory")),
                map("name", "tmp", "emptyDir", map("medium", "Memory", "sizeLimit", "16Mi"))));
    Map<String, Object> labels = Map.of(LABEL, with.name);
    Object most =
        with.maxUnavailable.endsWith("%")
            ? with.maxUnavailable
            : Integer.valueOf(with.maxUnavailable);
    Map<String, Object> set = object("apps/v1", "DaemonSet", with.name, with.namespace, Map.of());
    set.put(
        "spec",
        map(
            "selector", map("matchLabels", labels),
            "updateStrategy",
                map("type", "RollingUpdate", "rollingUpdate", map("maxUnavailable", most)),
            "template", map("metadata", map("labels", labels), "spec", pod)));
    return set;
  }

  private static Map<String, Object> probe(String path, int failures) {
    return map(
        "httpGet",
        map("path", path, "port", "http"),
        "periodSeconds",
        5,
        "failureThreshold",
        failures);
  }

  /** Returns a map in the order of its keys and values. */
  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
