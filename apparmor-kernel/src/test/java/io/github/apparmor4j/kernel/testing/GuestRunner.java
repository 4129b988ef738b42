package io.github.apparmor4j.kernel.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests of tag {@code kernel} in a guest, and writes a line for each as soon as it has
 * ended: how, what it is called, how many milliseconds it took, and in Base64 why it failed or was
 * skipped.
 */
final class GuestRunner {

  private GuestRunner() {}

  /** Takes the package of the tests, and the file for the lines. */
  public static void main(String[] arguments) throws IOException {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectPackage(arguments[0]))
            .filters(TagFilter.includeTags("kernel"))
            // Or jqwik would keep it where a module's configuration says, which isn't there.
            .configurationParameter("jqwik.database", "/run/jqwik-database")
            .build();
    try (PrintWriter out =
        new PrintWriter(
            Files.newBufferedWriter(Path.of(arguments[1]), StandardCharsets.UTF_8), true)) {
      LauncherFactory.create().execute(request, new Lines(out, new ConcurrentHashMap<>()));
      out.println("END");
    }
    System.exit(0); // whatever a failed test left running
  }

  private record Lines(PrintWriter out, Map<String, Long> starts) implements TestExecutionListener {

    @Override
    public void executionStarted(TestIdentifier test) {
      starts.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      boolean failed = result.getStatus() == TestExecutionResult.Status.FAILED;
      if (test.isTest() || failed) {
        StringWriter why = new StringWriter();
        result.getThrowable().ifPresent(e -> e.printStackTrace(new PrintWriter(why)));
        line(result.getStatus().name(), test, why.toString());
      }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      line("SKIPPED", test, reason);
    }

    private void line(String status, TestIdentifier test, String why) {
      byte[] bytes = why.getBytes(StandardCharsets.UTF_8);
      Long start = starts.get(test.getUniqueId());
      long time = start == null ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      out.println(
          String.join(
              "\t",
              status,
              name(test),
              String.valueOf(time),
              Base64.getEncoder().encodeToString(bytes)));
    }

    private static String name(TestIdentifier test) {
      TestSource source = test.getSource().orElse(null);
      String type =
          source instanceof MethodSource method
              ? method.getClassName()
              : source instanceof ClassSource one ? one.getClassName() : "";
      String name = test.getDisplayName().replace("()", "");
      return type.substring(type.lastIndexOf('.') + 1) + "." + name;
    }
  }
}
