package io.github.apparmor4j.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceTextTest {

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static SourceText of(String text) {
    return SourceText.of("name", text);
  }

  // ---- bytes

  @Test
  void whatIsNotUtf8BecomesLoneSurrogates() {
    assertThat(SourceText.decode(bytes('a', 0xFF, 'b'))).isEqualTo("a\uDCFFb");
    assertThat(SourceText.decode(bytes(0x80))).isEqualTo("\uDC80");
    assertThat(SourceText.decode(bytes(0xC3, 0xA9, 0xC3))).isEqualTo("é\uDCC3");
    assertThat(SourceText.decode(bytes(0xF0, 0x9F, 0x90, 0xA7))).isEqualTo("\uD83D\uDC27");
    assertThat(SourceText.decode(bytes(0xF0, 0x9F, 0x90))).isEqualTo("\uDCF0\uDC9F\uDC90");
    assertThat(SourceText.decode(bytes(0xC0, 0xAF))).as("overlong").isEqualTo("\uDCC0\uDCAF");
    assertThat(SourceText.decode(bytes(0xED, 0xB2, 0x80)))
        .as("a surrogate's own bytes are none of UTF-8")
        .isEqualTo("\uDCED\uDCB2\uDC80");
    assertThat(SourceText.decode(bytes(0xEF, 0xBF, 0xBD, 0xFF)))
        .as("the character that stands for what is not")
        .isEqualTo("\uFFFD\uDCFF");
  }

  @Test
  void surrogatesOfNoByteBecomeQuestionMarks() {
    assertThat(SourceText.encode("a\uDC7Fb\uD800c\uDD00")).isEqualTo("a?b?c?".getBytes(UTF_8));
    // The second half of a character is not a byte.
    assertThat(SourceText.encode("\uD83D\uDC80\uDC80")).hasSize(5);
  }

  // ---- files

  @Test
  void readsAFileByItsPath(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("file"), bytes('a', 0xFF, '\n'));
    SourceText text = SourceText.read(file);
    assertThat(text.name()).isEqualTo(file.toString());
    assertThat(text).hasToString(file.toString());
    assertThat(text.text()).isEqualTo("a\uDCFF\n");
  }

  @Test
  void refusesAFileThatIsTooLarge(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("file");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength((64 << 20) + 1);
    }
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> SourceText.read(file))
        .withMessage(file + ": it has more than 67108864 bytes");
  }

  @Test
  void refusesWhatCantBeRead(@TempDir Path directory) {
    assertThatThrownBy(() -> SourceText.read(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> SourceText.read(directory)).isInstanceOf(IOException.class);
  }

  // ---- lines

  @Test
  void countsLinesAndColumnsFromOne() {
    SourceText text = of("ab\n\ncd");
    assertThat(text.line(0)).isEqualTo(1);
    assertThat(text.column(0)).isEqualTo(1);
    assertThat(text.line(2)).as("a line's end is of the line").isEqualTo(1);
    assertThat(text.column(2)).isEqualTo(3);
    assertThat(text.line(3)).isEqualTo(2);
    assertThat(text.column(3)).isEqualTo(1);
    assertThat(text.line(6)).as("the text's end is a place").isEqualTo(3);
    assertThat(text.column(6)).isEqualTo(3);
  }

  @Test
  void columnsAreCodePoints() {
    assertThat(of("\uD83D\uDC27\tx").column(3)).isEqualTo(3);
    assertThat(of("\uDCFFx").column(1)).isEqualTo(2);
  }

  @Test
  void linesHaveNoEnds() {
    SourceText text = of("a\r\n\r\nb\rc\n");
    assertThat(text.lineText(1)).isEqualTo("a");
    assertThat(text.lineText(2)).isEmpty();
    assertThat(text.lineText(3)).as("a lone return ends no line").isEqualTo("b\rc");
    assertThat(text.lineText(4)).isEmpty();
  }

  @Test
  void anEmptyTextHasOneEmptyLine() {
    SourceText text = of("");
    assertThat(text.line(0)).isEqualTo(1);
    assertThat(text.column(0)).isEqualTo(1);
    assertThat(text.lineText(1)).isEmpty();
  }

  @Test
  void refusesPlacesOutside() {
    for (int outside : new int[] {-1, 4}) {
      assertThatThrownBy(() -> of("abc").line(outside))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> of("abc").column(outside))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    for (int outside : new int[] {0, 2}) {
      assertThatThrownBy(() -> of("abc").lineText(outside))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // what callers without a checker do
  void refusesNulls() {
    assertThatNullPointerException().isThrownBy(() -> SourceText.of(null, "")).withMessage("name");
    assertThatNullPointerException().isThrownBy(() -> SourceText.of("", null)).withMessage("text");
  }
}
