package io.github.apparmor4j.docker;

import io.github.apparmor4j.testing.DocumentedCodes;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ComposeCodesTest {

  @Test
  void theDocumentSaysOfEveryCodeWhatItsKindSays() throws IOException {
    DocumentedCodes.assertComplete("../docs/containers.md");
  }
}
