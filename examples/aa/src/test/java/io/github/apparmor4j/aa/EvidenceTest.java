package io.github.apparmor4j.aa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.kernel.ContainerCheck;
import io.github.apparmor4j.kernel.EmbeddedKernel;
import io.github.apparmor4j.kernel.Label;
import io.github.apparmor4j.parse.ProfileParser;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EvidenceTest {

  @Test
  void saysWhatRunsUnderWhichPolicyAndWhen() throws Exception {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    kernel.load(
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compileOrThrow(ProfileParser.parseOrThrow("profile web { /x r, }"))
            .toBytes());
    Findings findings = new Findings();
    Evidence evidence = new Evidence(findings, kernel);
    ContainerCheck good =
        new ContainerCheck("a", "web", "web", Label.parse("web (enforce)"), "enforce");
    ContainerCheck gone = new ContainerCheck("b", "web\n", "", null, null);
    evidence.add("line", "default/pod", good);
    evidence.add("line", null, gone);
    JsonNode json = new ObjectMapper().readTree(findings.toJson("aa-test/1"));
    assertThat(json.at("/schema").asText()).isEqualTo("aa-test/1");
    assertThat(Instant.parse(json.at("/date").asText())).isBefore(Instant.now().plusSeconds(1));
    assertThat(json.at("/containers/0/verdict").asText()).isEqualTo("AS_ASKED");
    assertThat(json.at("/containers/0/label").asText()).isEqualTo("web (enforce)");
    assertThat(json.at("/containers/0/hash").asText())
        .isEqualTo(kernel.policy().all().findFirst().orElseThrow().hash())
        .hasSize(64);
    assertThat(json.at("/containers/0/in").asText()).isEqualTo("default/pod");
    assertThat(json.at("/containers/1/verdict").asText()).isEqualTo("UNKNOWN");
    assertThat(json.at("/containers/1/asked").asText()).isEqualTo("web\n");
    assertThat(json.at("/containers/1").has("label")).isFalse();
  }
}
