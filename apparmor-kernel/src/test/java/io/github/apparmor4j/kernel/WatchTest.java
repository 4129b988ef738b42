package io.github.apparmor4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.parse.ProfileParser;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchTest {

  private static final Duration NEVER = Duration.ofHours(1);

  private final LinkedBlockingQueue<Object> seen = new LinkedBlockingQueue<>();

  private Watch watch(Duration interval) {
    return new Watch("test", interval, Duration.ZERO, () -> seen.add("look"), seen::add);
  }

  private Object next() throws InterruptedException {
    return seen.poll(50, TimeUnit.SECONDS);
  }

  @Test
  void looksAtOnceAndAfterEachInterval() throws Exception {
    try (Watch watch = watch(Duration.ofMillis(1)).start()) {
      assertThat(watch).isNotNull();
      for (int i = 0; i < 3; i++) {
        assertThat(next()).isEqualTo("look");
      }
    }
  }

  @Test
  void looksWhenPolicyHasChanged() throws Exception {
    EmbeddedKernel kernel = EmbeddedKernel.linux6_12();
    byte[] policy =
        PolicyCompiler.forKernel(Features.LINUX_6_12)
            .compileOrThrow(ProfileParser.parseOrThrow("profile a { }"))
            .toBytes();
    try (Watch watch = watch(NEVER).onPolicyOf(kernel, Duration.ofMillis(1))) {
      kernel.load(policy);
      watch.start();
      assertThat(next()).isEqualTo("look");
      assertThat(next()).as("of the change before it started").isEqualTo("look");
      kernel.remove("a");
      assertThat(next()).isEqualTo("look");
      assertThat(seen.poll(100, TimeUnit.MILLISECONDS)).as("and of nothing else").isNull();
    }
  }

  @Test
  void looksWhenASourceSaysSo() throws Exception {
    SynchronousQueue<String> changes = new SynchronousQueue<>();
    try (Watch watch =
        watch(NEVER)
            .on(
                "changes",
                changed -> {
                  while (true) {
                    changes.take();
                    changed.run();
                  }
                })
            .start()) {
      assertThat(watch).isNotNull();
      for (int i = 0; i < 3; i++) {
        assertThat(next()).isEqualTo("look");
        changes.put("changed");
      }
    }
  }

  @Test
  void goesOnAfterALookThatWentWrong() throws Exception {
    RuntimeException wrong = new IllegalStateException("gone wrong");
    Watch watch =
        new Watch(
            "test",
            Duration.ofMillis(1),
            Duration.ZERO,
            () -> {
              throw wrong;
            },
            seen::add);
    try (watch) {
      watch.start();
      assertThat(next()).isSameAs(wrong);
      assertThat(next()).isSameAs(wrong);
    }
  }

  @Test
  void endsWhenItIsClosed() throws Exception {
    LinkedBlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    Watch watch =
        new Watch(
            "test", NEVER, Duration.ZERO, () -> threads.add(Thread.currentThread()), seen::add);
    watch
        .on(
            "source",
            changed -> {
              threads.add(Thread.currentThread());
              Thread.sleep(NEVER.toMillis());
            })
        .start();
    Thread one = threads.take();
    Thread other = threads.take();
    watch.close();
    one.join();
    other.join();
    assertThat(one.isDaemon() && other.isDaemon()).isTrue();
    assertThat(seen).isEmpty();
  }
}
