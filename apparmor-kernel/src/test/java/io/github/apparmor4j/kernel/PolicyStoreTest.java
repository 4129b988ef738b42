package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.compile.TableCache;
import io.github.apparmor4j.kernel.PolicyStore.Action;
import io.github.apparmor4j.kernel.PolicyStore.Loaded;
import io.github.apparmor4j.kernel.PolicyStore.Outcome;
import io.github.apparmor4j.kernel.PolicyStore.Scope;
import io.github.apparmor4j.kernel.PolicyStoreException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyStoreTest {

  private static final String MAN =
      """
      # the manual
      @{lib} = /usr/lib /usr/libexec
      profile man /{,usr/}bin/man flags=(attach_disconnected) {  # keep me
        @{lib}/** r,	# and this tab
        profile groff {
          /usr/bin/groff rm,
        }
        hat pager flags=(complain) {
          /usr/bin/less rm,
        }
      }

      /usr/bin/other {
      }
      """;

  @TempDir private Path directory;
  private Path man = Path.of("");
  private PolicyStore store = PolicyStore.of(Path.of(""));
  private final EmbeddedKernel kernel = EmbeddedKernel.linux6_12();

  @BeforeEach
  void fill() throws IOException {
    store = PolicyStore.of(directory);
    man = Files.writeString(directory.resolve("usr.bin.man"), MAN);
    Files.writeString(directory.resolve("web"), "profile web { /srv/** r, }\n");
    Files.writeString(directory.resolve("web.dpkg-old"), "profile old { }\n");
  }

  private List<String> found(String word) throws IOException {
    return store.find(word).stream().map(StoredProfile::name).toList();
  }

  @Test
  void findsByNameAttachmentAndFile() throws IOException {
    assertThat(found("man")).containsExactly("man");
    assertThat(found("man//groff")).containsExactly("man//groff");
    assertThat(found("/usr/bin/man")).as("a pattern").containsExactly("man");
    assertThat(found("/usr/bin/other")).as("a name").containsExactly("/usr/bin/other");
    assertThat(found(man.toString())).containsExactly("man", "/usr/bin/other");
    assertThat(found("usr.bin.man")).containsExactly("man", "/usr/bin/other");
    assertThat(found("nobody")).isEmpty();
    assertThat(store.contents().profiles())
        .extracting(StoredProfile::name)
        .containsExactly("man", "man//groff", "man//pager", "/usr/bin/other", "web");
    Files.writeString(directory.resolve("nest"), "profile nest { profile x /opt/* { } }\n");
    assertThat(found("/opt/tool")).as("children attach inside of their parents").isEmpty();
  }

  @Test
  void switchesModesAndNothingElse() throws IOException {
    store.plan(Action.COMPLAIN, Scope.PROFILE, store.find("man")).apply();
    assertThat(man)
        .hasContent(MAN.replace("attach_disconnected)", "attach_disconnected, complain)"));

    store.plan(Action.ENFORCE, Scope.WITH_CHILDREN, store.find("man")).apply();
    String enforced = MAN.replace("hat pager flags=(complain)", "hat pager");
    assertThat(man).hasContent(enforced);

    store.plan(Action.AUDIT, Scope.FILE, store.find("man//groff")).apply();
    assertThat(Files.readString(man))
        .contains("profile groff flags=(audit) {", "other flags=(audit)");
    store.plan(Action.NO_AUDIT, Scope.FILE, store.find("man")).apply();
    assertThat(man).hasContent(enforced);

    store.plan(Action.KILL, Scope.WITH_CHILDREN, store.find("man//groff")).apply();
    assertThat(man).hasContent(enforced.replace("groff {", "groff flags=(kill) {"));
  }

  @Test
  void prefersTheEnabledOfTwoFilesWithOneName() throws IOException {
    Files.writeString(directory.resolve("web.old"), "profile web flags=(unconfined) { }\n");
    assertThat(store.find("web")).hasSize(2);
    Path disable = Files.createDirectories(directory.resolve("disable"));
    Path link = Files.createSymbolicLink(disable.resolve("web.old"), Path.of("../web.old"));
    assertThat(store.find("web"))
        .extracting(StoredProfile::file)
        .containsExactly(directory.resolve("web"));
    store.plan(Action.ENFORCE, Scope.PROFILE, store.find("web")).apply();
    assertThat(link).isSymbolicLink();
    assertThat(directory.resolve("web.old")).hasContent("profile web flags=(unconfined) { }\n");
  }

  @Test
  void aProfileThatIsALinkIsEnabledAgain(@TempDir Path outside) throws IOException {
    Path elsewhere =
        Files.writeString(outside.resolve("tunnel"), "profile tunnel /opt/tunnel { }\n");
    Path file = Files.createSymbolicLink(directory.resolve("tunnel"), elsewhere);
    Path link =
        Files.createSymbolicLink(
            Files.createDirectories(directory.resolve("disable")).resolve("tunnel"),
            Path.of("../tunnel"));
    StoreChange change = store.plan(Action.ENFORCE, Scope.PROFILE, store.find("tunnel"));
    assertThat(change.edits()).isEmpty();
    change.apply();
    assertThat(link).doesNotExist();
    assertThat(file).isSymbolicLink();
    assertThat(elsewhere).hasContent("profile tunnel /opt/tunnel { }\n");
  }

  @Test
  void plansBeforeItActs() throws IOException {
    StoreChange change = store.plan(Action.COMPLAIN, Scope.PROFILE, store.find("web"));
    assertThat(change.edits())
        .singleElement()
        .satisfies(
            edit ->
                assertThat(edit.after())
                    .isEqualTo("profile web flags=(complain) { /srv/** r, }\n"));
    assertThat(directory.resolve("web")).hasContent("profile web { /srv/** r, }\n");
    assertThat(store.plan(Action.ENFORCE, Scope.FILE, store.find("web")).isEmpty()).isTrue();
  }

  @Test
  void disablesAndEnables() throws IOException {
    Path link = directory.resolve("disable/web");
    store.plan(Action.DISABLE, Scope.PROFILE, store.find("web")).apply();
    assertThat(Files.readSymbolicLink(link)).isEqualTo(directory.resolve("web").toAbsolutePath());
    assertThat(store.find("web")).allMatch(StoredProfile::disabled);
    assertThat(store.plan(Action.DISABLE, Scope.PROFILE, store.find("web")).isEmpty()).isTrue();

    Path force = Files.createDirectories(directory.resolve("force-complain")).resolve("web");
    Files.createSymbolicLink(force, directory.resolve("web"));
    assertThat(store.find("web")).allMatch(StoredProfile::forcedToComplain);
    store.plan(Action.COMPLAIN, Scope.PROFILE, store.find("web")).apply();
    assertThat(link).doesNotExist();
    assertThat(force).exists();
    store.plan(Action.ENFORCE, Scope.PROFILE, store.find("web")).apply();
    assertThat(force).doesNotExist();
  }

  @Test
  void keepsOwnerModeAndAttributes() throws IOException {
    Files.setPosixFilePermissions(man, PosixFilePermissions.fromString("rw-r-----"));
    UserDefinedFileAttributeView attributes =
        Files.getFileAttributeView(man, UserDefinedFileAttributeView.class);
    attributes.write("label", ByteBuffer.wrap("mine".getBytes(StandardCharsets.UTF_8)));
    Object owner = Files.getAttribute(man, "unix:gid");
    store.plan(Action.COMPLAIN, Scope.FILE, store.find("man")).apply();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(man)))
        .isEqualTo("rw-r-----");
    assertThat(Files.getFileAttributeView(man, UserDefinedFileAttributeView.class).list())
        .contains("label");
    assertThat(Files.getAttribute(man, "unix:gid")).isEqualTo(owner);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as("nothing is left behind").hasSize(3);
    }
  }

  @Test
  void staysInside(@TempDir Path elsewhere) throws IOException {
    Path outside = Files.writeString(elsewhere.resolve("theirs"), "profile theirs { }\n");
    Files.createSymbolicLink(directory.resolve("theirs"), outside);
    List<StoredProfile> theirs = store.find("theirs");
    assertThatThrownBy(() -> store.plan(Action.COMPLAIN, Scope.FILE, theirs))
        .isInstanceOfSatisfying(
            PolicyStoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OUTSIDE));
    assertThat(outside).hasContent("profile theirs { }\n");

    Files.createSymbolicLink(directory.resolve("alias"), Path.of("web"));
    store
        .plan(Action.COMPLAIN, Scope.FILE, store.find(directory.resolve("web").toString()))
        .apply();
    assertThat(directory.resolve("alias")).isSymbolicLink();
    assertThat(directory.resolve("web"))
        .hasContent("profile web flags=(complain) { /srv/** r, }\n");
  }

  @Test
  void refusesWhatChangedMeanwhile() throws IOException {
    StoreChange change = store.plan(Action.COMPLAIN, Scope.FILE, store.find("web"));
    Files.writeString(directory.resolve("web"), "profile web { /mine r, }\n");
    assertThatThrownBy(change::apply)
        .isInstanceOfSatisfying(
            PolicyStoreException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.CHANGED_MEANWHILE));
    assertThat(directory.resolve("web")).hasContent("profile web { /mine r, }\n");
  }

  private Set<LoadedProfile> inKernel() {
    return Set.copyOf(kernel.profiles());
  }

  private static List<Outcome> outcomes(List<Loaded> loaded) {
    return loaded.stream().map(Loaded::outcome).toList();
  }

  @Test
  void bringsFilesToTheKernel(@TempDir Path tables) throws IOException {
    TableCache cache = TableCache.inMemory(1 << 20).withDirectory(tables);
    PolicyStore cached = store.withCache(cache);
    assertThat(outcomes(cached.loadAll(kernel))).containsExactly(Outcome.LOADED, Outcome.LOADED);
    assertThat(inKernel())
        .contains(new LoadedProfile("man//groff", "enforce"), new LoadedProfile("web", "enforce"));
    assertThat(outcomes(cached.loadAll(kernel)))
        .containsExactly(Outcome.UP_TO_DATE, Outcome.UP_TO_DATE);
    TableCache second = TableCache.inMemory(1 << 20).withDirectory(tables);
    store.withCache(second).loadAll(EmbeddedKernel.linux6_12());
    assertThat(second.hits()).as("after a restart nothing is compiled").isPositive();

    Files.createDirectories(directory.resolve("force-complain"));
    Files.createSymbolicLink(directory.resolve("force-complain/web"), directory.resolve("web"));
    store.plan(Action.DISABLE, Scope.FILE, store.find("man")).apply();
    assertThat(outcomes(store.loadAll(kernel))).containsExactly(Outcome.DISABLED, Outcome.LOADED);
    assertThat(inKernel()).containsExactly(new LoadedProfile("web", "complain"));
  }

  @Test
  void oneBadFileDoesNotStopTheOthers() throws IOException {
    Files.writeString(directory.resolve("bad"), "profile bad { nonsense }\n");
    List<Loaded> loaded = store.loadAll(kernel);
    assertThat(outcomes(loaded)).containsExactly(Outcome.FAILED, Outcome.LOADED, Outcome.LOADED);
    assertThat(loaded.get(0).diagnostics()).isNotEmpty();
    assertThat(store.contents().problems()).isNotEmpty();
    try (RandomAccessFile huge = new RandomAccessFile(directory.resolve("huge").toFile(), "rw")) {
      huge.setLength(65L << 20);
    }
    assertThat(store.contents().unreadable())
        .singleElement()
        .isInstanceOf(FileSystemException.class);
    assertThat(found("web")).containsExactly("web");
  }

  @Test
  void whateverIsThrownForAFileConcernsThatFileAlone() throws IOException {
    boolean[] thrown = new boolean[1];
    AppArmorKernel failing =
        AlteredKernel.of(
            kernel,
            (method, arguments) -> {
              if (method.equals("update") && !thrown[0]) {
                thrown[0] = true;
                throw new AssertionError("a defect");
              }
              return null;
            });
    List<Loaded> loaded = store.loadAll(failing);
    assertThat(outcomes(loaded)).containsExactly(Outcome.FAILED, Outcome.LOADED);
    assertThat(loaded.get(0).failure()).hasMessageContaining("a defect");
  }

  @Test
  void tellsWhatIsUnknown() throws IOException {
    store.loadAll(kernel);
    PolicyStore others = PolicyStore.of(Files.createDirectory(directory.resolve("others")));
    Files.writeString(
        directory.resolve("others/x"),
        """
        profile docker-default { }
        profile gone { profile child { } }
        profile libvirt-0a1b { profile qemu { } }
        """);
    others.loadAll(kernel);
    assertThat(store.unknown(kernel, PolicyStore.FOREIGN)).containsExactly("gone");
    assertThat(store.unknown(kernel, List.of()))
        .containsExactly("docker-default", "gone", "libvirt-0a1b");

    store.plan(Action.DISABLE, Scope.FILE, store.find("web")).apply();
    assertThat(store.unknown(kernel, PolicyStore.FOREIGN)).containsExactly("gone", "web");
    Files.writeString(directory.resolve("bad"), "profile bad { nonsense }\n");
    assertThatThrownBy(() -> store.unknown(kernel, List.of()))
        .isInstanceOfSatisfying(
            PolicyStoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREADABLE));
  }

  @Test
  void writesNothingWhereALinkLeads(@TempDir Path elsewhere) throws IOException {
    Files.createSymbolicLink(directory.resolve("disable"), elsewhere);
    StoreChange disable = store.plan(Action.DISABLE, Scope.FILE, store.find("web"));
    assertThatThrownBy(disable::apply)
        .isInstanceOfSatisfying(
            PolicyStoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OUTSIDE));
    assertThat(elsewhere).isEmptyDirectory();
    Files.createSymbolicLink(elsewhere.resolve("web"), directory.resolve("web"));
    StoreChange enable = store.plan(Action.ENFORCE, Scope.FILE, store.find("web"));
    assertThatThrownBy(enable::apply).isInstanceOf(PolicyStoreException.class);
    assertThat(elsewhere.resolve("web")).isSymbolicLink();
  }

  @Test
  void editsNoLinkThatTookAFilesPlace(@TempDir Path outside) throws IOException {
    StoreChange change = store.plan(Action.COMPLAIN, Scope.FILE, store.find("web"));
    Path other = outside.resolve("other");
    Files.copy(directory.resolve("web"), other);
    String before = Files.readString(other);
    Files.delete(directory.resolve("web"));
    Files.createSymbolicLink(directory.resolve("web"), other);
    assertThatThrownBy(change::apply).isInstanceOf(IOException.class);
    assertThat(other).hasContent(before);
  }
}
