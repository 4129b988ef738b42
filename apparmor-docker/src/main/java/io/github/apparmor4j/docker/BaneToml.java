package io.github.apparmor4j.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.github.apparmor4j.container.ContainerProfile;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.SocketType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A reader of the files of bane, a generator of profiles for Docker. They mean what bane's template
 * makes of them: without {@code Protocols}, all sockets but those that {@code Raw} and {@code
 * Packet} forbid, which win over {@code icmp}; without {@code Allow}, all capabilities but those
 * under {@code Deny}; what {@code DenyExec} names can't be read or mapped either. Three things are
 * as they were meant instead: a path under {@code WritablePaths} is writable even below one of
 * {@code ReadOnlyPaths}, {@code AllowExec} forbids other programs, and {@code docker stop} works.
 */
public final class BaneToml {

  private static final TomlMapper TOML = new TomlMapper();

  private BaneToml() {}

  /**
   * Returns the profile of a file, under the name that bane gives it: {@code docker-} and the
   * file's {@code Name}.
   *
   * @throws IllegalArgumentException if the text isn't TOML, has no name, or names an unknown
   *     capability or protocol
   */
  public static ContainerProfile.Builder parse(String toml) {
    JsonNode root;
    try {
      root = TOML.readTree(toml);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not TOML: " + e.getOriginalMessage(), e);
    } catch (RuntimeException | StackOverflowError e) {
      // What the reader throws at some texts: numbers and dates out of range, deep nesting.
      throw new IllegalArgumentException("not TOML: " + e.getMessage(), e);
    }
    String name = root.path("Name").asText();
    if (name.isEmpty()) {
      throw new IllegalArgumentException("Name is missing");
    }
    ContainerProfile.Builder builder = ContainerProfile.builder("docker-" + name);
    JsonNode files = root.path("Filesystem");
    // In bane's files, what isn't named is writable.
    builder.writable("/");
    builder.readOnly(paths(files, "ReadOnlyPaths"));
    builder.logWrites(paths(files, "LogOnWritePaths"));
    builder.writable(paths(files, "WritablePaths"));
    builder.allowExec(paths(files, "AllowExec"));
    builder.hide(paths(files, "DenyExec")); // denied to be read as well, and mapped
    capabilities(root.path("Capabilities"), builder);
    network(root.path("Network"), builder);
    return builder;
  }

  /**
   * Returns the paths of a key; {@code /x/**} becomes {@code /x}, which here means everything
   * below.
   */
  private static String[] paths(JsonNode files, String key) {
    List<String> paths = new ArrayList<>();
    for (JsonNode path : files.path(key)) {
      String text = path.asText();
      paths.add(
          text.length() > 3 && text.endsWith("/**") ? text.substring(0, text.length() - 3) : text);
    }
    return paths.toArray(String[]::new);
  }

  private static void capabilities(JsonNode table, ContainerProfile.Builder builder) {
    Set<Capability> allowed = all(table.path("Allow"));
    if (allowed.isEmpty()) {
      builder.allCapabilities();
    } else {
      builder.capabilities(allowed);
    }
    builder.denyCapabilities(all(table.path("Deny")));
  }

  private static Set<Capability> all(JsonNode names) {
    Set<Capability> all = EnumSet.noneOf(Capability.class);
    names.forEach(name -> all.add(capability(name.asText())));
    return all;
  }

  private static Capability capability(String name) {
    try {
      return Capability.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("unknown capability: " + name, e);
    }
  }

  private static void network(JsonNode table, ContainerProfile.Builder builder) {
    if (table.path("Protocols").isEmpty()) {
      builder.allNetworks();
    }
    for (JsonNode protocol : table.path("Protocols")) {
      switch (protocol.asText()) {
        case "tcp" -> builder.tcp();
        case "udp" -> builder.udp();
        case "icmp" -> builder.network(NetworkFamily.INET, SocketType.RAW);
        default -> throw new IllegalArgumentException("unknown protocol: " + protocol.asText());
      }
    }
    if (!table.path("Raw").asBoolean()) {
      builder.denyNetwork(SocketType.RAW);
    }
    if (!table.path("Packet").asBoolean()) {
      builder.denyNetwork(NetworkFamily.PACKET);
    }
  }
}
