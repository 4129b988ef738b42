package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.aa.Terminal;
import io.github.apparmor4j.kernel.AppArmorKernel;
import io.github.apparmor4j.kernel.KernelException;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where results go: to the screen, into a file, or to the kernel.
 *
 * @param options the options that say where
 * @param kernel the kernel, or {@code null} if nothing is loaded
 * @param file the file of {@code -o}, or {@code null}
 */
record ParserResults(
    ParserOptions options, @Nullable AppArmorKernel kernel, @Nullable OutputFile file) {

  /** Brings a result where it goes; returns whether nothing failed. */
  boolean take(ParserWork.Result result) {
    try {
      return shown(result);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean shown(ParserWork.Result result) throws IOException {
    if (options.names) {
      for (ParserWork.Named profile : result.profiles()) {
        print(profile.name().replaceFirst("^(:[^:]*:)", "$1//") + "\n");
      }
    } else if (options.preprocess) {
      return true; // its text has been printed, even if it has errors
    } else if (options.stdout) {
      System.out.write(result.bytes());
    } else if (file != null) {
      file.add(result.bytes());
    } else {
      return load(result);
    }
    return true;
  }

  /** Prints a text as the bytes that it was read from. */
  static void print(String text) {
    System.out.writeBytes(SourceText.encode(text));
  }

  private boolean load(ParserWork.Result result) {
    try {
      if (kernel == null || result.profiles().isEmpty()) {
        // Nothing to load: it is only reported.
      } else if (options.remove) {
        for (ParserWork.Named profile : result.profiles()) {
          if (!profile.child()) {
            kernel.remove(profile.name());
          }
        }
      } else if (options.replace) {
        kernel.replace(result.bytes());
      } else {
        kernel.load(result.bytes());
      }
    } catch (KernelException e) {
      Terminal.problem("aa parser: " + e.getMessage());
      return false;
    }
    if (options.verbose && result.cached() != null) {
      String did = options.replace ? "reload" : "load";
      print("Cached " + did + " succeeded for \"" + result.cached() + "\".\n");
    } else if (options.verbose) {
      String did = options.remove ? "Removal" : options.replace ? "Replacement" : "Addition";
      List<ParserWork.Named> inOrder = new ArrayList<>(result.profiles());
      inOrder.sort(
          Comparator.comparing(profile -> ParserWork.order(profile) + "\1")); // children first
      for (ParserWork.Named profile : inOrder) {
        if (!options.remove || !profile.child()) {
          print(did + " succeeded for \"" + profile.local() + "\".\n");
        }
      }
    }
    return true;
  }
}
