package io.github.apparmor4j.resolve;

import io.github.apparmor4j.parse.ParseResult;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.profile.Conditional;
import io.github.apparmor4j.profile.Include;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.RuleBlock;
import io.github.apparmor4j.source.SourceSpan;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A preprocessor that puts the texts that a file includes in the places of the includes. The static
 * methods are thread-safe.
 */
public final class Preprocessor {

  private static final int MAX_DEPTH = 64;
  private static final int MAX_LENGTH = 256 << 20;

  private final IncludeResolver includes;
  private final StringBuilder out;

  private Preprocessor(IncludeResolver includes, StringBuilder out) {
    this.includes = includes;
    this.out = out;
  }

  /**
   * Returns a file's text as {@code apparmor_parser -p} prints it. Each include is replaced by a
   * comment, {@code ##included <path>}, and the included text, which is preprocessed in turn. An
   * include of a text that the same profile has already, or that leads back to itself, is replaced
   * by a comment only.
   *
   * @throws IOException if an included text is missing or can't be read, if texts include each
   *     other more than 64 levels deep, or if more than 256 Mi characters come together
   */
  public static String preprocess(ParseResult<ProfileFile> file, IncludeResolver includes)
      throws IOException {
    StringBuilder out = new StringBuilder();
    preprocess(file, includes, out);
    return out.toString();
  }

  /**
   * Appends the text that {@link #preprocess(ParseResult, IncludeResolver)} returns. After an
   * exception, the text up to its cause is there.
   */
  public static void preprocess(
      ParseResult<ProfileFile> file, IncludeResolver includes, StringBuilder out)
      throws IOException {
    new Preprocessor(includes, out).file(file, new HashSet<>(), 0);
  }

  private void file(ParseResult<ProfileFile> file, Set<SourceText> seen, int depth)
      throws IOException {
    int at = elements(file, file.model().elements(), 0, seen, depth, false);
    out.append(file.source().text(), at, file.source().text().length());
  }

  /**
   * Copies the text up to the last include among some elements; returns the offset where that
   * include ends.
   */
  private int elements(
      ParseResult<?> in, List<?> elements, int from, Set<SourceText> seen, int depth, boolean body)
      throws IOException {
    int at = from;
    for (Object element : elements) {
      if (element instanceof Include include) {
        SourceSpan span = in.spanOf(include).orElse(null);
        if (span != null) {
          out.append(in.source().text(), at, span.start());
          include(include, seen, depth, body);
          at = span.end();
        }
      } else if (element instanceof Profile profile) {
        at = elements(in, profile.elements(), at, new HashSet<>(), depth, true);
      } else if (element instanceof RuleBlock block) {
        at = elements(in, block.elements(), at, seen, depth, body);
      } else if (element instanceof Conditional conditional) {
        for (Conditional.Branch branch : conditional.branches()) {
          at = elements(in, branch.elements(), at, seen, depth, body);
        }
        List<?> otherwise = conditional.otherwise();
        at = otherwise == null ? at : elements(in, otherwise, at, seen, depth, body);
      }
    }
    return at;
  }

  private void include(Include include, Set<SourceText> seen, int depth, boolean body)
      throws IOException {
    String name = include.searched() ? "<" + include.path() + ">" : '"' + include.path() + '"';
    List<SourceText> texts = includes.find(include.path(), include.searched()).orElse(null);
    String how = texts == null ? "failed include" : "included";
    if (texts != null && !texts.isEmpty() && seen.containsAll(texts)) {
      how = "skipped duplicate include";
    }
    out.append(" \n\n##").append(how).append(' ').append(name).append('\n');
    if (texts == null && include.ifExists()) {
      return;
    } else if (texts == null) {
      throw new IOException("Could not open '" + include.path() + "'");
    }
    if (depth >= MAX_DEPTH) {
      throw new IOException("includes nest deeper than " + MAX_DEPTH);
    }
    for (SourceText text : texts) {
      if (seen.add(text)) {
        if (body) {
          body(ProfileParser.parseBody(text), seen, depth + 1);
        } else {
          file(ProfileParser.parse(text), seen, depth + 1);
        }
      }
      if (out.length() > MAX_LENGTH) {
        throw new IOException("more than " + MAX_LENGTH + " characters");
      }
    }
  }

  private void body(ParseResult<? extends List<?>> parsed, Set<SourceText> seen, int depth)
      throws IOException {
    int at = elements(parsed, parsed.model(), 0, seen, depth, true);
    out.append(parsed.source().text(), at, parsed.source().text().length());
  }
}
