package io.github.apparmor4j.compile;

import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.source.Failures;
import io.github.apparmor4j.source.SourcePlace;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compiles many files by several threads. Whatever becomes of a file, even what should not happen,
 * the others are compiled. Immutable and thread-safe.
 *
 * <pre>{@code
 * BatchCompiler batch = BatchCompiler.of(compiler, IncludeResolver.directories(directory));
 * for (BatchCompiler.Result result : batch.compile(ProfileDirectory.files(directory))) {
 *   System.out.println(result.file() + (result.compilation().isOk() ? " is good" : " is not"));
 * }
 * }</pre>
 */
public final class BatchCompiler {

  /** Of each thread, how many results are kept until they are taken. */
  private static final int AHEAD = 8;

  /**
   * What became of a file.
   *
   * @param file as it was given
   * @param compilation with an error if the file can't be read, or if there was a failure
   * @param failure what was thrown: an {@link IOException} if the file can't be read, or else a
   *     defect of this library, for a report; {@code null} if nothing was
   */
  public record Result(Path file, Compilation compilation, @Nullable Throwable failure) {}

  private final Function<SourceText, Compilation> work;
  private final int threads;

  private BatchCompiler(Function<SourceText, Compilation> work, int threads) {
    this.work = work;
    this.threads = threads;
  }

  /**
   * Returns one that compiles by a compiler, which may keep tables in a cache ({@link
   * PolicyCompiler.Builder#cache}), with a thread for each processor. Included files are read once
   * in its life.
   */
  public static BatchCompiler of(PolicyCompiler compiler, IncludeResolver includes) {
    Resolver resolver = Resolver.of(includes);
    return of(text -> compiler.compile(resolver.resolve(ProfileParser.parse(text))));
  }

  /**
   * Returns one that does what it is told with each text, as compiling and checking it.
   *
   * @param work is called by several threads
   */
  public static BatchCompiler of(Function<SourceText, Compilation> work) {
    return new BatchCompiler(work, Runtime.getRuntime().availableProcessors());
  }

  /**
   * Returns this with a number of threads.
   *
   * @throws IllegalArgumentException if it is below one
   */
  public BatchCompiler withThreads(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("threads: " + number);
    }
    return new BatchCompiler(work, number);
  }

  /**
   * Compiles files.
   *
   * @return a result for each, in their order
   * @throws InterruptedException if this thread is interrupted
   */
  public List<Result> compile(List<Path> files) throws InterruptedException {
    List<Result> results = new ArrayList<>();
    compile(files, results::add);
    return results;
  }

  /**
   * Compiles files and has each result taken, so that not all of them need memory at once.
   *
   * @param taker is given a result for each file, in their order, by this thread; whether to go on
   * @throws InterruptedException if this thread is interrupted
   */
  public void compile(List<Path> files, Predicate<? super Result> taker)
      throws InterruptedException {
    inOrder(files, threads, this::result, taker);
  }

  private Result result(Path file) {
    try {
      return new Result(file, work.apply(SourceText.read(file)), null);
    } catch (IOException e) {
      return failed(file, Resolver.UNREADABLE, "can't be read: " + Failures.reason(e), e);
    } catch (CancellationException e) {
      throw e; // by whoever waits for this
    } catch (Throwable e) {
      Failures.passOnFatal(e);
      return failed(file, CompileProblem.DEFECT, "this library failed: " + e, e);
    }
  }

  private static Result failed(Path file, Diagnostic.Kind kind, String why, Throwable failure) {
    SourcePlace place = SourcePlace.of(SourceText.of(file.toString(), ""), new SourceSpan(0, 0));
    Compilation nothing = Compilation.nothing(List.of(Diagnostic.of(kind, place, why)));
    return new Result(file, nothing, failure);
  }

  /**
   * Works on things by several threads and has the results taken by this one, in the order of the
   * things; what {@link #compile} is made of, for drivers that do other work.
   *
   * @param threads how many
   * @param work is called by several threads; what it throws is thrown here
   * @param taker is given each result; whether to go on
   * @throws InterruptedException if this thread is interrupted
   */
  public static <T, R> void inOrder(
      List<T> things,
      int threads,
      Function<? super T, ? extends R> work,
      Predicate<? super R> taker)
      throws InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    Deque<Future<? extends R>> running = new ArrayDeque<>();
    try {
      for (int i = 0; i < things.size() || !running.isEmpty(); ) {
        if (i < things.size() && running.size() < AHEAD * threads) {
          T thing = things.get(i++);
          running.add(executor.submit(() -> work.apply(thing)));
        } else if (Thread.interrupted()) {
          throw new InterruptedException(); // a result that is there is given without a look at it
        } else if (!taker.test(running.remove().get())) {
          return;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      } else if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }
}
