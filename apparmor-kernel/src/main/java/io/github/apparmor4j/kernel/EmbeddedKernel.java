package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.compile.KernelRelease;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.KernelException.Errno;
import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.Evaluator;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.policy.PolicyReader.Part;
import io.github.apparmor4j.policy.ProfileName;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A kernel in memory, for tests and for machines without AppArmor. It unpacks the binary policy
 * that it is given, refuses what Linux would refuse, and answers from the unpacked tables alone. It
 * confines no task. Thread-safe.
 *
 * <pre>{@code
 * EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
 * kernel.load(policy.toBytes());
 * boolean allowed = kernel.query("web", Access.file("/etc/shadow", "r")).allowed();
 * }</pre>
 *
 * <p>The tests of this class run against real kernels as well (docs/real-kernels.md).
 */
public final class EmbeddedKernel implements AppArmorKernel {

  /** A profile, by the policy that it was loaded with and its index there. */
  private record Loaded(Policy from, int index) {
    KernelProfile profile() {
      return from.profiles().get(index);
    }

    byte[] raw() {
      return from.raw();
    }

    String hash() {
      return from.hashes().get(index);
    }
  }

  /**
   * A policy: the bytes that were written, the profiles in them, and the hash that the kernel shows
   * for each profile.
   *
   * @param key the same bytes, to find the policy by
   */
  private record Policy(
      ByteBuffer key, byte[] raw, List<KernelProfile> profiles, List<String> hashes) {}

  /**
   * The policies that kernels of one release hold. Each is kept once, as long as any kernel holds
   * it.
   */
  private static final class Shelf {
    private final Map<ByteBuffer, WeakReference<Policy>> policies = new WeakHashMap<>();

    synchronized @Nullable Policy find(ByteBuffer key) {
      WeakReference<Policy> found = policies.get(key);
      return found == null ? null : found.get();
    }

    synchronized void put(Policy policy) {
      policies.put(policy.key(), new WeakReference<>(policy));
    }
  }

  /** The profiles of a namespace by their names in it, the oldest first. */
  private static final class Namespace {
    final Map<String, Loaded> profiles = new LinkedHashMap<>();
    long revision = 1;
  }

  /** How many namespaces may be in each other: the memory for their names grows with the square. */
  private static final int MOST_LEVELS = 64;

  private final KernelRelease release;

  /** The namespaces by name: {@code a//b} for one below another, empty for the root. */
  private final Map<String, Namespace> namespaces = new TreeMap<>();

  private final Shelf shelf;

  private EmbeddedKernel(KernelRelease release, Shelf shelf) {
    this.release = release;
    this.shelf = shelf;
    namespaces.put("", new Namespace());
  }

  /**
   * Returns an empty kernel of the same release. A policy that both are given is kept in memory
   * once, for simulations of many machines.
   */
  public EmbeddedKernel another() {
    return new EmbeddedKernel(release, shelf);
  }

  /** Returns an empty kernel that behaves like a release of Linux. */
  public static EmbeddedKernel of(KernelRelease release) {
    return new EmbeddedKernel(release, new Shelf());
  }

  /** Returns an empty kernel that behaves like Linux 6.1. */
  public static EmbeddedKernel linux6_1() {
    return of(KernelRelease.LINUX_6_1);
  }

  /** Returns an empty kernel that behaves like Linux 6.12. */
  public static EmbeddedKernel linux6_12() {
    return of(KernelRelease.LINUX_6_12);
  }

  /** Returns an empty kernel that behaves like Linux 7.2. */
  public static EmbeddedKernel linux7_2() {
    return of(KernelRelease.LINUX_7_2);
  }

  @Override
  public Features features() {
    return release.features();
  }

  // ---- policy

  @Override
  public synchronized void load(byte[] policy) throws KernelException {
    give("load", policy);
  }

  @Override
  public synchronized void replace(byte[] policy) throws KernelException {
    give("replace", policy);
  }

  private void give(String operation, byte[] policy) throws KernelException {
    RawPolicy.Taker taker = taker(operation);
    Policy known = shelf.find(ByteBuffer.wrap(policy));
    if (known == null) {
      RawPolicy.give(operation, policy, true, taker);
    } else {
      Set<String> names = new LinkedHashSet<>();
      known.profiles().forEach(profile -> names.add(profile.qualifiedName()));
      RawPolicy.checkParents(operation, names, taker);
      put(operation, known);
    }
  }

  private RawPolicy.Taker taker(String operation) {
    return new RawPolicy.Taker() {
      @Override
      public void take(PolicyReader.Piece piece) throws KernelException {
        put(operation, read(operation, piece.policy()));
      }

      @Override
      public Set<String> loaded() {
        return LoadedProfile.names(profiles());
      }
    };
  }

  private static String namespaceOf(Policy policy) {
    return Objects.requireNonNullElse(policy.profiles().get(0).namespace(), "");
  }

  private void put(String operation, Policy policy) throws KernelException {
    if (operation.equals("load")) {
      checkNew(policy);
    }
    Namespace namespace = make(operation, namespaceOf(policy));
    for (int i = 0; i < policy.profiles().size(); i++) {
      KernelProfile profile = policy.profiles().get(i);
      Loaded old = namespace.profiles.get(profile.name());
      if (old != null && old.profile().equals(profile) && Arrays.equals(old.raw(), policy.raw())) {
        continue; // an equal profile is not replaced
      }
      namespace.profiles.put(profile.name(), new Loaded(policy, i));
      if (old != null) {
        adoptChildren(namespace, profile.name());
      }
    }
    changed(namespace);
  }

  /** Refuses a set with a profile that is loaded already. */
  private void checkNew(Policy policy) throws KernelException {
    Namespace namespace = namespaces.get(namespaceOf(policy));
    for (KernelProfile profile : policy.profiles()) {
      if (namespace != null && namespace.profiles.containsKey(profile.name())) {
        throw new KernelException(
            "load", Errno.EEXIST, profile.qualifiedName() + " is loaded already", null);
      }
    }
  }

  /** Returns the hash that the kernel shows for a profile, made from its version and its bytes. */
  private String hash(Part part, byte[] policy) {
    try {
      MessageDigest digest = MessageDigest.getInstance(release.digest());
      int version = part.profile().version();
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        digest.update((byte) (version >>> shift));
      }
      digest.update(policy, part.start(), part.end() - part.start());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has " + release.digest(), e);
    }
  }

  private void changed(Namespace namespace) {
    namespace.revision++;
    notifyAll();
  }

  /** Returns a namespace; creates it, and those above it, if they are missing. */
  private Namespace make(String operation, String name) throws KernelException {
    if (name.split("//", MOST_LEVELS + 1).length > MOST_LEVELS) {
      throw new KernelException(
          operation, Errno.ENOMEM, "more than " + MOST_LEVELS + " namespaces in each other", null);
    }
    for (int at = name.indexOf("//"); at >= 0; at = name.indexOf("//", at + 2)) {
      namespaces.computeIfAbsent(name.substring(0, at), n -> new Namespace());
    }
    return namespaces.computeIfAbsent(name, n -> new Namespace());
  }

  /**
   * Gives the children of a replaced profile to the new one. Linux moves them one by one, so they
   * are listed in the reverse order afterwards (seen on 6.12).
   */
  private static void adoptChildren(Namespace namespace, String name) {
    Map<String, Loaded> loaded = namespace.profiles;
    List<String> children = new ArrayList<>();
    loaded.keySet().stream().filter(key -> parentOf(key).equals(name)).forEach(children::add);
    Collections.reverse(children);
    for (String child : children) {
      Loaded moved = loaded.remove(child);
      if (moved != null) {
        loaded.put(child, moved);
      }
    }
  }

  private Policy read(String operation, byte[] policy) throws KernelException {
    if (policy.length == 0) {
      throw new KernelException(operation, Errno.EINVAL, "nothing was written", null);
    }
    Policy known = shelf.find(ByteBuffer.wrap(policy));
    if (known != null) {
      return known;
    }
    try {
      byte[] raw = policy.clone();
      List<Part> parts = PolicyReader.parts(raw, release.reader());
      Policy read =
          new Policy(
              ByteBuffer.wrap(raw),
              raw,
              parts.stream().map(Part::profile).toList(),
              parts.stream().map(part -> hash(part, raw)).toList());
      shelf.put(read);
      return read;
    } catch (PolicyFormatException e) {
      throw new KernelException(
          operation,
          e.isVersion() ? Errno.EPROTONOSUPPORT : Errno.EPROTO,
          String.valueOf(e.getMessage()),
          e);
    }
  }

  @Override
  public synchronized void remove(String name) throws KernelException {
    Place place = place(name);
    Namespace namespace = place == null ? null : namespaces.get(place.namespace());
    if (place != null && namespace != null) {
      if (place.name().isEmpty() && !place.namespace().isEmpty()) {
        removeNamespaces(place.namespace());
        return;
      }
      String below = place.name() + "//";
      if (namespace
          .profiles
          .keySet()
          .removeIf(key -> key.equals(place.name()) || key.startsWith(below))) {
        changed(namespace);
        return;
      }
    }
    throw new KernelException(
        "remove", Errno.ENOENT, "the profile " + name + " is not loaded", null);
  }

  /** A profile's name, split at its namespace. */
  private record Place(String namespace, String name) {}

  private static @Nullable Place place(String name) {
    if (!name.startsWith(":")) {
      return new Place("", name);
    }
    int close = name.indexOf(':', 1);
    if (close > 1 && close == name.length() - 1) {
      return new Place(name.substring(1, close), "");
    }
    try {
      ProfileName parsed = ProfileName.parse(name);
      return new Place(Objects.requireNonNullElse(parsed.namespace(), ""), parsed.name());
    } catch (IllegalArgumentException e) {
      return null; // not a valid profile name
    }
  }

  private @Nullable Loaded find(String qualifiedName) {
    Place place = place(qualifiedName);
    Namespace namespace = place == null ? null : namespaces.get(place.namespace());
    return place == null || namespace == null ? null : namespace.profiles.get(place.name());
  }

  private Loaded get(String operation, String qualifiedName) throws KernelException {
    Loaded found = find(qualifiedName);
    if (found == null) {
      throw new KernelException(
          operation, Errno.ENOENT, "the profile " + qualifiedName + " is not loaded", null);
    }
    return found;
  }

  // ---- what is there

  @Override
  public synchronized List<LoadedProfile> profiles() {
    List<LoadedProfile> profiles = new ArrayList<>();
    namespaces.values().forEach(namespace -> list(namespace, profiles));
    return List.copyOf(profiles);
  }

  /**
   * Adds a namespace's profiles to a list, the newest first, each followed by those in it: without
   * recursion, since a name may have thousands of levels.
   */
  private static void list(Namespace namespace, List<LoadedProfile> to) {
    Map<String, Deque<Loaded>> newestFirst = new HashMap<>();
    for (Loaded loaded : namespace.profiles.values()) {
      newestFirst
          .computeIfAbsent(parentOf(loaded.profile().name()), parent -> new ArrayDeque<>())
          .addFirst(loaded);
    }
    Deque<Iterator<Loaded>> open = new ArrayDeque<>();
    open.push(newestFirst.getOrDefault("", new ArrayDeque<>()).iterator());
    while (!open.isEmpty()) {
      if (!open.element().hasNext()) {
        open.pop();
        continue;
      }
      KernelProfile profile = open.element().next().profile();
      to.add(new LoadedProfile(profile.qualifiedName(), profile.modeName()));
      open.push(newestFirst.getOrDefault(profile.name(), new ArrayDeque<>()).iterator());
    }
  }

  /** Returns the name of a profile's parent; empty if it has none. */
  private static String parentOf(String name) {
    ProfileName parent = ProfileName.of(null, name).parent().orElse(null);
    return parent == null ? "" : parent.name();
  }

  @Override
  public synchronized PolicyNamespace policy() {
    return policy("");
  }

  private PolicyNamespace policy(String name) {
    List<PolicyNamespace> below = new ArrayList<>();
    String prefix = name.isEmpty() ? "" : name + "//";
    for (String other : namespaces.keySet()) {
      boolean inside = other.startsWith(prefix) && other.length() > prefix.length();
      if (inside && other.indexOf("//", prefix.length()) < 0) {
        below.add(policy(other));
      }
    }
    Namespace namespace = Objects.requireNonNull(namespaces.get(name));
    return new PolicyNamespace(name.substring(name.lastIndexOf('/') + 1), nodes(namespace), below);
  }

  /** Returns a namespace's outermost profiles, with those in them. */
  private static List<PolicyNamespace.Node> nodes(Namespace namespace) {
    // Those with the longest names first: each comes after all that are in it.
    List<Loaded> innermostFirst = new ArrayList<>(namespace.profiles.values());
    innermostFirst.sort(Comparator.comparingInt(each -> -each.profile().name().length()));
    Map<String, List<PolicyNamespace.Node>> nodes = new HashMap<>();
    for (Loaded loaded : innermostFirst) {
      KernelProfile profile = loaded.profile();
      nodes
          .computeIfAbsent(parentOf(profile.name()), parent -> new ArrayList<>())
          .add(
              new PolicyNamespace.Node(
                  profile.name(),
                  profile.modeName(),
                  profile.attachment() == null ? ownName(profile.name()) : "<unknown>",
                  loaded.hash(),
                  sorted(nodes.remove(profile.name()))));
    }
    return sorted(nodes.get(""));
  }

  private static List<PolicyNamespace.Node> sorted(@Nullable List<PolicyNamespace.Node> nodes) {
    return nodes == null
        ? List.of()
        : nodes.stream().sorted(Comparator.comparing(PolicyNamespace.Node::name)).toList();
  }

  private static String ownName(String name) {
    return ProfileName.of(null, name).localName();
  }

  @Override
  public synchronized Optional<byte[]> rawData(String profile) throws KernelException {
    return Optional.of(get("rawData", profile).raw().clone());
  }

  @Override
  public synchronized long revision() {
    return Objects.requireNonNull(namespaces.get("")).revision;
  }

  @Override
  public synchronized long awaitChange(long seen, Duration most) throws InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    while (revision() == seen) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return seen;
      }
      wait(left);
    }
    return revision();
  }

  // ---- namespaces

  @Override
  public synchronized void createNamespace(String name) throws KernelException {
    RawPolicy.checkNamespace(name);
    if (namespaces.putIfAbsent(name, new Namespace()) != null) {
      throw new KernelException(
          "createNamespace", Errno.EEXIST, "a namespace of that name exists: " + name, null);
    }
  }

  @Override
  public synchronized void removeNamespace(String name) throws KernelException {
    if (name.isEmpty() || !namespaces.containsKey(name)) {
      throw new KernelException("removeNamespace", Errno.ENOENT, "no namespace " + name, null);
    }
    removeNamespaces(name);
  }

  private void removeNamespaces(String name) {
    namespaces.keySet().removeIf(key -> key.equals(name) || key.startsWith(name + "//"));
    changed(Objects.requireNonNull(namespaces.get("")));
  }

  // ---- questions

  @Override
  public Decision query(String profile, Access access) throws KernelException {
    Objects.requireNonNull(access, "access");
    Loaded found;
    List<KernelProfile> loaded = new ArrayList<>();
    synchronized (this) {
      found = get("query", profile);
      for (Namespace namespace : namespaces.values()) {
        namespace.profiles.values().forEach(each -> loaded.add(each.profile()));
      }
    }
    return Decider.decide(found.profile(), loaded, access, release.reader());
  }

  @Override
  public AccessWords ask(String label, byte[] question) throws KernelException {
    KernelProfile profile;
    synchronized (this) {
      // A stack is a label only while a task has it, and this kernel confines no task.
      profile = get("query", label).profile();
    }
    if (question.length == 0) {
      throw new KernelException("query", Errno.EINVAL, "a question without a class", null);
    }
    return new Evaluator(profile, release.reader()).ask(question);
  }
}
