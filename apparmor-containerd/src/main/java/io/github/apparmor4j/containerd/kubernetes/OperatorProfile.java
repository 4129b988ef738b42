package io.github.apparmor4j.containerd.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.resolve.ResolvedProfile;
import io.github.apparmor4j.resolve.ResolvedRule;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourcePlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A profile as an {@code AppArmorProfile} object of the security-profiles-operator, version v1,
 * with a report of what that form can't express. The object has only lists of what is allowed. The
 * operator makes a profile from them and adds rules of its own, so the result is hardly ever equal;
 * the report says where it allows less or more. Immutable.
 */
public final class OperatorProfile {

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .build());

  /** What the operator takes for a path; it is strict, so that nobody slips a rule in. */
  private static final Pattern PATH = Pattern.compile("/[a-zA-Z0-9_./*?+@{} -]*");

  private static final Pattern NAME =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private final ResolvedProfile profile;
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final Map<String, TreeSet<String>> lists = new TreeMap<>();
  private boolean raw;
  private boolean tcp;
  private boolean udp;

  private OperatorProfile(ResolvedProfile profile) {
    this.profile = profile;
  }

  /** Converts a profile. */
  public static OperatorProfile of(ResolvedProfile profile) {
    OperatorProfile converted = new OperatorProfile(profile);
    converted.header();
    profile.rules().forEach(converted::rule);
    if (converted.lists.containsKey("readOnlyPaths")
        && (converted.lists.containsKey("readWritePaths")
            || converted.lists.containsKey("writeOnlyPaths"))) {
      converted.changed(
          profile.place(),
          "the operator denies writing to readOnlyPaths, also where another rule allows it");
    }
    return converted;
  }

  /**
   * Returns what is lost or changed: errors for what the profile allows or denies but the object
   * can't say, warnings for what the operator changes in the rest.
   */
  public List<Diagnostic> diagnostics() {
    return List.copyOf(diagnostics);
  }

  private void lost(SourcePlace place, String what) {
    diagnostics.add(
        Diagnostic.of(KubernetesProblem.NOT_EXPRESSIBLE, place, "can't be expressed: " + what));
  }

  private void changed(SourcePlace place, String what) {
    diagnostics.add(Diagnostic.of(KubernetesProblem.CHANGED_BY_OPERATOR, place, what));
  }

  private void header() {
    if (!NAME.matcher(profile.name()).matches()) {
      diagnostics.add(
          Diagnostic.of(
              KubernetesProblem.NOT_AN_OBJECT_NAME,
              profile.place(),
              "not a valid object name: " + profile.name()));
    }
    for (ProfileFlag flag : profile.profile().flags()) {
      // The object has the mode, and the operator's template has the other two.
      if (flag.kind() != ProfileFlag.Kind.COMPLAIN
          && flag.kind() != ProfileFlag.Kind.ENFORCE
          && flag.kind() != ProfileFlag.Kind.ATTACH_DISCONNECTED
          && flag.kind() != ProfileFlag.Kind.MEDIATE_DELETED) {
        lost(profile.place(), "the flag " + flag);
      }
    }
    if (!profile.attachments().isEmpty()) {
      lost(profile.place(), "an attachment to programs");
    }
    profile.children().forEach(child -> lost(child.place(), "the child " + child.localName()));
  }

  private void rule(ResolvedRule resolved) {
    boolean expressed = false;
    if (resolved.rule() instanceof FileRule rule && rule.qualifiers().equals(Qualifiers.NONE)) {
      expressed = file(resolved, rule);
    } else if (resolved.rule() instanceof CapabilityRule rule
        && rule.qualifiers().equals(Qualifiers.NONE)) {
      List<Capability> named =
          rule.capabilities().isEmpty() ? List.of(Capability.values()) : rule.capabilities();
      named.forEach(capability -> add("allowedCapabilities", capability.toString()));
      expressed = true;
    } else if (resolved.rule() instanceof NetworkRule rule
        && rule.qualifiers().equals(Qualifiers.NONE)) {
      expressed = network(resolved, rule);
    }
    if (!expressed) {
      lost(resolved.place(), String.valueOf(resolved.written()));
    }
  }

  private void add(String list, String value) {
    lists.computeIfAbsent(list, key -> new TreeSet<>()).add(value);
  }

  private boolean file(ResolvedRule resolved, FileRule rule) {
    String path = rule.path();
    FilePermissions permissions = rule.permissions();
    ExecMode exec = permissions.exec();
    boolean inherits = exec == ExecMode.INHERIT || exec == ExecMode.INHERIT_UNSAFE;
    if (path == null || rule.target() != null || (exec != null && !inherits)) {
      return false;
    }
    if (!PATH.matcher(path).matches()) {
      return false;
    }
    boolean read = permissions.contains(FilePermissions.READ);
    boolean write =
        permissions.contains(FilePermissions.WRITE) || permissions.contains(FilePermissions.APPEND);
    boolean map = permissions.contains(FilePermissions.MMAP_EXEC);
    if (!write
        && (permissions.contains(FilePermissions.LINK)
            || permissions.contains(FilePermissions.LOCK))) {
      return false;
    }
    if (write) {
      add(read ? "readWritePaths" : "writeOnlyPaths", path);
      if (!permissions.contains(
          FilePermissions.WRITE | FilePermissions.LINK | FilePermissions.LOCK)) {
        changed(resolved.place(), path + " may be written, linked and locked");
      }
      if (!read) {
        changed(resolved.place(), "reading " + path + " is denied, whatever else allows it");
      }
    }
    if (inherits) {
      add("allowedExecutables", path);
    }
    if (map) {
      add("allowedLibraries", path);
    }
    if ((inherits || map) && !read) {
      changed(resolved.place(), path + " may be read");
    } else if (read && !write && !inherits && !map) {
      add("readOnlyPaths", path);
      changed(resolved.place(), "writing to " + path + " is denied, whatever else allows it");
    }
    return true;
  }

  private boolean network(ResolvedRule resolved, NetworkRule rule) {
    if (!rule.permissions().isEmpty() || !rule.local().isAny() || !rule.peer().isAny()) {
      return false;
    }
    NetworkFamily family = rule.family();
    boolean internet = family == NetworkFamily.INET || family == NetworkFamily.INET6;
    boolean plain = family == null && rule.type() == null;
    if (rule.protocol() == NetworkRule.Protocol.TCP
        || (internet && rule.type() == SocketType.STREAM)) {
      tcp = true;
      plain = plain && rule.protocol() == NetworkRule.Protocol.TCP;
    } else if (rule.protocol() == NetworkRule.Protocol.UDP
        || (internet && rule.type() == SocketType.DGRAM)) {
      udp = true;
      plain = plain && rule.protocol() == NetworkRule.Protocol.UDP;
    } else if (family == null && rule.type() == SocketType.RAW) {
      raw = true;
      plain = true;
    } else {
      return false;
    }
    if (!plain) {
      changed(resolved.place(), "'" + rule + "' is allowed for both versions of IP");
    }
    return true;
  }

  // ---- the object

  /** Returns the object as a YAML document. */
  public String toYaml() {
    Map<String, Object> rules = new LinkedHashMap<>();
    put(rules, "executable", lists("allowedExecutables", "allowedLibraries"));
    put(rules, "filesystem", lists("readOnlyPaths", "readWritePaths", "writeOnlyPaths"));
    Map<String, Object> network = new LinkedHashMap<>();
    if (raw) {
      network.put("allowRaw", true);
    }
    Map<String, Object> protocols = new LinkedHashMap<>();
    if (tcp) {
      protocols.put("allowTcp", true);
    }
    if (udp) {
      protocols.put("allowUdp", true);
    }
    put(network, "allowedProtocols", protocols);
    put(rules, "network", network);
    put(rules, "capability", lists("allowedCapabilities"));
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("apiVersion", "security-profiles-operator.x-k8s.io/v1");
    object.put("kind", "AppArmorProfile");
    object.put("metadata", Map.of("name", profile.name()));
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("mode", profile.profile().has(ProfileFlag.Kind.COMPLAIN) ? "Complain" : "Enforce");
    spec.put("abstract", rules);
    object.put("spec", spec);
    try {
      return YAML.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new AssertionError("maps, lists and strings can always be written", e);
    }
  }

  private static void put(Map<String, Object> into, String key, Map<String, Object> value) {
    if (!value.isEmpty()) {
      into.put(key, value);
    }
  }

  private Map<String, Object> lists(String... keys) {
    Map<String, Object> found = new LinkedHashMap<>();
    for (String key : keys) {
      if (lists.containsKey(key)) {
        found.put(key, List.copyOf(lists.get(key)));
      }
    }
    return found;
  }
}
