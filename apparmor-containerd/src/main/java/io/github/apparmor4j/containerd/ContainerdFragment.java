package io.github.apparmor4j.containerd;

import com.electronwill.nightconfig.core.CommentedConfig;
import com.electronwill.nightconfig.core.Config;
import com.electronwill.nightconfig.toml.TomlFormat;
import com.electronwill.nightconfig.toml.TomlWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tomlj.TomlArray;

/**
 * A drop-in file for containerd, to be named in {@code imports} of {@code config.toml}. Its format
 * is version 2 for containerd 1 and version 3 for containerd 2. It takes effect when the daemon
 * starts. Immutable.
 */
public final class ContainerdFragment {

  private final int major;
  private final Map<List<String>, Object> values;

  private ContainerdFragment(int major, Map<List<String>, Object> values) {
    this.major = major;
    this.values = values;
  }

  /** Returns an empty fragment for containerd 2, which lays it over the other files. */
  public static ContainerdFragment forContainerd2() {
    return new ContainerdFragment(2, Map.of());
  }

  /**
   * Returns a fragment for containerd 1 that repeats what the plugin's table has already, since the
   * fragment's table replaces the whole table of all files before it.
   *
   * @param existing the host's configuration, without this fragment
   */
  public static ContainerdFragment forContainerd1(ContainerdConfig existing) {
    return new ContainerdFragment(1, existing.pluginValues());
  }

  /** Returns a fragment that also switches AppArmor off, or on, for all containers. */
  public ContainerdFragment disableAppArmor(boolean disabled) {
    return with(List.of("disable_apparmor"), disabled);
  }

  /**
   * Returns a fragment that also has a runtime, for a Kubernetes runtime class to name. The runtime
   * is runc, with an OCI configuration of its own that containers start from.
   *
   * @param name the class's handler
   * @param baseRuntimeSpec the configuration's absolute path
   * @throws IllegalArgumentException if the path is relative
   */
  public ContainerdFragment runtime(String name, String baseRuntimeSpec) {
    if (!baseRuntimeSpec.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: " + baseRuntimeSpec);
    }
    List<String> runtimes = List.of("containerd", "runtimes");
    boolean none =
        values.keySet().stream()
            .noneMatch(key -> key.size() > 2 && key.subList(0, 2).equals(runtimes));
    // In containerd 1, the first runtime that is configured replaces its own runc.
    ContainerdFragment before = major == 1 && none ? this.runc("runc") : this;
    return before
        .runc(name)
        .with(List.of("containerd", "runtimes", name, "base_runtime_spec"), baseRuntimeSpec);
  }

  private ContainerdFragment runc(String name) {
    return with(List.of("containerd", "runtimes", name, "runtime_type"), "io.containerd.runc.v2");
  }

  private ContainerdFragment with(List<String> key, Object value) {
    Map<List<String>, Object> more = new LinkedHashMap<>(values);
    more.put(key, value);
    return new ContainerdFragment(major, more);
  }

  /** Returns the file's text. */
  public String toToml() {
    CommentedConfig config = TomlFormat.newConfig(LinkedHashMap::new);
    config.set(List.of("version"), major == 1 ? 2 : 3);
    List<String> table =
        List.of("plugins", major == 1 ? ContainerdConfig.V2_PLUGIN : ContainerdConfig.V3_PLUGIN);
    values.forEach(
        (key, value) -> {
          List<String> whole = new ArrayList<>(table);
          whole.addAll(key);
          config.set(whole, plain(value));
        });
    TomlWriter writer = new TomlWriter();
    writer.setIndent("");
    return writer.writeToString(config);
  }

  /** Turns a value that one library has read into one that the other can write. */
  private static Object plain(Object value) {
    if (value instanceof TomlArray array) {
      return array.toList().stream().map(ContainerdFragment::plain).toList();
    } else if (value instanceof org.tomlj.TomlTable table) {
      Config inner = Config.inMemory();
      table.toMap().forEach((key, each) -> inner.set(List.of(key), plain(each)));
      return inner;
    }
    return value;
  }

  /** Returns the file's text. */
  @Override
  public String toString() {
    return toToml();
  }
}
