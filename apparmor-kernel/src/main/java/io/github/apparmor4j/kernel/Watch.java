package io.github.apparmor4j.kernel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks at something again and again by a thread of its own: at once, when something has changed,
 * and after each interval. A look that goes wrong, for want of memory say, isn't the last one.
 */
final class Watch implements AutoCloseable {

  /** Waits for changes. */
  interface Source {

    /**
     * Waits until it is interrupted.
     *
     * @param changed called after each change
     */
    void await(Runnable changed) throws InterruptedException;
  }

  private final String name;
  private final Duration interval;
  private final Duration settling;
  private final List<Thread> threads = new ArrayList<>();
  private boolean changed;

  /**
   * Makes one that waits for nothing but the interval, and hasn't started yet.
   *
   * @param name of the thread; of those that wait for changes the beginning
   * @param interval how long after a look at most there is the next
   * @param settling how long it waits after a change for those that come with it
   * @param failed told of what {@code look} throws
   */
  Watch(
      String name,
      Duration interval,
      Duration settling,
      Runnable look,
      Consumer<? super Throwable> failed) {
    this.name = name;
    this.interval = interval;
    this.settling = settling;
    add(name, () -> look(look, failed));
  }

  /** Looks when a source says so, too. */
  Watch on(String kind, Source source) {
    add(name + '-' + kind, () -> source.await(this::changed));
    return this;
  }

  /**
   * Looks when a kernel's policy has changed since this call, too. Where the kernel doesn't say
   * that, the interval has to do.
   *
   * @param pause between two such looks at least
   */
  Watch onPolicyOf(AppArmorKernel kernel, Duration pause) {
    long before = revision(kernel);
    return on("revision", changed -> awaitPolicy(kernel, before, pause, changed));
  }

  private static long revision(AppArmorKernel kernel) {
    try {
      return kernel.revision();
    } catch (KernelException e) {
      return -1;
    }
  }

  private void awaitPolicy(AppArmorKernel kernel, long before, Duration pause, Runnable changed)
      throws InterruptedException {
    for (long seen = before; ; ) {
      try {
        long now = kernel.awaitChange(seen, interval);
        if (now != seen) {
          changed.run();
        }
        seen = now;
      } catch (KernelException | RuntimeException e) {
        // The next look tells of it.
      }
      Thread.sleep(pause.toMillis());
    }
  }

  /** What a thread does until it is interrupted. */
  private interface Work {
    void run() throws InterruptedException;
  }

  private void add(String threadName, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            threadName);
    thread.setDaemon(true);
    threads.add(thread);
  }

  /** Begins to look; returns this. */
  Watch start() {
    threads.forEach(Thread::start);
    return this;
  }

  /** Has the threads end; doesn't wait for them. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }

  private void look(Runnable look, Consumer<? super Throwable> failed) throws InterruptedException {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        look.run();
      } catch (RuntimeException | Error e) {
        failed.accept(e);
      }
      awaitChange();
      Thread.sleep(settling.toMillis());
    }
  }

  private synchronized void changed() {
    changed = true;
    notifyAll();
  }

  private synchronized void awaitChange() throws InterruptedException {
    long deadline = System.nanoTime() + interval.toNanos();
    for (long left = interval.toMillis(); !changed && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
    changed = false;
  }
}
