package io.github.apparmor4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class QuickStartTest {

  @Test
  void answersTheFiveQuestions() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      QuickStart.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("parses back to an equal model: true")
        .contains("into the embedded kernel: [postgres (enforce)]")
        .containsPattern("may it read its data\\? yes: line \\d+: /var/lib/postgresql/data/")
        .containsPattern("may it read /etc/shadow\\? no: line \\d+: deny /etc/shadow rw,")
        .contains("may it open a raw socket? no: no rule allows it")
        .contains("may it load a module? no: no rule allows it")
        .containsPattern(
            "may it set core_pattern\\? no: line \\d+: audit deny /proc/sys/kernel/\\*\\* w,")
        .contains("docker run --security-opt apparmor=postgres")
        .contains("      - apparmor=postgres")
        .contains("{\"apparmor\":{\"profile_type\":2,\"localhost_ref\":\"postgres\"}}")
        .contains("    localhostProfile: postgres");
  }
}
