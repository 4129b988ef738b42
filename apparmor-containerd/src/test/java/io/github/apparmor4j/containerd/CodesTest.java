package io.github.apparmor4j.containerd;

import io.github.apparmor4j.testing.DocumentedCodes;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CodesTest {

  @Test
  void theDocumentSaysOfEveryCodeWhatItsKindSays() throws IOException {
    DocumentedCodes.assertComplete("../docs/containers.md");
  }
}
