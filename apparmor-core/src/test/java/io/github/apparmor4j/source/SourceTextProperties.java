package io.github.apparmor4j.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SourceTextProperties {

  /** Bytes of which many are UTF-8, and many nearly. */
  @Provide
  Arbitrary<byte[]> bytes() {
    Arbitrary<byte[]> any = Arbitraries.bytes().array(byte[].class).ofMaxSize(4);
    Arbitrary<byte[]> text =
        Arbitraries.of("a", "\n", "é", "€", "\uD83D\uDC27", "\uFFFD", "\0")
            .map(character -> character.getBytes(UTF_8));
    Arbitrary<byte[]> cut =
        Arbitraries.of("é", "€", "\uD83D\uDC27", "\uD83D\uDC80")
            .map(character -> character.getBytes(UTF_8))
            .flatMap(
                whole ->
                    Arbitraries.integers()
                        .between(1, whole.length - 1)
                        .map(length -> Arrays.copyOf(whole, length)));
    return Arbitraries.oneOf(any, text, cut).list().ofMaxSize(12).map(SourceTextProperties::joined);
  }

  private static byte[] joined(List<byte[]> pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    pieces.forEach(all::writeBytes);
    return all.toByteArray();
  }

  @Property(tries = 2000, seed = "20261128")
  void bytesAreKept(@ForAll("bytes") byte[] bytes) {
    String text = SourceText.decode(bytes);
    assertThat(SourceText.encode(text)).isEqualTo(bytes);
    assertThat(SourceText.decode(SourceText.encode(text))).isEqualTo(text);
  }

  /** What is in order is read as everybody reads it. */
  @Property(seed = "20261128")
  void textsAreUtf8(@ForAll String any) {
    byte[] bytes = any.getBytes(UTF_8);
    assertThat(SourceText.decode(bytes)).isEqualTo(new String(bytes, UTF_8));
  }

  @Provide
  Arbitrary<String> lines() {
    return Arbitraries.of("a", "\n", "\r\n", "\r", "\uD83D\uDC27", "\uDCFF", "")
        .list()
        .ofMaxSize(30)
        .map(pieces -> String.join("", pieces));
  }

  @Property(seed = "20261128")
  void placesAreThoseOfANaiveCount(@ForAll("lines") String text) {
    SourceText source = SourceText.of("x", text);
    int line = 1;
    int column = 1;
    for (int offset = 0; offset <= text.length(); offset++) {
      boolean half = offset > 0 && offset < text.length() && isSecondHalf(text, offset);
      if (!half) {
        assertThat(source.line(offset)).as("line of %d", offset).isEqualTo(line);
        assertThat(source.column(offset)).as("column of %d", offset).isEqualTo(column);
        column++;
      }
      if (offset < text.length() && text.charAt(offset) == '\n') {
        line++;
        column = 1;
      }
    }
    String[] naive = text.split("\n", -1);
    assertThat(line).isEqualTo(naive.length);
    for (int i = 0; i < naive.length; i++) {
      String without = naive[i].endsWith("\r") ? naive[i].replaceFirst("\r$", "") : naive[i];
      assertThat(source.lineText(i + 1)).isEqualTo(without);
    }
  }

  private static boolean isSecondHalf(String text, int offset) {
    return Character.isSurrogatePair(text.charAt(offset - 1), text.charAt(offset));
  }
}
