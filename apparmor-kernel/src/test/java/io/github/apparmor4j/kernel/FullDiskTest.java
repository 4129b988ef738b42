package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.compile.TableCache;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.PolicyDirectory.State;
import io.github.apparmor4j.kernel.PolicyDirectory.Status;
import io.github.apparmor4j.kernel.PolicyStore.Action;
import io.github.apparmor4j.kernel.PolicyStore.Scope;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system without room, and one that became read-only: what is written is the old or the new,
 * and a later try heals. Real ones, so root runs this, in the guest.
 */
@Tag("kernel")
class FullDiskTest {

  private static final String WEB = "profile web { /srv/** r, }\n" + "# more\n".repeat(2000);

  @TempDir private Path temporary = Path.of("");
  private Path disk = temporary;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(temporary.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private void fill() throws IOException {
    try (OutputStream out = Files.newOutputStream(disk.resolve(".filler"))) {
      byte[] block = new byte[1024];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private void free() throws IOException {
    Files.delete(disk.resolve(".filler"));
  }

  private void readOnly(boolean on) throws Exception {
    run("mount", "-o", "remount," + (on ? "ro" : "rw"), disk.toString());
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aStoresFileIsTheOldOneOrTheNew() throws Exception {
    Path file = Files.writeString(disk.resolve("web"), WEB);
    PolicyStore store = PolicyStore.of(disk);
    StoreChange change = store.plan(Action.COMPLAIN, Scope.FILE, store.find("web"));
    StoreChange disable = store.plan(Action.DISABLE, Scope.FILE, store.find("web"));
    fill();
    assertThatThrownBy(change::apply).isInstanceOf(IOException.class);
    assertThat(file).hasContent(WEB);
    assertThat(names(disk)).containsExactly(".filler", "web");
    free();
    readOnly(true);
    assertThatThrownBy(change::apply).isInstanceOf(IOException.class);
    assertThatThrownBy(disable::apply).isInstanceOf(IOException.class);
    readOnly(false);
    assertThat(file).hasContent(WEB);
    change.apply();
    assertThat(file).hasContent(WEB.replace("web {", "web flags=(complain) {"));
  }

  @Test
  void anAgentEnforcesAllTheSame() throws Exception {
    Path profiles = Files.createDirectory(temporary.resolve("profiles"));
    Files.writeString(profiles.resolve("web"), "profile web { }\n");
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    Path state = disk.resolve("state");
    PolicyDirectory.Builder builder =
        PolicyDirectory.builder(kernel, profiles).state(state).boot("one");
    try (PolicyDirectory directory = builder.open()) {
      fill();
      Status full = directory.sync();
      assertThat(full.isReady()).isFalse();
      assertThat(full.problem()).contains("No space left");
      assertThat(kernel.profiles()).hasSize(1);
      assertThat(state).doesNotExist();
      free();
      assertThat(directory.sync().isReady()).isTrue();
    }
    String saved = Files.readString(state);
    Files.writeString(profiles.resolve("more"), "profile more { }\n");
    try (PolicyDirectory directory = builder.open()) {
      fill();
      assertThat(directory.sync().isReady()).isFalse();
      assertThat(kernel.profiles()).hasSize(2);
      assertThat(state).hasContent(saved);
      free();
      Status healed = directory.sync();
      assertThat(healed.isReady()).isTrue();
      assertThat(healed.files()).extracting(each -> each.state()).containsOnly(State.ENFORCED);
    }
    assertThat(state).content().contains(" more ", " web ");
  }

  @Test
  void cachesMissAndHeal() throws Exception {
    PolicyCache cache = PolicyCache.create("features", List.of(disk));
    TableCache tables = TableCache.inMemory(1 << 20).withDirectory(disk.resolve("tables"));
    PolicyCompiler compiler = PolicyCompiler.builder(Features.LINUX_6_12).cache(tables).build();
    SourceText text = SourceText.of("web", "profile web { /srv/** r, }\n");
    byte[] policy =
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compileOrThrow(ProfileParser.parseOrThrow(text.text()))
            .toBytes();
    FileTime now = FileTime.fromMillis(1_000_000);
    fill();
    assertThatThrownBy(() -> cache.write("web", policy, now)).isInstanceOf(IOException.class);
    assertThat(cache.find("web", now)).isEmpty();
    Compilation compiled = compiler.compile(text, IncludeResolver.none());
    assertThat(compiled.orThrow().toBytes()).isEqualTo(policy);
    free();
    cache.write("web", policy, now);
    assertThat(cache.find("web", now).orElseThrow().policy()).isEqualTo(policy);
    Compilation again =
        PolicyCompiler.builder(Features.LINUX_6_12)
            .cache(TableCache.inMemory(1 << 20).withDirectory(disk.resolve("tables")))
            .build()
            .compile(text, IncludeResolver.none());
    assertThat(again.orThrow().toBytes()).isEqualTo(policy);
  }
}
