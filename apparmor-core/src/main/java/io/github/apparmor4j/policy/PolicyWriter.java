package io.github.apparmor4j.policy;

import static io.github.apparmor4j.policy.Format.ARRAY;
import static io.github.apparmor4j.policy.Format.ARRAY_END;
import static io.github.apparmor4j.policy.Format.BLOB;
import static io.github.apparmor4j.policy.Format.NAME;
import static io.github.apparmor4j.policy.Format.STRING;
import static io.github.apparmor4j.policy.Format.STRUCT;
import static io.github.apparmor4j.policy.Format.STRUCT_END;

import io.github.apparmor4j.source.SourceText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;

/** Profiles to bytes. Everything is little-endian but the inside of DFAs. */
final class PolicyWriter {

  private ByteBuffer out = ByteBuffer.allocate(1 << 14).order(ByteOrder.LITTLE_ENDIAN);

  byte[] bytes() {
    return Arrays.copyOf(out.array(), out.position());
  }

  void profile(KernelProfile profile) {
    int start = out.position();
    name("version").u32(profile.version());
    if (profile.namespace() != null) {
      name("namespace").string(profile.namespace());
    }
    name("profile").code(STRUCT);
    string(profile.name());
    if (profile.attachment() != null) {
      dfa(profile.attachment(), start);
      u32(profile.attachmentLength());
    }
    if (profile.disconnected() != null) {
      name("disconnected").string(profile.disconnected());
    }
    name("flags").code(STRUCT);
    u32(profile.flags()).u32(profile.mode()).u32(profile.audit() ? 1 : 0).code(STRUCT_END);
    if (profile.pathFlags() != null) {
      name("path_flags").u32(profile.pathFlags());
    }
    capabilities(profile.capabilities());
    limits(profile.limits());
    if (profile.policyDb() != null) {
      name("policydb").code(STRUCT);
      dfa(profile.policyDb(), start);
      code(STRUCT_END);
    }
    if (profile.files() != null) {
      dfa(profile.files(), start);
      if (!profile.transitions().isEmpty()) {
        name("xtable").code(STRUCT).code(ARRAY).raw16(profile.transitions().size());
        profile.transitions().forEach(this::string);
        code(ARRAY_END).code(STRUCT_END);
      }
    }
    code(STRUCT_END);
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
