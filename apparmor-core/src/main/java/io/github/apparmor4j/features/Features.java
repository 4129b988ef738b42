package io.github.apparmor4j.features;

import io.github.apparmor4j.files.BoundedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A set of features: the tree under {@code /sys/kernel/security/apparmor/features}, with files as
 * leaves. Each word in a file counts as a feature one level below it. Immutable and thread-safe.
 *
 * <pre>{@code
 * Features host = Features.readDirectory(Path.of("/sys/kernel/security/apparmor/features"));
 * boolean mediated = host.has("namespaces/mask/userns_create");
 * }</pre>
 *
 * <p>The same form describes what a kernel enforces and what a policy was written for (its ABI). A
 * rule is in force if both know its kind. The constants named {@code LINUX_…} were read from
 * running kernels; the others are ABIs that AppArmor ships.
 */
public final class Features {

  private static final int MAX_FILES = 10_000;
  private static final int MAX_BYTES = 1 << 16;

  /** Kernels have paths of three components. */
  private static final int MAX_DEPTH = 32;

  private static final int MAX_PATH = 4096;

  /** How much of a wrong path a message shows. */
  private static final int SHOWN = 60;

  private static final Pattern COMPONENT = Pattern.compile("[^\\s/{}\\p{Cntrl}]+");

  private static final String CAPS_5_4 =
      "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable"
          + " net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module"
          + " sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource"
          + " sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override"
          + " mac_admin syslog wake_alarm block_suspend audit_read";
  private static final String FAMILIES =
      "unspec unix inet ax25 ipx appletalk netrom bridge atmpvc x25 inet6 rose netbeui security key"
          + " netlink packet ash econet atmsvc rds sna irda pppox wanpipe llc ib mpls can tipc"
          + " bluetooth iucv rxrpc isdn phonet ieee802154 caif alg nfc vsock kcm qipcrtr smc xdp";

  private static final String RLIMITS =
      "cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio"
          + " rttime";
  private static final String SIGNALS =
      "hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld cont stop"
          + " stp ttin ttou urg xcpu xfsz vtalrm prof winch io pwr sys emt lost";

  private static final Features COMMON =
      builder()
          .set("capability", "0xffffff")
          .set("domain/attach_conditions/xattr", "yes")
          .set("domain/change_hat", "yes")
          .set("domain/change_hatv", "yes")
          .set("domain/change_onexec", "yes")
          .set("domain/change_profile", "yes")
          .set("domain/computed_longest_left", "yes")
          .set("domain/fix_binfmt_elf_mmap", "yes")
          .set("domain/post_nnp_subset", "yes")
          .set("domain/stack", "yes")
          .set("domain/version", "1.2")
          .set("file/mask", "create read write exec append mmap_exec link lock")
          .set("mount/mask", "mount umount pivot_root")
          .set("namespaces/pivot_root", "no")
          .set("namespaces/profile", "yes")
          .set("policy/set_load", "yes")
          .set("policy/versions/v5", "yes")
          .set("policy/versions/v6", "yes")
          .set("policy/versions/v7", "yes")
          .set("policy/versions/v8", "yes")
          .set("ptrace/mask", "read trace")
          .set("query/label/data", "yes")
          .set("query/label/multi_transaction", "yes")
          .set("query/label/perms", "allow deny audit quiet")
          .set("rlimit/mask", RLIMITS)
          .set("signal/mask", SIGNALS)
          .build();

  /**
   * The ABI that {@code apparmor_parser} assumes for a policy without an {@code abi} rule: Linux
   * 5.4 with network and D-Bus patches. Because of how {@code apparmor_parser} reads that file,
   * this ABI has neither stacking nor extended attributes (docs/compatibility.md).
   */
  public static final Features DEFAULT_ABI =
      builder()
          .set("capability", "0xffffff")
          .set("caps/mask", CAPS_5_4)
          .set("dbus/mask", "acquire send receive")
          .set("mount/mask", "mount umount pivot_root")
          .set("namespaces/pivot_root", "no")
          .set("namespaces/profile", "yes")
          .set("network/af_mask", FAMILIES)
          .set("network/af_unix", "yes")
          .set("ptrace/mask", "read trace")
          .set("query/label/data", "yes")
          .set("query/label/multi_transaction", "yes")
          .set("query/label/perms", "allow deny audit quiet")
          .set("rlimit/mask", RLIMITS)
          .set("signal/mask", SIGNALS)
          .build();

  /** Linux 6.1 as Debian 12 ships it. */
  public static final Features LINUX_6_1 =
      COMMON.toBuilder()
          .set("caps/mask", CAPS_5_4 + " perfmon bpf checkpoint_restore")
          .set("network_v8/af_mask", FAMILIES + " mctp")
          .set("network_v8/tcp-fast-open", "yes")
          .set("policy/outofband", "0x000001")
          .set("policy/versions/v9", "yes")
          .build();

  /** Linux 6.12 as Debian 13 ships it. */
  public static final Features LINUX_6_12 =
      LINUX_6_1.toBuilder()
          .set("domain/disconnected.path", "yes")
          .set("io_uring/mask", "sqpoll override_creds")
          .set("mount/move_mount", "detached")
          .set("namespaces/mask", "userns_create")
          .set(
              "policy/permstable32",
              "allow deny subtree cond kill complain prompt audit quiet hide xindex tag label")
          .set("policy/permstable32_version", "0x000001")
          .set("policy/unconfined_restrictions/change_profile", "yes")
          .build();

  /** Linux 7.2 as Debian ships it. */
  public static final Features LINUX_7_2 =
      LINUX_6_12.toBuilder()
          .set("caps/extended", "yes")
          .set("dbus/mask", "acquire send receive")
          .set("domain/kill.signal", "yes")
          .set("domain/unconfined_allowed_children", "yes")
          .set("network_v9/af_mask", FAMILIES + " mctp")
          .set("network_v9/af_unix", "yes")
          .set("network_v9/tcp-fast-open", "yes")
          .set("policy/diff-encode", "yes")
          .set("policy/permstable32_version", "0x000003")
          .set("policy/state32", "0x000001")
          .build();

  /** The ABI that AppArmor 3.0 introduced, {@code abi/3.0}. */
  public static final Features ABI_3_0 =
      COMMON.toBuilder()
          .set("dbus/mask", "acquire send receive")
          .set("network/af_mask", FAMILIES)
          .set("network/af_unix", "yes")
          .set("caps/mask", CAPS_5_4 + " perfmon bpf")
          .set("network_v8/af_mask", FAMILIES)
          .build();

  /** The ABI that AppArmor 4.0 introduced, {@code abi/4.0}. */
  public static final Features ABI_4_0 =
      ABI_3_0.toBuilder()
          .set("caps/mask", CAPS_5_4 + " perfmon bpf checkpoint_restore")
          .set("network/af_mask", FAMILIES + " mctp")
          .set("network_v8/af_mask", FAMILIES + " mctp")
          .set("ipc/posix_mqueue", "create read write open delete setattr getattr")
          .set("namespaces/mask", "userns_create")
          .set("policy/outofband", "0x000001")
          .set(
              "policy/permstable32",
              "allow deny subtree cond kill complain prompt audit quiet hide xindex tag label")
          .set("policy/permstable32_version", "0x000002")
          .set("policy/versions/v9", "yes")
          .build();

  private static final Map<String, Features> ABIS = Map.of("abi/3.0", ABI_3_0, "abi/4.0", ABI_4_0);

  private final SortedMap<String, String> leaves;

  private Features(SortedMap<String, String> leaves) {
    this.leaves = Collections.unmodifiableSortedMap(new TreeMap<>(leaves));
  }

  /** Returns an empty builder. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts from these features. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.leaves.putAll(leaves);
    return builder;
  }

  /**
   * Returns the ABIs that are built in and need no file, by their names in {@code abi} rules:
   * {@code abi/3.0} and {@code abi/4.0}. The map is immutable.
   */
  public static Map<String, Features> builtInAbis() {
    return ABIS;
  }

  /**
   * Reads either text form: nested, as in an {@code abi} file ({@code mount {mask {mount
   * umount}}}), or a listing with one line for each file ({@code mount/mask: mount umount}).
   *
   * @throws IllegalArgumentException if the text has neither form, more than 10,000 files or a path
   *     of more than 32 components; the message says where
   */
  public static Features parse(String text) {
    Objects.requireNonNull(text, "text");
    Builder builder = builder();
    if (text.indexOf('{') >= 0) {
      nested(text, builder);
    } else {
      listing(text, builder);
    }
    try {
      return builder.build();
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Reads a kernel's directory, {@code /sys/kernel/security/apparmor/features} or a copy of it.
   *
   * @throws IOException if the directory can't be read, or can't be a kernel's because it has more
   *     than 10,000 files, a file of more than 64 KiB or a name that no feature can have
   */
  public static Features readDirectory(Path directory) throws IOException {
    Builder builder = builder();
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> files = walk.filter(Files::isRegularFile).limit(MAX_FILES + 1L).toList();
      if (files.size() > MAX_FILES) {
        throw new IOException(directory + ": more than " + MAX_FILES + " files");
      }
      for (Path file : files) {
        byte[] bytes = BoundedFiles.read(file, MAX_BYTES);
        builder.set(
            directory.relativize(file).toString(), new String(bytes, StandardCharsets.UTF_8));
      }
      return builder.build();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IOException(directory + ": " + e.getMessage(), e);
    }
  }

  private static void listing(String text, Builder builder) {
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      int colon = line.indexOf(':');
      if (line.isBlank()) {
        continue;
      }
      if (colon < 1) {
        throw new IllegalArgumentException("line " + number + ": expected 'path: value'");
      }
      builder.set(line.substring(0, colon).strip(), line.substring(colon + 1));
    }
  }

  private static void nested(String text, Builder builder) {
    StringBuilder path = new StringBuilder();
    int start = 0;
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '{') {
        String before = text.substring(start, i).stripTrailing();
        int name =
            Math.max(
                    before.lastIndexOf(' '),
                    Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\t')))
                + 1;
        String component = before.substring(name);
        if (component.isEmpty()) {
          throw new IllegalArgumentException("offset " + i + ": '{' without a name");
        }
        depth++;
        if (depth > MAX_DEPTH || path.length() + component.length() > MAX_PATH) {
          throw new IllegalArgumentException("offset " + i + ": nested too deeply");
        }
        path.append('/').append(component);
        start = i + 1;
      } else if (c == '}') {
        if (path.isEmpty()) {
          // AppArmor ships ABI files with a closing brace too many (kernel-5.4-outoftree-network);
          // its parser ignores what follows: docs/compatibility.md.
          return;
        }
        String value = text.substring(start, i);
        if (!value.isBlank() || text.charAt(start - 1) == '{') {
          builder.set(path.substring(1), value);
        }
        path.setLength(path.lastIndexOf("/"));
        depth--;
        start = i + 1;
      }
    }
    if (!path.isEmpty()) {
      throw new IllegalArgumentException("'{' of " + path.substring(1) + " is not closed");
    }
  }

  /**
   * Returns whether a path is a directory, a file, or a word in a file.
   *
   * @param path such as {@code mount}, {@code policy/versions/v7} or {@code
   *     namespaces/mask/userns_create}
   */
  public boolean has(String path) {
    String below = path + "/";
    SortedMap<String, String> from = leaves.tailMap(path);
    if (!from.isEmpty()
        && (from.firstKey().equals(path) || !leaves.subMap(below, below + '\uffff').isEmpty())) {
      return true;
    }
    int slash = path.lastIndexOf('/');
    return slash > 0
        && List.of(leaves.getOrDefault(path.substring(0, slash), "").split(" "))
            .contains(path.substring(slash + 1));
  }

  /** Returns the files' contents by path, in an unmodifiable map. */
  public SortedMap<String, String> leaves() {
    return leaves;
  }

  /**
   * Returns the nested text form, sorted, as {@code apparmor_parser --kernel-features} reads it.
   */
  public String toText() {
    StringBuilder out = new StringBuilder();
    write(out, "");
    return out.toString();
  }

  private void write(StringBuilder out, String prefix) {
    TreeSet<String> children = new TreeSet<>();
    for (String path : leaves.subMap(prefix, prefix + Character.MAX_VALUE).keySet()) {
      String rest = path.substring(prefix.length());
      int slash = rest.indexOf('/');
      children.add(slash < 0 ? rest : rest.substring(0, slash));
    }
    for (String child : children) {
      out.append(child).append(" {");
      String value = leaves.get(prefix + child);
      if (value != null) {
        out.append(value).append('\n');
      } else {
        write(out, prefix + child + "/");
      }
      out.append("}\n");
    }
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof Features that && leaves.equals(that.leaves));
  }

  @Override
  public int hashCode() {
    return leaves.hashCode();
  }

  /** Returns the listing, with one line for each file. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    leaves.forEach((path, value) -> out.append(path).append(": ").append(value).append('\n'));
    return out.toString();
  }

  /** Collects features; not thread-safe. */
  public static final class Builder {
    private final SortedMap<String, String> leaves = new TreeMap<>();

    private Builder() {}

    /**
     * Sets a file's content.
     *
     * @param path up to 32 components separated by slashes, of any characters but white space,
     *     control characters, and braces
     * @param value the words in the file; white space is reduced to single spaces
     * @throws IllegalArgumentException if the path is not valid, the value contains a brace, or
     *     there would be more than 10,000 files
     */
    public Builder set(String path, String value) {
      String[] components = path.split("/", MAX_DEPTH + 1);
      boolean valid =
          path.length() <= MAX_PATH
              && components.length <= MAX_DEPTH
              && Arrays.stream(components).allMatch(one -> COMPONENT.matcher(one).matches());
      if (!valid) {
        throw new IllegalArgumentException(
            "not a valid path of a feature: '"
                + path.substring(0, Math.min(path.length(), SHOWN))
                + "'");
      } else if (value.indexOf('{') >= 0 || value.indexOf('}') >= 0) {
        throw new IllegalArgumentException("a brace in the value of feature " + path);
      } else if (leaves.size() >= MAX_FILES && !leaves.containsKey(path)) {
        throw new IllegalArgumentException("more than " + MAX_FILES + " features");
      }
      leaves.put(path, value.strip().replaceAll("\\s+", " "));
      return this;
    }

    /** Removes a file, or a directory and all below it. */
    public Builder remove(String path) {
      leaves.keySet().removeIf(key -> key.equals(path) || key.startsWith(path + "/"));
      return this;
    }

    /**
     * Returns the features.
     *
     * @throws IllegalStateException if a path is a file and a directory
     */
    public Features build() {
      for (String path : leaves.keySet()) {
        for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
          if (leaves.containsKey(path.substring(0, at))) {
            throw new IllegalStateException(
                path.substring(0, at) + " is both a file and a directory");
          }
        }
      }
      return new Features(leaves);
    }
  }
}
