package io.github.apparmor4j.profile;

import org.jspecify.annotations.Nullable;

/** A parser of the text forms of addresses (RFC 4291 §2.2), which asks no name service. */
final class InternetAddress {

  private InternetAddress() {}

  /** Returns 4 or 16 bytes, or {@code null} if the text is not an address. */
  static byte @Nullable [] parse(String text) {
    if (text.length() > 45) {
      return null;
    }
    return text.indexOf(':') < 0 ? v4(text) : v6(text);
  }

  private static byte @Nullable [] v4(String text) {
    String[] parts = text.split("\\.", -1);
    byte[] address = new byte[4];
    if (parts.length != 4) {
      return null;
    }
    for (int i = 0; i < 4; i++) {
      if (!parts[i].matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(parts[i]) > 255) {
        return null;
      }
      address[i] = (byte) Integer.parseInt(parts[i]);
    }
    return address;
  }

  private static byte @Nullable [] v6(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return null;
    }
    byte[] head = groups(gap < 0 ? text : text.substring(0, gap));
    byte[] tail = gap < 0 ? new byte[0] : groups(text.substring(gap + 2));
    if (head == null || tail == null) {
      return null;
    }
    int length = head.length + tail.length;
    if (gap < 0 ? length != 16 : length > 14) {
      return null;
    }
    byte[] address = new byte[16];
    System.arraycopy(head, 0, address, 0, head.length);
    System.arraycopy(tail, 0, address, 16 - tail.length, tail.length);
    return address;
  }

  private static byte @Nullable [] groups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] parts = text.split(":", -1);
    if (parts.length > 8) {
      return null;
    }
    byte[] bytes = new byte[2 * parts.length + 2];
    int length = 0;
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      if (i == parts.length - 1 && part.indexOf('.') >= 0) {
        byte[] last = v4(part);
        if (last == null) {
          return null;
        }
        System.arraycopy(last, 0, bytes, length, 4);
        length += 4;
      } else if (part.matches("[0-9a-fA-F]{1,4}")) {
        int group = Integer.parseInt(part, 16);
        bytes[length++] = (byte) (group >> 8);
        bytes[length++] = (byte) group;
      } else {
        return null;
      }
    }
    return java.util.Arrays.copyOf(bytes, length);
  }
}
