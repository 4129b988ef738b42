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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A writer of binary policy. Everything is little-endian except the inside of DFAs. */
final class PolicyWriter {

  private ByteBuffer out = ByteBuffer.allocate(1 << 14).order(ByteOrder.LITTLE_ENDIAN);

  /** The last profile that is no other's child; its children may follow. */
  private @Nullable KernelProfile family;

  byte[] bytes() {
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Writes the header, which gives the version of what follows. */
  void version(int version) {
    name("version").u32(version);
  }

  /** Copies bytes that are binary policy already. */
  void raw(byte[] bytes, int from, int to) {
    need(to - from);
    out.put(bytes, from, to - from);
  }

  void profile(KernelProfile profile) {
    int start = out.position();
    version(profile.version());
    KernelProfile parent = family != null && profile.isBelow(family) ? family : null;
    family = parent == null ? profile : parent;
    // A child without a namespace is in its family's, as apparmor_parser writes it.
    boolean told = parent != null && Objects.equals(parent.namespace(), profile.namespace());
    if (profile.namespace() != null && !told) {
      name("namespace").string(profile.namespace());
    }
    name("profile").code(STRUCT);
    string(profile.name());
    KernelProfile.Attachment attachment = profile.attachment();
    if (attachment != null) {
      dfa(attachment.dfa(), start);
      u32(attachment.length());
    }
    KernelProfile.Behavior behavior = profile.behavior();
    optional("disconnected", behavior.disconnected());
    optional("disconnected_ipc", behavior.disconnectedIpc());
    optional("kill", behavior.killSignal());
    optional("error", behavior.error());
    name("flags").code(STRUCT);
    u32(behavior.flags()).u32(behavior.mode()).u32(behavior.audit() ? 1 : 0).code(STRUCT_END);
    optional("path_flags", behavior.pathFlags());
    capabilities(profile.capabilities());
    if (profile.identities() != null) {
      name("identity").array(profile.identities());
    }
    if (attachment != null) {
      strings("xattrs", attachment.xattrs());
    }
    limits(profile.limits());
    if (profile.sockets() != null) {
      sockets(profile.sockets());
    }
    PolicyDfa policyDb = profile.policyDb();
    if (policyDb != null) {
      name("policydb").code(STRUCT);
      permissions(policyDb.entries());
      dfa(policyDb, start);
      if (!policyDb.entries().isEmpty()) {
        strings("xtable", profile.transitions());
      }
      code(STRUCT_END);
    }
    PolicyDfa files = profile.files();
    if (files != null) {
      permissions(files.entries());
      if (!files.entries().isEmpty() && files.accept2().length > 0) {
        name("permsv").u32(Format.FLAGGED_PERMISSIONS);
      }
      dfa(files, start);
      strings("xtable", profile.transitions());
    }
    code(STRUCT_END);
  }

  private void optional(String name, @Nullable String value) {
    if (value != null) {
      name(name).string(value);
    }
  }

  private void optional(String name, @Nullable Integer value) {
    if (value != null) {
      name(name).u32(value);
    }
  }

  private void strings(String name, List<String> values) {
    if (!values.isEmpty()) {
      name(name).code(STRUCT).array(values).code(STRUCT_END);
    }
  }

  private PolicyWriter array(List<String> values) {
    code(ARRAY).raw16(values.size());
    values.forEach(this::string);
    return code(ARRAY_END);
  }

  private void sockets(KernelProfile.Sockets sockets) {
    name("net_allowed_af").code(ARRAY).raw16(sockets.families().size());
    for (KernelProfile.Sockets.Types types : sockets.families()) {
      code(Format.U16).raw16(types.allow());
      code(Format.U16).raw16(types.audit());
      code(Format.U16).raw16(types.quiet());
    }
    code(ARRAY_END);
  }

  private void permissions(List<PermissionEntry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    name("perms").code(STRUCT);
    name("version").u32(1).code(ARRAY).raw16(entries.size());
    for (PermissionEntry entry : entries) {
      u32(0); // reserved
      for (int word : entry.words()) {
        u32(word);
      }
    }
    code(ARRAY_END).code(STRUCT_END);
  }

  private void limits(Map<Integer, Long> limits) {
    if (limits.isEmpty()) {
      return;
    }
    int mask = limits.keySet().stream().mapToInt(number -> 1 << number).sum();
    name("rlimits").code(STRUCT).u32(mask).code(ARRAY).raw16(Format.RLIMITS);
    for (int number = 0; number < Format.RLIMITS; number++) {
      code(Format.U64);
      need(8);
      out.putLong(limits.getOrDefault(number, 0L));
    }
    code(ARRAY_END).code(STRUCT_END);
  }

  private void capabilities(KernelProfile.Capabilities caps) {
    u32((int) caps.allow()).u32((int) caps.audit()).u32((int) caps.quiet()).u32(0);
    name("caps64").code(STRUCT);
    u32((int) (caps.allow() >>> 32)).u32((int) (caps.audit() >>> 32));
    u32((int) (caps.quiet() >>> 32)).u32(0).code(STRUCT_END);
  }

  /**
   * Writes a DFA so that its first byte lies at a multiple of 8 from the profile's start; the
   * padding is part of the blob.
   */
  private void dfa(PolicyDfa dfa, int start) {
    name("aadfa");
    byte[] bytes = DfaBytes.encode(dfa);
    int pad = -(out.position() - start + 5) & 7;
    code(BLOB);
    need(4 + pad + bytes.length);
    out.putInt(pad + bytes.length).put(new byte[pad]).put(bytes);
  }

  private PolicyWriter name(String name) {
    return code(NAME).text(SourceText.encode(name));
  }

  private PolicyWriter string(String text) {
    return code(STRING).text(SourceText.encode(text));
  }

  private PolicyWriter text(byte[] bytes) {
    if (bytes.length >= 65535) {
      throw new IllegalArgumentException("a string of " + bytes.length + " bytes");
    }
    need(bytes.length + 3);
    out.putShort((short) (bytes.length + 1)).put(bytes).put((byte) 0);
    return this;
  }

  private PolicyWriter u32(int value) {
    code(Format.U32);
    need(4);
    out.putInt(value);
    return this;
  }

  private PolicyWriter raw16(int value) {
    need(2);
    out.putShort((short) value);
    return this;
  }

  private PolicyWriter code(int code) {
    need(1);
    out.put((byte) code);
    return this;
  }

  private void need(int bytes) {
    if (out.remaining() < bytes) {
      int size = Math.max(out.capacity() * 2, out.position() + bytes);
      ByteBuffer larger = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
      out = larger.put(out.flip());
    }
  }
}
