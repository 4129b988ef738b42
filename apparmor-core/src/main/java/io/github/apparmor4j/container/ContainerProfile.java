package io.github.apparmor4j.container;

import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.CapabilityRule;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkRule;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.PtraceRule;
import io.github.apparmor4j.profile.Qualifiers;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SignalRule;
import io.github.apparmor4j.profile.SocketType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A container's profile, made from what the container is meant to do. By default all files are
 * readable and may be executed; only devices, shared memory and the tasks' directories in {@code
 * /proc} are writable; sockets are only local ones and netlink; files through which the host can be
 * reached are denied. Everything else has to be allowed here.
 *
 * <pre>{@code
 * ProfileFile file =
 *     ContainerProfile.builder("web")
 *         .writable("/var/cache/nginx", "/run")
 *         .readOnly("/var/cache/nginx/static")
 *         .denyExec("/bin/sh")
 *         .tcp()
 *         .build();
 * }</pre>
 *
 * <p>Paths are absolute; the builder throws {@link IllegalArgumentException} for others. A path
 * without glob characters means itself and all below it; if paths overlap, the longer one counts.
 * Pass names from outside, such as those of volumes, through {@link #literal(String)}.
 */
public final class ContainerProfile {

  /** The capabilities that Docker and containerd leave to root in a container. */
  public static final Set<Capability> DEFAULT_CAPABILITIES =
      Set.of(
          Capability.AUDIT_WRITE,
          Capability.CHOWN,
          Capability.DAC_OVERRIDE,
          Capability.FOWNER,
          Capability.FSETID,
          Capability.KILL,
          Capability.MKNOD,
          Capability.NET_BIND_SERVICE,
          Capability.NET_RAW,
          Capability.SETFCAP,
          Capability.SETGID,
          Capability.SETPCAP,
          Capability.SETUID,
          Capability.SYS_CHROOT);

  private ContainerProfile() {}

  /**
   * Returns a builder.
   *
   * @param name name of the profile in the kernel
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** Returns a path with all glob characters escaped, so that it means exactly itself. */
  public static String literal(String path) {
    return path.replaceAll("[\\\\*?\\[\\]{}^]", "\\\\$0");
  }

  /** Collects what the container is meant to do; not thread-safe. */
  public static final class Builder {
    private final String name;
    private @Nullable String abi = "abi/3.0";

    /** The paths that were named, and whether they are writable. */
    private final Map<String, Boolean> writes = new TreeMap<>();

    private final Set<String> logged = new LinkedHashSet<>();

    /** The paths that were named, and whether they may be executed. */
    private final Map<String, Boolean> executes = new TreeMap<>();

    private final Set<String> hidden = new LinkedHashSet<>();
    private final Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
    private boolean allCapabilities;
    private final Set<Capability> deniedCapabilities = EnumSet.noneOf(Capability.class);
    private final Set<NetworkRule> networks = new LinkedHashSet<>();
    private final Set<NetworkRule> deniedNetworks = new LinkedHashSet<>();
    private final Set<String> signalPeers = new LinkedHashSet<>(ContainerDefault.RUNTIMES);
    private boolean hugePages;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
      capabilities.addAll(DEFAULT_CAPABILITIES);
    }

    /**
     * Pins another ABI than the default {@code abi/3.0}, which AppArmor has on every host. A later
     * ABI mediates more, such as user namespaces, and that has to be allowed as well.
     */
    public Builder abi(String path) {
      abi = Objects.requireNonNull(path, "path");
      return this;
    }

    /** Leaves out the {@code abi} rule. */
    public Builder withoutAbi() {
      abi = null;
      return this;
    }

    /** Allows writing to paths, such as a volume, a tmpfs or a directory of the image. */
    public Builder writable(String... paths) {
      return put(writes, true, paths);
    }

    /** Denies writing to paths within writable ones. */
    public Builder readOnly(String... paths) {
      return put(writes, false, paths);
    }

    /** Allows writing to paths, and has the kernel log it. */
    public Builder logWrites(String... paths) {
      put(writes, true, paths);
      for (String path : paths) {
        logged.add(withoutSlash(path));
      }
      return this;
    }

    /**
     * Allows the execution of these paths and of those that other calls name, and of nothing else.
     * Without a call, every file may be executed.
     */
    public Builder allowExec(String... paths) {
      return put(executes, true, paths);
    }

    /** Denies the execution of paths. */
    public Builder denyExec(String... paths) {
      return put(executes, false, paths);
    }

    private Builder put(Map<String, Boolean> to, boolean value, String... paths) {
      for (String path : paths) {
        to.put(withoutSlash(requireAbsolute(path)), value);
      }
      return this;
    }

    /** Denies all access to paths. */
    public Builder hide(String... paths) {
      for (String path : paths) {
        hidden.add(withoutSlash(requireAbsolute(path)));
      }
      return this;
    }

    /** Allows exactly these capabilities, in place of the {@link #DEFAULT_CAPABILITIES}. */
    public Builder capabilities(Collection<Capability> exactly) {
      allCapabilities = false;
      capabilities.clear();
      capabilities.addAll(exactly);
      return this;
    }

    /** Allows exactly these capabilities, in place of the {@link #DEFAULT_CAPABILITIES}. */
    public Builder capabilities(Capability... exactly) {
      return capabilities(Arrays.asList(exactly));
    }

    /** Allows all capabilities but those that are denied: what the runtime gives, the root has. */
    public Builder allCapabilities() {
      allCapabilities = true;
      return this;
    }

    /** Denies capabilities, also those that other calls allow. */
    public Builder denyCapabilities(Collection<Capability> denied) {
      deniedCapabilities.addAll(denied);
      return this;
    }

    /**
     * Allows shared memory of huge pages without a file, as databases use it. Kernels take it for a
     * file by the name of the root directory; so its mode and owner may be changed, too, by whom
     * the system lets. Nothing in it becomes writable.
     */
    public Builder hugePages() {
      hugePages = true;
      return this;
    }

    /** Allows TCP over IPv4 and IPv6. */
    public Builder tcp() {
      return sockets(SocketType.STREAM);
    }

    /** Allows UDP over IPv4 and IPv6, which name resolution needs. */
    public Builder udp() {
      return sockets(SocketType.DGRAM);
    }

    private Builder sockets(SocketType type) {
      networks.add(NetworkRule.of(NetworkFamily.INET, type));
      networks.add(NetworkRule.of(NetworkFamily.INET6, type));
      return this;
    }

    /** Allows one type of sockets of a family. */
    public Builder network(NetworkFamily family, SocketType type) {
      networks.add(NetworkRule.of(family, type));
      return this;
    }

    /** Allows sockets of all families and types but those that are denied. */
    public Builder allNetworks() {
      networks.add(NetworkRule.all());
      return this;
    }

    /** Denies a type of sockets of all families, also what other calls allow. */
    public Builder denyNetwork(SocketType type) {
      deniedNetworks.add(new NetworkRule(Qualifiers.NONE, List.of(), null, type, null));
      return this;
    }

    /** Denies sockets of a family, also those that other calls allow. */
    public Builder denyNetwork(NetworkFamily family) {
      deniedNetworks.add(NetworkRule.of(family));
      return this;
    }

    /** Lets tasks with another label send signals, such as a daemon that is confined. */
    public Builder signalPeer(String label) {
      signalPeers.add(label);
      return this;
    }

    /** Returns the profile file: the preamble and the profile. */
    public ProfileFile build() {
      ProfileFile.Builder file = ProfileFile.builder();
      if (abi != null) {
        file.abi(abi);
      }
      return file.variable("PROC", "/proc/").profile(profile()).build();
    }

    private Profile profile() {
      Profile.Builder profile =
          Profile.builder(name)
              .flags(ProfileFlag.Kind.ATTACH_DISCONNECTED, ProfileFlag.Kind.MEDIATE_DELETED);
      files(profile);
      Set<Capability> allowed = allCapabilities ? Set.of() : capabilities; // none named: all
      if (allCapabilities || !allowed.isEmpty()) {
        profile.allow(CapabilityRule.of(allowed));
      }
      if (!deniedCapabilities.isEmpty()) {
        profile.deny(CapabilityRule.of(deniedCapabilities));
      }
      networks.forEach(profile::allow);
      deniedNetworks.forEach(profile::deny);
      // Always allowed: local sockets, and netlink, by which libraries ask about network
      // interfaces.
      profile.allow(
          NetworkRule.of(NetworkFamily.UNIX),
          NetworkRule.of(NetworkFamily.NETLINK, SocketType.RAW));
      for (String peer : signalPeers) {
        profile.allow(SignalRule.of(peer, SignalPermission.RECEIVE));
      }
      profile.allow(
          SignalRule.of(name, SignalPermission.SEND, SignalPermission.RECEIVE),
          PtraceRule.of(name, PtracePermission.values()));
      return profile.build();
    }

    private void files(Profile.Builder profile) {
      boolean all = !executes.containsValue(true);
      profile.allow(FileRule.of("/{,**}", all ? "mrix" : "mr"));
      profile.allow(
          FileRule.of("/dev/**", "rwk"),
          FileRule.of("@{PROC}/[0-9]*/**", "rw"),
          FileRule.of("/{dev/shm,dev/mqueue}/**", "rwlk"));
      if (hugePages) {
        profile.allow(FileRule.of("/", "rw"));
      }
      int most = 0; // what is hidden is so whatever else is said
      for (Layer layer : layers(writes, false)) {
        most = Math.max(most, layer.priority);
        String pattern = pattern(layer.path);
        if (layer.allowed) {
          FileRule rule = FileRule.of(pattern, "rwlk");
          profile.allow(layer.in(rule));
          if (logged.contains(layer.path)) {
            profile.audit(layer.in(FileRule.of(pattern, "w")));
          }
        } else {
          profile.deny(layer.in(FileRule.of(pattern, "wlk")));
        }
      }
      for (Layer layer : layers(executes, all)) {
        most = Math.max(most, layer.priority);
        String pattern = pattern(layer.path);
        if (layer.allowed) {
          profile.allow(layer.in(FileRule.of(pattern, "ix")));
        } else {
          profile.deny(layer.in(FileRule.of(pattern, "x")));
        }
      }
      for (String path : hidden) {
        profile.deny(new Layer(path, false, most).in(FileRule.of(pattern(path), "mrwklx")));
      }
      ContainerDefault.denyHostInProc(profile);
      ContainerDefault.denyHostInSys(profile, true);
    }
  }

  private static String requireAbsolute(String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: " + path);
    }
    return path;
  }

  private static String withoutSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static String pattern(String path) {
    if (path.equals("/")) {
      return "/{,**}";
    }
    return hasGlob(path) ? path : path + "{,/**}";
  }

  private static boolean hasGlob(String path) {
    return path.replaceAll("\\\\.", "").matches(".*[*?\\[{].*");
  }

  // ---- overlapping paths

  /**
   * A path, whether it is allowed, and the priority of its rule.
   *
   * @param priority one more for each allowed path within a denied one, since a denying rule wins
   *     over all rules of its own priority
   */
  private record Layer(String path, boolean allowed, int priority) {

    FileRule in(FileRule rule) {
      Qualifiers qualifiers = rule.qualifiers();
      return rule.withQualifiers(qualifiers.withPriority(priority));
    }
  }

  /** Returns the layers, outer ones before those within them. */
  private static List<Layer> layers(Map<String, Boolean> said, boolean otherwise) {
    List<Layer> layers = new ArrayList<>();
    for (Map.Entry<String, Boolean> entry : said.entrySet()) {
      Layer holder = null;
      for (Layer layer : layers) {
        if (holds(layer.path, entry.getKey())
            && (holder == null || layer.path.length() > holder.path.length())) {
          holder = layer;
        }
      }
      boolean before = holder == null ? otherwise : holder.allowed;
      int priority = holder == null ? 0 : holder.priority;
      if (entry.getValue() && !before && holder != null) {
        priority++;
      }
      layers.add(new Layer(entry.getKey(), entry.getValue(), priority));
    }
    return layers;
  }

  private static boolean holds(String outer, String inner) {
    String directory = hasGlob(outer) ? outer.replaceAll("\\{?,?/?\\*\\*}?$", "") : outer;
    return inner.startsWith(directory.equals("/") ? "/" : directory + "/");
  }
}
