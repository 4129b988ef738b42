package io.github.apparmor4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.check.ProfileChecks;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolution;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.testing.DocumentedCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DiagnosticsDocTest {

  private static final Pattern ROW =
      Pattern.compile("^\\| (AA-[A-Z]+-\\d{4}) \\| \\w+ \\| .* \\| (.*) \\|$", Pattern.MULTILINE);

  private static Map<String, String> documented() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Path.of("../docs/diagnostics.md")));
    while (row.find()) {
      rows.put(row.group(1), row.group(2));
    }
    return rows;
  }

  @Test
  void saysOfEveryCodeWhatItsKindSays() throws IOException {
    DocumentedCodes.assertComplete("../docs/diagnostics.md");
  }

  @Test
  void everyExampleGivesItsCode() throws IOException {
    Resolver resolver =
        Resolver.of(
            IncludeResolver.memory(
                Map.of(
                    "self",
                    "include <self>\n",
                    "late",
                    "@{L} = late\n",
                    "bad-abi",
                    "no features",
                    "no-network",
                    "mount/mask: mount")));
    int examples = 0;
    for (Map.Entry<String, String> row : documented().entrySet()) {
      if (!row.getValue().startsWith("`")) {
        continue;
      }
      String text = row.getValue().substring(1, row.getValue().length() - 1).replace("\\n", "\n");
      Resolution resolution = resolver.resolve(ProfileParser.parse(SourceText.of("example", text)));
      List<Diagnostic> found =
          new ArrayList<>(
              PolicyCompiler.forKernel(Features.LINUX_6_12).compile(resolution).diagnostics());
      found.addAll(ProfileChecks.run(resolution, Features.LINUX_6_12));
      assertThat(found).as(text).extracting(Diagnostic::code).contains(row.getKey());
      examples++;
    }
    assertThat(examples).isGreaterThan(40);
  }
}
