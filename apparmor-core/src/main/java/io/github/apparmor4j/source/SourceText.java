package io.github.apparmor4j.source;

import io.github.apparmor4j.files.BoundedFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A named text, such as a profile file. Immutable and thread-safe.
 *
 * <p>AppArmor's texts are bytes that need not be UTF-8. Bytes that aren't become lone low
 * surrogates {@code U+DC80} to {@code U+DCFF} in the string and are written back as the same bytes,
 * so nothing is lost on the way ({@link #decode}, {@link #encode}).
 *
 * <pre>{@code
 * SourceText read = SourceText.read(Path.of("/etc/apparmor.d/usr.bin.man"));
 * SourceText written = SourceText.of("web", "profile web { /srv/www/** r, }");
 * }</pre>
 */
public final class SourceText {

  private final String name;
  private final String text;
  private int @Nullable [] lineStarts;

  private SourceText(String name, String text) {
    this.name = Objects.requireNonNull(name, "name");
    this.text = Objects.requireNonNull(text, "text");
  }

  /**
   * Returns a text with a name for messages.
   *
   * @param name a file name or any other name of the text
   * @param text its content
   */
  public static SourceText of(String name, String text) {
    return new SourceText(name, text);
  }

  /** The most bytes that {@link #read} takes: far more than any profile has. */
  private static final int MOST_BYTES = BoundedFiles.inHeap(64 << 20);

  /**
   * Reads a file, or what this process was given to read: {@code /dev/stdin}, {@code /dev/fd/3}.
   * Messages name the text by the file's path.
   *
   * @throws IOException if it can't be read, is not a regular file, or has more bytes than 64 Mi or
   *     a 16th of the heap
   */
  public static SourceText read(Path file) throws IOException {
    String name = file.toString();
    if (BoundedFiles.isDescriptor(file)) {
      try (InputStream in = BoundedFiles.open(file)) {
        return read(name, in);
      }
    }
    return of(name, decode(BoundedFiles.read(file, MOST_BYTES)));
  }

  /**
   * Reads a stream to its end, such as standard input.
   *
   * @param name the name of the text for messages
   * @throws IOException if it can't be read, or has more bytes than a file may have
   */
  public static SourceText read(String name, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new FileSystemException(name, null, "it has more than " + MOST_BYTES + " bytes");
    }
    return of(name, decode(bytes));
  }

  /** Returns the name that messages use for this text. */
  public String name() {
    return name;
  }

  /** Returns the whole text. */
  public String text() {
    return text;
  }

  /**
   * Returns the line of an offset, from 1. Complexity: logarithmic in the number of lines.
   *
   * @param offset a UTF-16 offset, 0 to the text's length
   * @throws IndexOutOfBoundsException if the offset is outside the text
   */
  public int line(int offset) {
    return lineIndex(offset) + 1;
  }

  /**
   * Returns the column of an offset, from 1, in code points.
   *
   * @param offset a UTF-16 offset, 0 to the text's length
   * @throws IndexOutOfBoundsException if the offset is outside the text
   */
  public int column(int offset) {
    int start = lineStarts()[lineIndex(offset)];
    return text.codePointCount(start, offset) + 1;
  }

  /**
   * Returns a line without its line end.
   *
   * @param line the line's number, from 1
   * @throws IndexOutOfBoundsException if there is no such line
   */
  public String lineText(int line) {
    int[] starts = lineStarts();
    int start = starts[line - 1];
    int end = line < starts.length ? starts[line] - 1 : text.length();
    if (end > start && text.charAt(end - 1) == '\r') {
      end--;
    }
    return text.substring(start, end);
  }

  /**
   * Returns the offset where a line starts, or of the text's end for lines after its last one.
   *
   * @param line the line's number, from 1
   */
  public int lineStart(int line) {
    int[] starts = lineStarts();
    return line <= starts.length ? starts[line - 1] : text.length();
  }

  private int lineIndex(int offset) {
    Objects.checkIndex(offset, text.length() + 1);
    int found = Arrays.binarySearch(lineStarts(), offset);
    return found >= 0 ? found : -found - 2;
  }

  // Threads that race write equal arrays, and a reference is written atomically.
  private int[] lineStarts() {
    int[] starts = lineStarts;
    if (starts == null) {
      starts = new int[Math.max(4, text.length() / 32)];
      int count = 1;
      for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count++] = i + 1;
      }
      starts = Arrays.copyOf(starts, count);
      lineStarts = starts;
    }
    return starts;
  }

  /**
   * Returns the string for bytes: UTF-8, in which each byte that isn't valid becomes {@code U+DC00}
   * plus its value.
   *
   * @param bytes any bytes
   */
  public static String decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : decodeLossless(bytes);
  }

  /** Decodes bytes that aren't UTF-8, or that hold the replacement character itself. */
  private static String decodeLossless(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      return decoder.decode(in).toString();
    } catch (CharacterCodingException malformed) {
      return decodeBytewise(decoder.reset(), ByteBuffer.wrap(bytes));
    }
  }

  private static String decodeBytewise(CharsetDecoder decoder, ByteBuffer in) {
    CharBuffer out = CharBuffer.allocate(in.remaining());
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (!result.isError()) {
        return out.flip().toString();
      }
      for (int i = result.length(); i > 0; i--) {
        out.put((char) (0xDC00 | (in.get() & 0xFF)));
      }
      decoder.reset();
    }
  }

  /**
   * Returns the bytes of a string, the inverse of {@link #decode}.
   *
   * @param text any string; a lone surrogate other than {@code U+DC80} to {@code U+DCFF} becomes
   *     {@code '?'}
   */
  public static byte[] encode(String text) {
    int escaped = firstEscaped(text);
    if (escaped < 0) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
    int start = 0;
    for (int i = escaped; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isEscapedByte(text, i)) {
        out.writeBytes(text.substring(start, i).getBytes(StandardCharsets.UTF_8));
        out.write(c);
        start = i + 1;
      }
    }
    out.writeBytes(text.substring(start).getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private static int firstEscaped(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isEscapedByte(text, i)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isEscapedByte(String text, int i) {
    char c = text.charAt(i);
    return c >= '\uDC80'
        && c <= '\uDCFF'
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  /**
   * Returns a text as a part of one line for people, in a terminal, a log or an answer. Whoever
   * made the text, or the name in it, may want to end the line, or to control the terminal: every
   * character that could becomes {@code '?'}. It has as many code points as before.
   */
  public static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .map(
            character ->
                switch (Character.getType(character)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR ->
                      '?';
                  default -> character;
                })
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }
}
