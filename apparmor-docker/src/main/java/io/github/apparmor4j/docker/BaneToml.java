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
 * A reader of the files of bane, a generator of profiles for Docker. It takes them as they are
 * meant: a path under {@code WritablePaths} is writable even below one of {@code ReadOnlyPaths},
 * {@code AllowExec} forbids other programs, and {@code docker stop} works.
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
    builder.denyExec(paths(files, "DenyExec"));
    builder.capabilities(capabilities(root.path("Capabilities")));
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

  private static Set<Capability> capabilities(JsonNode table) {
    Set<Capability> allowed = EnumSet.noneOf(Capability.class);
    table.path("Allow").forEach(name -> allowed.add(capability(name.asText())));
    table.path("Deny").forEach(name -> allowed.remove(capability(name.asText())));
    return allowed;
  }

  private static Capability capability(String name) {
    try {
      return Capability.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("unknown capability: " + name, e);
    }
  }

  private static void network(JsonNode table, ContainerProfile.Builder builder) {
    if (table.path("Raw").asBoolean()) {
      builder.network(NetworkFamily.INET, SocketType.RAW);
      builder.network(NetworkFamily.INET6, SocketType.RAW);
    }
    if (table.path("Packet").asBoolean()) {
      builder.network(NetworkFamily.PACKET, SocketType.RAW);
      builder.network(NetworkFamily.PACKET, SocketType.DGRAM);
    }
    for (JsonNode protocol : table.path("Protocols")) {
      switch (protocol.asText()) {
        case "tcp" -> builder.tcp();
        case "udp" -> builder.udp();
        case "icmp" -> builder.network(NetworkFamily.INET, SocketType.RAW);
        default -> throw new IllegalArgumentException("unknown protocol: " + protocol.asText());
      }
    }
  }
}
