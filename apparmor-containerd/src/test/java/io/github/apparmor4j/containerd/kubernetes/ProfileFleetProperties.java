package io.github.apparmor4j.containerd.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.github.apparmor4j.containerd.testing.KubernetesSchema;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A profile's text comes to the nodes byte for byte, whatever stands in its comments. */
class ProfileFleetProperties {

  @Provide
  Arbitrary<String> comments() {
    return Arbitraries.strings()
        .withChars(" \t#:-'\"|>{}[]&*!%@`\\xé\u0085\u2028\ufeff\udc80\udcff\r\u0001")
        .ofMaxLength(30)
        .map(text -> "  #" + text)
        .list()
        .ofMaxSize(4)
        .map(lines -> lines.stream().collect(Collectors.joining("\n", "", "\n")));
  }

  @Property(tries = 500)
  void keepsEveryByte(@ForAll("comments") String before, @ForAll("comments") String behind)
      throws IOException {
    SourceText text =
        SourceText.of("p", SourceText.decode(SourceText.encode(before + "profile p { }" + behind)));
    String yaml =
        ProfileFleet.builder("f", "image", agent -> List.of()).profile(text).build().toYaml();
    ConfigMap map = (ConfigMap) KubernetesSchema.read(yaml).get(0);
    byte[] there =
        map.getBinaryData().isEmpty()
            ? SourceText.encode(map.getData().getOrDefault("p", ""))
            : Base64.getDecoder().decode(map.getBinaryData().get("p"));
    assertThat(there).isEqualTo(SourceText.encode(text.text()));
  }
}
