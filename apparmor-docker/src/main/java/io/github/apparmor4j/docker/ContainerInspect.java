package io.github.apparmor4j.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.container.ContainerProfile;
import io.github.apparmor4j.profile.Capability;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What {@code docker inspect} tells about a container, as far as a profile needs it. */
public final class ContainerInspect {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The directories of programs, which are kept read-only even if the root is writable. */
  private static final String[] PROGRAMS = {
    "/bin", "/boot", "/lib", "/lib32", "/lib64", "/sbin", "/usr"
  };

  private final JsonNode container;

  private ContainerInspect(JsonNode container) {
    this.container = container;
  }

  /**
   * Reads what {@code docker inspect CONTAINER} prints, or the engine API's answer: an object, or
   * an array of one.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static ContainerInspect parse(String json) {
    try {
      JsonNode read = JSON.readTree(json);
      JsonNode container = read.isArray() && read.size() == 1 ? read.get(0) : read;
      if (!container.path("HostConfig").isObject()) {
        throw new IllegalArgumentException("not what docker inspect prints of one container");
      }
      return new ContainerInspect(container);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns the container's name, without the slash before it. */
  public String name() {
    return container.path("Name").asText().replaceFirst("^/", "");
  }

  /** Returns {@code HostConfig.SecurityOpt}. */
  public List<String> securityOpt() {
    return strings(host("SecurityOpt"));
  }

  /** Returns whether it is privileged. */
  public boolean isPrivileged() {
    return host("Privileged").asBoolean();
  }

  /** Returns the profile that Docker says the container has, which may be wrong. */
  public String claimedProfile() {
    return container.path("AppArmorProfile").asText();
  }

  /** Returns the number of its first process; 0 if it doesn't run. */
  public long pid() {
    return container.path("State").path("Pid").asLong();
  }

  /**
   * Returns a profile that fits the container's configuration: its mounts, read-only or not, its
   * capabilities, its user, and whether it has a network. It is a proposal: what the programs do
   * isn't known here.
   *
   * @param profile the profile's name
   */
  public ContainerProfile.Builder propose(String profile) {
    ContainerProfile.Builder builder = ContainerProfile.builder(profile);
    if (!host("ReadonlyRootfs").asBoolean()) {
      builder.writable("/").readOnly(PROGRAMS);
    }
    for (JsonNode mount : container.path("Mounts")) {
      String target = ContainerProfile.literal(mount.path("Destination").asText());
      if (!target.startsWith("/")) {
        continue;
      }
      if (mount.path("RW").asBoolean()) {
        builder.writable(target);
      } else {
        builder.readOnly(target);
      }
    }
    for (Iterator<String> targets = host("Tmpfs").fieldNames(); targets.hasNext(); ) {
      builder.writable(ContainerProfile.literal(targets.next()));
    }
    builder.capabilities(capabilities());
    if (!host("NetworkMode").asText().equals("none")) {
      builder.tcp().udp();
    }
    return builder;
  }

  private Set<Capability> capabilities() {
    Set<Capability> all = EnumSet.noneOf(Capability.class);
    if (isPrivileged()) {
      return EnumSet.allOf(Capability.class);
    }
    List<String> added = strings(host("CapAdd"));
    List<String> dropped = strings(host("CapDrop"));
    String user = container.path("Config").path("User").asText().replaceFirst(":.*", "");
    boolean root = user.isEmpty() || user.equals("root") || user.equals("0");
    if (added.stream().anyMatch("ALL"::equalsIgnoreCase)) {
      all.addAll(EnumSet.allOf(Capability.class));
    } else if (root && dropped.stream().noneMatch("ALL"::equalsIgnoreCase)) {
      all.addAll(ContainerProfile.DEFAULT_CAPABILITIES);
    }
    dropped.forEach(name -> all.removeAll(capability(name)));
    added.forEach(name -> all.addAll(capability(name)));
    return all;
  }

  /** Returns the capability of a name, as Docker takes it; none for "ALL" and unknown names. */
  private static Set<Capability> capability(String name) {
    String upper = name.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "");
    for (Capability each : Capability.values()) {
      if (each.name().equals(upper)) {
        return EnumSet.of(each);
      }
    }
    return EnumSet.noneOf(Capability.class);
  }

  private JsonNode host(String field) {
    return container.path("HostConfig").path(field);
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(item -> strings.add(item.asText()));
    return strings;
  }
}
