package io.github.apparmor4j.access;

import io.github.apparmor4j.source.SourceText;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A question as the kernel puts it to the policy table.
 *
 * @param string the class byte and the fields
 * @param wanted the kernel's bits of the permissions that are needed
 */
record Question(byte[] string, int wanted) {

  /** Begins the string of a question with its class byte. */
  static Fields in(int policyClass) {
    return new Fields().code(policyClass);
  }

  /** Collects the fields of a string. */
  static final class Fields {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Fields code(int value) {
      out.write(value);
      return this;
    }

    /** Adds a number as two bytes, the higher one first. */
    Fields two(int value) {
      return code(value >> 8).code(value);
    }

    Fields text(@Nullable String text) {
      return text == null ? this : bytes(SourceText.encode(text));
    }

    Fields bytes(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    /** Returns the question for some permissions. */
    Question wanting(int permissions) {
      return new Question(out.toByteArray(), permissions);
    }
  }
}
