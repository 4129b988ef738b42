package io.github.apparmor4j.policy;

import static io.github.apparmor4j.policy.Format.ARRAY;
import static io.github.apparmor4j.policy.Format.ARRAY_END;
import static io.github.apparmor4j.policy.Format.BLOB;
import static io.github.apparmor4j.policy.Format.NAME;
import static io.github.apparmor4j.policy.Format.STRING;
import static io.github.apparmor4j.policy.Format.STRUCT;
import static io.github.apparmor4j.policy.Format.STRUCT_END;

import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A reader of binary policy that checks it as strictly as Linux does: what Linux would refuse is
 * refused here, with the place. It never reads outside the bytes and takes memory in proportion to
 * them. The static methods are thread-safe.
 *
 * <p>Compressed policies, and the tags of the newest kernels, are refused as well.
 *
 * <pre>{@code
 * byte[] policy = Files.readAllBytes(Path.of("web.bin"));
 * for (KernelProfile profile : PolicyReader.read(policy, PolicyReader.Kernel.LINUX_6_12)) {
 *   System.out.println(profile.qualifiedName() + " " + profile.modeName());
 * }
 * }</pre>
 */
public final class PolicyReader {

  /** The kernels whose limits can be applied. */
  public enum Kernel {
    /** Linux 6.1: ABI 5 to 8, no mode {@code prompt}. */
    LINUX_6_1(8, KernelProfile.MODE_UNCONFINED, false, false),
    /** Linux 6.12: ABI 5 to 9, permission tables. */
    LINUX_6_12(9, KernelProfile.MODE_PROMPT, true, false),
    /** Linux 7.2: also tables of more than 65535 states. */
    LINUX_7_2(9, KernelProfile.MODE_PROMPT, true, true);

    private final int maxAbi;
    private final int maxMode;
    private final boolean entries;
    private final boolean wide;

    Kernel(int maxAbi, int maxMode, boolean entries, boolean wide) {
      this.maxAbi = maxAbi;
      this.maxMode = maxMode;
      this.entries = entries;
      this.wide = wide;
    }
  }

  private static final int MIN_ABI = 5;
  private static final int FORCE_COMPLAIN = 1 << 11;
  private static final int MAX_TRANSITIONS = 12;

  private final byte[] in;
  private final Kernel kernel;
  private int at;

  private PolicyReader(byte[] in, Kernel kernel) {
    this.in = in;
    this.kernel = kernel;
  }

  /**
   * Reads all profiles of a policy.
   *
   * @param policy what would be written to a kernel's {@code .load}
   * @param kernel the kernel whose limits hold
   * @throws PolicyFormatException if that kernel would refuse it
   */
  public static List<KernelProfile> read(byte[] policy, Kernel kernel)
      throws PolicyFormatException {
    return parts(policy, kernel).stream().map(Part::profile).toList();
  }

  /**
   * A profile and its place in a policy.
   *
   * @param profile the profile as it was read
   * @param from the index of its first byte, with the version and the namespace if it has them
   * @param start the index of its first byte after the version and the namespace
   * @param end the index after its last byte
   */
  public record Part(KernelProfile profile, int from, int start, int end) {}

  /**
   * The profiles that a kernel takes in one write: profiles of one namespace.
   *
   * @param names the profiles' names with the namespace, in the order of the policy
   * @param policy their binary policy; not copied
   */
  public record Piece(List<String> names, byte[] policy) {
    /** Copies the names. */
    public Piece {
      names = List.copyOf(names);
    }
  }

  /**
   * Splits a policy into pieces of one namespace each, in the order in which the namespaces first
   * appear. This is needed because a kernel takes the namespace of one profile for that of all
   * profiles in the same write (docs/real-kernels.md).
   *
   * @param policy binary policy of profiles of any namespaces
   * @param sets whether the profiles of a namespace stay together; otherwise each profile is a
   *     piece
   * @throws PolicyFormatException if no kernel could read it
   */
  public static List<Piece> pieces(byte[] policy, boolean sets) throws PolicyFormatException {
    List<Part> all = new PolicyReader(policy, Kernel.LINUX_7_2).asWritten();
    if (!sets) {
      return all.stream().map(Part::profile).map(PolicyReader::alone).toList();
    }
    Map<String, List<Part>> byNamespace = new LinkedHashMap<>();
    for (Part part : all) {
      byNamespace
          .computeIfAbsent(String.valueOf(part.profile.namespace()), n -> new ArrayList<>())
          .add(part);
    }
    List<Piece> pieces = new ArrayList<>();
    for (List<Part> parts : byNamespace.values()) {
      pieces.add(
          new Piece(
              parts.stream().map(part -> part.profile.qualifiedName()).toList(),
              byNamespace.size() == 1 ? policy : copy(parts, policy)));
    }
    return pieces;
  }

  private static Piece alone(KernelProfile profile) {
    return new Piece(
        List.of(profile.qualifiedName()), new CompiledPolicy(List.of(profile)).toBytes());
  }

  /**
   * Copies profiles as they stand. A profile that had its version from an earlier one gets its own.
   */
  private static byte[] copy(List<Part> parts, byte[] policy) throws PolicyFormatException {
    PolicyWriter writer = new PolicyWriter();
    for (Part part : parts) {
      PolicyReader header = new PolicyReader(policy, Kernel.LINUX_7_2);
      header.at = part.from;
      if (!header.isHeaded(false)) {
        writer.version(part.profile.version()); // 16 bytes, which keeps the tables' alignment
      }
      writer.raw(policy, part.from, part.end);
    }
    return writer.bytes();
  }

  /**
   * Returns the profiles of a policy with their places, from which kernels compute a profile's
   * hash.
   *
   * @throws PolicyFormatException as {@link #read} does
   */
  public static List<Part> parts(byte[] policy, Kernel kernel) throws PolicyFormatException {
    return new PolicyReader(policy, kernel).profiles();
  }

  private List<Part> profiles() throws PolicyFormatException {
    List<Part> profiles = asWritten();
    String namespace = null;
    for (Part part : profiles) {
      String own = part.profile.namespace();
      if (namespace == null) {
        namespace = own;
      } else if (own != null && kernel == Kernel.LINUX_7_2 && !namespace.equals(own)) {
        throw PolicyFormatException.version(part.start, "profiles of different namespaces: " + own);
      } // older kernels only log it (docs/real-kernels.md)
    }
    String all = namespace;
    // The namespace of one profile holds for everything that is written at once.
    return all == null
        ? profiles
        : profiles.stream()
            .map(part -> new Part(part.profile.inNamespace(all), part.from, part.start, part.end))
            .toList();
  }

  /**
   * Reads profiles, each with the namespace that it states. A child that states none has the
   * namespace of the family that it follows.
   */
  private List<Part> asWritten() throws PolicyFormatException {
    List<Part> profiles = new ArrayList<>();
    KernelProfile family = null;
    int version = 0;
    do {
      int start = at;
      if (isHeaded(profiles.isEmpty())) {
        version = raw32();
        int abi = version & 0x3ff;
        if (abi < MIN_ABI || abi > kernel.maxAbi) {
          throw PolicyFormatException.version(at, "version " + abi + " is not supported");
        }
      } else if (profiles.isEmpty()) {
        throw PolicyFormatException.version(at, "no version header: this is not a policy");
      }
      String namespace = null;
      if (opens(STRING, "namespace")) {
        namespace = text();
        check(!namespace.isEmpty(), "a namespace without a name");
      }
      int begin = at;
      KernelProfile profile = profile(version, start);
      KernelProfile parent = family != null && profile.isBelow(family) ? family : null;
      if (namespace == null && parent != null) {
        namespace = parent.namespace();
      }
      KernelProfile placed = profile.inNamespace(namespace);
      family = parent == null ? placed : parent;
      profiles.add(new Part(placed, start, begin, at));
    } while (at < in.length);
    return List.copyOf(profiles);
  }

  /**
   * Returns whether a version header follows. If the first one can't be read, the bytes are not a
   * policy.
   */
  private boolean isHeaded(boolean first) throws PolicyFormatException {
    try {
      return opens(Format.U32, "version");
    } catch (PolicyFormatException e) {
      throw first
          ? PolicyFormatException.version(at, "no version header: this is not a policy")
          : e;
    }
  }

  private KernelProfile profile(int version, int start) throws PolicyFormatException {
    want(STRUCT, "profile");
    want(STRING, null);
    String name = text();
    check(!name.isEmpty(), "a profile without a name");
    if (opens(STRING, "rename")) {
      text();
    }
    if (opens(STRING, "attach")) {
      text();
    }
    PolicyDfa attached = optionalDfa(start);
    int attachedLength = 0;
    if (attached != null) {
      want(Format.U32, null);
      attachedLength = raw32();
    }
    String disconnected = opens(STRING, "disconnected") ? text() : null;
    String disconnectedIpc = opens(STRING, "disconnected_ipc") ? text() : null;
    Integer kill = optional32("kill");
    Integer error = optional32("error");
    want(STRUCT, "flags");
    int flags = u32();
    int mode = u32();
    boolean audit = u32() != 0;
    want(STRUCT_END, null);
    check(mode >= 0 && mode <= kernel.maxMode, "mode " + mode);
    if ((version & FORCE_COMPLAIN) != 0) {
      mode = KernelProfile.MODE_COMPLAIN;
    }
    Integer pathFlags = optional32("path_flags");
    KernelProfile.Capabilities capabilities = capabilities();
    List<String> identities = opens(ARRAY, "identity") ? strings() : null;
    List<String> xattrs = xattrs();
    Map<Integer, Long> limits = rlimits();
    KernelProfile.Sockets sockets = sockets();
    secmark();
    PolicyDfa policyDb = null;
    if (opens(STRUCT, "policydb")) {
      policyDb = optionalDfa(start);
      if (policyDb == null) {
        throw new PolicyFormatException(at, "policydb without a DFA");
      }
      starts(policyDb, "start");
      transitions();
      want(STRUCT_END, null);
    }
    PolicyDfa files = optionalDfa(start);
    if (files != null) {
      starts(files, "dfa_start");
    }
    List<String> transitions = transitions();
    if (files != null) {
      checkTransitions(files, transitions.size());
    }
    data();
    want(STRUCT_END, null);
    return new KernelProfile(
        version,
        null,
        name,
        attached == null ? null : new KernelProfile.Attachment(attached, attachedLength, xattrs),
        new KernelProfile.Behavior(
            flags, mode, audit, pathFlags, disconnected, disconnectedIpc, kill, error),
        capabilities,
        identities,
        limits,
        sockets,
        policyDb,
        files,
        transitions);
  }

  private KernelProfile.Capabilities capabilities() throws PolicyFormatException {
    long allow = u32() & 0xFFFFFFFFL;
    long audit = u32() & 0xFFFFFFFFL;
    long quiet = u32() & 0xFFFFFFFFL;
    u32();
    if (opens(STRUCT, "caps64")) {
      allow |= (long) u32() << 32;
      audit |= (long) u32() << 32;
      quiet |= (long) u32() << 32;
      u32();
      want(STRUCT_END, null);
    }
    if (opens(STRUCT, "capsx")) {
      u32();
      u32();
      want(STRUCT_END, null);
    }
    return new KernelProfile.Capabilities(allow, audit, quiet);
  }

  private List<String> xattrs() throws PolicyFormatException {
    List<String> names = List.of();
    if (opens(STRUCT, "xattrs")) {
      want(ARRAY, null);
      names = strings();
      want(STRUCT_END, null);
    }
    return names;
  }

  /** Reads the rest of an array of strings, beginning with its length. */
  private List<String> strings() throws PolicyFormatException {
    List<String> strings = new ArrayList<>();
    for (int count = raw16(); count > 0; count--) {
      want(STRING, null);
      strings.add(text());
    }
    want(ARRAY_END, null);
    return strings;
  }

  private KernelProfile.@Nullable Sockets sockets() throws PolicyFormatException {
    if (!opens(ARRAY, "net_allowed_af")) {
      return null;
    }
    List<KernelProfile.Sockets.Types> families = new ArrayList<>();
    for (int count = raw16(); count > 0; count--) {
      families.add(new KernelProfile.Sockets.Types(u16(), u16(), u16()));
    }
    want(ARRAY_END, null);
    return new KernelProfile.Sockets(families);
  }

  private Map<Integer, Long> rlimits() throws PolicyFormatException {
    Map<Integer, Long> limits = new TreeMap<>();
    if (opens(STRUCT, "rlimits")) {
      int mask = u32();
      int count = array();
      check(count <= Format.RLIMITS, count + " resource limits");
      for (int number = 0; number < count; number++) {
        want(Format.U64, null);
        long value = (raw32() & 0xFFFFFFFFL) | (long) raw32() << 32;
        if ((mask >>> number & 1) != 0) {
          limits.put(number, value);
        }
      }
      want(ARRAY_END, null);
      want(STRUCT_END, null);
    }
    return limits;
  }

  private void secmark() throws PolicyFormatException {
    if (opens(STRUCT, "secmark")) {
      for (int count = array(); count > 0; count--) {
        want(Format.U8, null);
        take(1);
        want(Format.U8, null);
        take(1);
        want(STRING, null);
        text();
      }
      want(ARRAY_END, null);
      want(STRUCT_END, null);
    }
  }

  private void data() throws PolicyFormatException {
    if (opens(STRUCT, "data")) {
      while (opens(STRING, null)) {
        text();
        want(BLOB, null);
        take(raw32());
      }
      want(STRUCT_END, null);
    }
  }

  private List<String> transitions() throws PolicyFormatException {
    List<String> names = new ArrayList<>();
    if (opens(STRUCT, "xtable")) {
      int count = array();
      check(count <= MAX_TRANSITIONS, count + " named transitions");
      for (; count > 0; count--) {
        want(STRING, null);
        String name = text();
        String fault = KernelProfile.transitionFault(name);
        check(fault == null, String.valueOf(fault));
        names.add(name);
      }
      want(ARRAY_END, null);
      want(STRUCT_END, null);
    }
    return names;
  }

  private void checkTransitions(PolicyDfa files, int count) throws PolicyFormatException {
    for (PermissionEntry entry : files.entries()) {
      check(
          (entry.exec() & PermissionEntry.EXEC_TABLE) == 0
              || (entry.exec() & PermissionEntry.EXEC_INDEX) < count,
          "an entry refers to a transition of " + count);
    }
    for (int word : files.entries().isEmpty() ? files.accept() : new int[0]) {
      for (int index : new int[] {word >>> 10 & 15, word >>> 24 & 15}) {
        check(index < 4 + count, "a state refers to transition " + (index - 4) + " of " + count);
      }
    }
  }

  private void starts(PolicyDfa dfa, String name) throws PolicyFormatException {
    if (opens(Format.U32, name)) {
      int start = raw32();
      check(start >= 0 && start < dfa.size(), name + " " + start);
    }
  }

  private @Nullable PolicyDfa optionalDfa(int start) throws PolicyFormatException {
    check(!opens(STRUCT, "tags"), "tags are not supported");
    List<PermissionEntry> entries = kernel.entries ? entries() : List.of();
    optional32("permsv");
    if (!opens(BLOB, "aadfa")) {
      return null;
    }
    int length = raw32();
    int from = at;
    take(length);
    // A DFA's length is a multiple of 8, so the rest is the padding before it.
    int pad = length & 7;
    check(length > pad, "an empty DFA");
    check(from >= start, "a DFA before its profile");
    return DfaBytes.decode(
        Arrays.copyOfRange(in, from + pad, from + length), from + pad, entries, kernel.wide);
  }

  private List<PermissionEntry> entries() throws PolicyFormatException {
    List<PermissionEntry> entries = new ArrayList<>();
    if (opens(STRUCT, "perms")) {
      want(Format.U32, "version");
      check(raw32() == 1, "an unknown version of permissions");
      int count = array();
      check(count > 0, "a permission table without entries");
      for (; count > 0; count--) {
        u32(); // reserved
        int[] words = new int[PermissionEntry.WORDS];
        for (int i = 0; i < words.length; i++) {
          words[i] = u32();
        }
        PermissionEntry entry = PermissionEntry.of(words);
        check(entry.isConsistent(), "contradictory permissions " + entry);
        // Tags and labels number entries of tables that this policy doesn't have; 6.12 doesn't
        // check.
        boolean tagged = entry.tag() != 0 || entry.label() != 0;
        check(kernel != Kernel.LINUX_7_2 || !tagged, "no such tag or label: " + entry);
        entries.add(entry);
      }
      want(ARRAY_END, null);
      want(STRUCT_END, null);
    }
    return entries;
  }

  private @Nullable Integer optional32(String name) throws PolicyFormatException {
    return opens(Format.U32, name) ? Integer.valueOf(raw32()) : null;
  }

  // ---- elements

  /**
   * Passes an element's name and code if they are as wanted, and stays otherwise; returns whether
   * they are.
   */
  private boolean opens(int code, @Nullable String name) throws PolicyFormatException {
    int before = at;
    if (at < in.length && in[at] == NAME) {
      at++;
      String found = text();
      if (name != null && !found.equals(name)) {
        at = before;
        return false;
      }
    } else if (name != null) {
      return false;
    }
    if (at < in.length && in[at] == code) {
      at++;
      return true;
    }
    at = before;
    return false;
  }

  private void want(int code, @Nullable String name) throws PolicyFormatException {
    check(
        opens(code, name), "expected " + (name == null ? "an element" : name) + " of code " + code);
  }

  private int u16() throws PolicyFormatException {
    want(Format.U16, null);
    return raw16();
  }

  private int u32() throws PolicyFormatException {
    want(Format.U32, null);
    return raw32();
  }

  private int array() throws PolicyFormatException {
    want(ARRAY, null);
    return raw16();
  }

  private int raw16() throws PolicyFormatException {
    int from = take(2);
    return (in[from] & 0xFF) | (in[from + 1] & 0xFF) << 8;
  }

  private int raw32() throws PolicyFormatException {
    int from = take(4);
    return (in[from] & 0xFF)
        | (in[from + 1] & 0xFF) << 8
        | (in[from + 2] & 0xFF) << 16
        | (in[from + 3] & 0xFF) << 24;
  }

  private String text() throws PolicyFormatException {
    int length = raw16();
    int from = take(length);
    check(length > 0 && in[from + length - 1] == 0, "a string without its NUL");
    return SourceText.decode(Arrays.copyOfRange(in, from, from + length - 1));
  }

  private int take(int count) throws PolicyFormatException {
    check(count >= 0 && count <= in.length - at, "truncated: " + count + " bytes wanted");
    int from = at;
    at += count;
    return from;
  }

  private void check(boolean holds, String message) throws PolicyFormatException {
    if (!holds) {
      throw new PolicyFormatException(at, message);
    }
  }
}
