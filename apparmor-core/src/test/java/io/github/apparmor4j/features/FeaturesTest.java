package io.github.apparmor4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.apparmor4j.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeaturesTest {

  @Test
  void readsBothForms() {
    Features nested =
        Features.parse("mount {mask {mount umount\n}\n}\npolicy {set_load {yes\n}\n}\n");
    Features listing = Features.parse("mount/mask: mount umount\npolicy/set_load: yes\n");
    assertThat(nested).isEqualTo(listing);
    assertThat(Features.parse(nested.toText())).isEqualTo(nested);
    assertThat(Features.parse(nested.toString())).isEqualTo(nested);
  }

  @Test
  void knowsDirectoriesFilesAndWords() {
    assertThat(Features.LINUX_6_12.has("mount")).isTrue();
    assertThat(Features.LINUX_6_12.has("policy/versions/v7")).isTrue();
    assertThat(Features.LINUX_6_12.has("namespaces/mask/userns_create")).isTrue();
    assertThat(Features.LINUX_6_1.has("namespaces/mask/userns_create")).isFalse();
    assertThat(Features.LINUX_6_12.has("network")).isFalse();
  }

  @Test
  void refusesWhatIsNeitherForm() {
    assertThatThrownBy(() -> Features.parse("a {b {c}"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Features.parse("a{b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Features.parse("just words"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsADirectoryAsTheKernelHasIt(@TempDir Path directory) throws IOException {
    Files.createDirectories(directory.resolve("policy/versions"));
    Files.writeString(directory.resolve("policy/versions/v7"), "yes\n");
    Files.createDirectories(directory.resolve("mount"));
    Files.writeString(directory.resolve("mount/mask"), "mount umount pivot_root\n");
    assertThat(Features.readDirectory(directory))
        .isEqualTo(
            Features.parse("mount {mask {mount umount pivot_root}}policy {versions {v7 {yes}}}"));
    Files.writeString(directory.resolve("mount/much"), "x".repeat(70_000));
    assertThatThrownBy(() -> Features.readDirectory(directory)).isInstanceOf(IOException.class);
  }

  @Test
  void constantsEqualWhatRunningKernelsList() throws IOException {
    assertThat(read("kernel-6.1.txt")).isEqualTo(Features.LINUX_6_1);
    assertThat(read("kernel-6.1-debian")).isEqualTo(Features.LINUX_6_1);
    assertThat(read("kernel-7.2.txt")).isEqualTo(Features.LINUX_7_2);
    assertThat(read("kernel-6.12.txt")).isEqualTo(Features.LINUX_6_12);
    assertThat(read("kernel-6.12-debian")).isEqualTo(Features.LINUX_6_12);
    assertThat(read("abi/3.0")).isEqualTo(Features.ABI_3_0);
    assertThat(read("abi/4.0")).isEqualTo(Features.ABI_4_0);
    assertThat(read("abi/kernel-5.4-outoftree-network")).isEqualTo(Features.DEFAULT_ABI);
  }

  private static Features read(String name) throws IOException {
    return Features.parse(Files.readString(Shared.path("corpus/features/" + name)));
  }
}
