package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyCacheTest {

  private static final String FEATURES = Features.LINUX_6_12.toText();
  private static final FileTime TIME = FileTime.fromMillis(1_600_000_000_123L);
  private static final FileTime LATER = FileTime.fromMillis(1_600_000_000_124L);

  @TempDir private Path directory = Path.of("");

  private static byte[] policy(String text) {
    return PolicyCompiler.forKernel(Features.LINUX_6_12)
        .compileOrThrow(ProfileParser.parseOrThrow(text))
        .toBytes();
  }

  private Path location() {
    return directory.resolve("cache");
  }

  private PolicyCache created(Path... others) throws IOException {
    return PolicyCache.create(
        FEATURES, Stream.concat(Stream.of(location()), Stream.of(others)).toList());
  }

  /** As {@code apparmor_parser --print-cache-dir -m TEXT} says. */
  @ParameterizedTest
  @CsvSource({
    "a, 13e286eb.0",
    "ab, 1272e400.0",
    "abc, e392f6df.0",
    "'a {b\n}', 209908a0.0",
    "'a {b\n}\n', 067c5492.0"
  })
  void aSetOfFeaturesHasTheReferencesDirectory(String features, String name) {
    assertThat(PolicyCache.directory(Path.of("c"), features)).isEqualTo(Path.of("c", name));
  }

  @Test
  void keepsPolicyWithItsTime() throws IOException {
    PolicyCache cache = created();
    byte[] policy = policy("profile p { /a r, }");
    assertThat(cache.find("p", TIME)).isEmpty();
    Path file = cache.write("p", policy, TIME);
    assertThat(file).isEqualTo(cache.directories().get(0).toRealPath().resolve("p"));
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(TIME);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(file.resolveSibling(".features")).hasContent(FEATURES);
    PolicyCache.Entry found = PolicyCache.open(FEATURES, List.of(location())).find("p", TIME).get();
    assertThat(found.policy()).isEqualTo(policy);
    assertThat(found.file()).isEqualTo(file);
    assertThat(cache.find("p", LATER)).as("older than a text").isEmpty();
    byte[] other = policy("profile p { /b r, }");
    cache.write("p", other, LATER);
    assertThat(cache.find("p", LATER).get().policy()).isEqualTo(other);
  }

  @Test
  void whatIsNotPolicyIsNotFound() throws IOException {
    PolicyCache cache = created();
    Path file = cache.directories().get(0).resolve("p");
    for (String content : List.of("", "\4\10\0vers", "garbage garbage garbage")) {
      Files.writeString(file, content);
      assertThat(cache.find("p", TIME)).isEmpty();
    }
    Files.delete(file);
    Files.createDirectory(file);
    assertThat(cache.find("p", TIME)).isEmpty();
    assertThatThrownBy(() -> cache.write("p", new byte[1], TIME)).isInstanceOf(IOException.class);
    try (Stream<Path> left = Files.list(file.getParent())) {
      assertThat(left).hasSize(2);
    }
  }

  @Test
  void theFirstLocationWithAFileCounts() throws IOException {
    byte[] policy = policy("profile p { }");
    Path other = directory.resolve("other");
    PolicyCache.create(FEATURES, List.of(other)).write("p", policy, TIME);
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    PolicyCache cache = created(foreign, other);
    assertThat(cache.directories())
        .containsExactly(
            PolicyCache.directory(location(), FEATURES), PolicyCache.directory(other, FEATURES));
    assertThat(cache.find("p", TIME).get().file()).startsWith(other.toRealPath());
    cache.write("p", new byte[0], TIME);
    assertThat(cache.find("p", TIME)).as("an empty file stands for none").isEmpty();
  }

  @Test
  void refusesWhatIsNotItsOwn() throws IOException {
    List<Path> locations = List.of(location());
    assertThatThrownBy(() -> PolicyCache.open(FEATURES, locations))
        .isInstanceOf(NoSuchFileException.class);
    Path features = created().directories().get(0).resolve(".features");
    Files.writeString(features, "caps {x\n}\n");
    assertThatThrownBy(() -> PolicyCache.open(FEATURES, locations))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> PolicyCache.create(FEATURES, locations))
        .isInstanceOf(FileAlreadyExistsException.class);
    Path below = features.resolve("cache");
    assertThatThrownBy(() -> PolicyCache.create(FEATURES, List.of(below)))
        .isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> PolicyCache.open(FEATURES, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    PolicyCache other = PolicyCache.create("a {b\n}\n", locations);
    for (String name : List.of("", "..", ".features", "a/b", "/etc/passwd")) {
      assertThatThrownBy(() -> other.write(name, new byte[0], TIME))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> other.find(name, TIME)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void filesOfUnknownFeaturesGo() throws IOException {
    Path kept = created().write("p", policy("profile p { }"), TIME);
    Files.delete(kept.resolveSibling(".features"));
    assertThat(created().directories().get(0)).isNotEmptyDirectory();
    assertThat(kept).doesNotExist();
  }

  @Test
  void clearsALocation() throws IOException {
    created().write("p", policy("profile p { }"), TIME);
    PolicyCache.clear(Files.createSymbolicLink(directory.resolve("link"), location()));
    assertThat(location()).isEmptyDirectory();
    assertThatThrownBy(() -> PolicyCache.clear(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> PolicyCache.clear(file)).isInstanceOf(NotDirectoryException.class);
  }
}
