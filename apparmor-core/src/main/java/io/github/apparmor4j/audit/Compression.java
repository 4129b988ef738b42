package io.github.apparmor4j.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Files that rotation compressed, known by their first bytes and not by their names. */
final class Compression {

  private static final int BUFFER = 1 << 16;
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};

  /** Others, for which this library has no reader. */
  private static final Map<String, byte[]> UNKNOWN =
      Map.of(
          "xz", new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z'},
          "zstd", new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd},
          "bzip2", new byte[] {'B', 'Z', 'h'},
          "systemd-journald (journalctl prints it)", new byte[] {'L', 'P', 'K', 'S', 'H', 'H'});

  private Compression() {}

  /** Returns a stream's content without its compression. */
  static InputStream plain(String name, InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, BUFFER);
    buffered.mark(8);
    byte[] start = buffered.readNBytes(8);
    buffered.reset();
    if (Bytes.startsWith(start, 0, start.length, GZIP)) {
      return new GZIPInputStream(buffered, BUFFER);
    }
    for (Map.Entry<String, byte[]> each : UNKNOWN.entrySet()) {
      if (Bytes.startsWith(start, 0, start.length, each.getValue())) {
        throw new FileSystemException(
            name, null, "it was written by " + each.getKey() + ", which is not read here");
      }
    }
    return buffered;
  }
}
