package io.github.apparmor4j.kernel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A thread that looks at something again and again: at once, when something has changed, and after
 * each interval. It goes on after a look that fails, for example for lack of memory.
 */
final class Watch implements AutoCloseable {

  /** A source of changes. */
  interface Source {

    /**
     * Waits for changes until the thread is interrupted.
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
   * Creates a watch that waits only for the interval; it is not started yet.
   *
   * @param name the name of the thread; the names of those that wait for changes begin with it
   * @param interval the longest time between two looks
   * @param settling how long it waits after a change for others that come with it
   * @param failed called with what {@code look} throws
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

  /** Adds a source: the watch then looks after its changes, too. */
  Watch on(String kind, Source source) {
    add(name + '-' + kind, () -> source.await(this::changed));
    return this;
  }

  /**
   * Adds a kernel: the watch then looks after changes of its policy since this call, too. If the
   * kernel doesn't tell of them, only the interval counts.
   *
   * @param pause the shortest time between two such looks
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
        // The next look reports it.
      }
      Thread.sleep(pause.toMillis());
    }
  }

  /** The work of a thread until it is interrupted. */
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

  /** Starts to look; returns this. */
  Watch start() {
    threads.forEach(Thread::start);
    return this;
  }

  /** Makes the threads end; doesn't wait for them. */
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
