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
 * A compiler of many files with several threads. If a file fails, even by a defect of this library,
 * the others are compiled all the same. Immutable and thread-safe.
 *
 * <pre>{@code
 * BatchCompiler batch = BatchCompiler.of(compiler, IncludeResolver.directories(directory));
 * for (BatchCompiler.Result result : batch.compile(ProfileDirectory.files(directory))) {
 *   System.out.println(result.file() + (result.compilation().isOk() ? " is good" : " is not"));
 * }
 * }</pre>
 */
public final class BatchCompiler {

  /** Most files for each thread that are in progress or whose results wait to be taken. */
  private static final int AHEAD = 8;

  /**
   * The result for one file.
   *
   * @param file the path as it was given
   * @param compilation the compilation; it has an error if there was a failure
   * @param failure what was thrown: an {@link IOException} if the file can't be read, anything else
   *     is a defect of this library to report; {@code null} if nothing was thrown
   */
  public record Result(Path file, Compilation compilation, @Nullable Throwable failure) {}

  private final Function<SourceText, Compilation> work;
  private final int threads;

  private BatchCompiler(Function<SourceText, Compilation> work, int threads) {
    this.work = work;
    this.threads = threads;
  }

  /**
   * Returns a batch compiler that uses a compiler, with one thread for each processor. Each
   * included file is read once and then kept, so that changes to it are not seen. The compiler may
   * keep tables in a cache ({@link PolicyCompiler.Builder#cache}).
   */
  public static BatchCompiler of(PolicyCompiler compiler, IncludeResolver includes) {
    Resolver resolver = compiler.resolver(includes);
    return of(text -> compiler.compile(resolver.resolve(ProfileParser.parse(text))));
  }

  /**
   * Returns a batch compiler that does any work with each text, such as compiling and checking,
   * with one thread for each processor.
   *
   * @param work is called by several threads at once
   */
  public static BatchCompiler of(Function<SourceText, Compilation> work) {
    return new BatchCompiler(work, Runtime.getRuntime().availableProcessors());
  }

  /**
   * Returns a batch compiler like this one with another number of threads.
   *
   * @throws IllegalArgumentException if the number is less than 1
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
   * @return one result for each file, in the order of the files
   * @throws InterruptedException if the calling thread is interrupted
   */
  public List<Result> compile(List<Path> files) throws InterruptedException {
    List<Result> results = new ArrayList<>();
    compile(files, results::add);
    return results;
  }

  /**
   * Compiles files and passes on each result, so that they aren't all in memory at once.
   *
   * @param taker is given one result for each file, in the order of the files, by the calling
   *     thread; returns whether to go on
   * @throws InterruptedException if the calling thread is interrupted
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
      throw e; // inOrder() passes it on
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
   * Works on things with several threads, and passes the results to the calling thread in the order
   * of the things. {@link #compile} is made of this; it is public for programs that do other work.
   *
   * @param things things to work on
   * @param threads number of threads, at least 1
   * @param work is called by several threads at once; what it throws is thrown here
   * @param taker is given each result, by the calling thread; returns whether to go on
   * @throws InterruptedException if the calling thread is interrupted
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
          throw new InterruptedException(); // get() of a finished result doesn't check
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
