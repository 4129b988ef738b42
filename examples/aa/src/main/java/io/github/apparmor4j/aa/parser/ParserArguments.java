package io.github.apparmor4j.aa.parser;

import io.github.apparmor4j.aa.Terminal;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;

/** How {@code apparmor_parser} reads its command line and its configuration file. */
public final class ParserArguments {

  private ParserArguments() {}

  /**
   * Returns a command line with the options of the configuration file before its own.
   *
   * @param parser what reads it
   * @param arguments {@code parser} and its arguments
   */
  public static String[] configured(CommandLine parser, String... arguments) throws IOException {
    Path file = ParserOptions.CONFIGURATION;
    for (int i = 1; i < arguments.length; i++) {
      if (arguments[i].startsWith("--config-file=")) {
        file = Path.of(arguments[i].substring("--config-file=".length()));
      } else if (arguments[i].equals("--config-file") && i + 1 < arguments.length) {
        file = Path.of(arguments[i + 1]);
      }
    }
    Set<String> known = parser.getCommandSpec().optionsMap().keySet();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.replaceAll(argument -> whole(argument, known));
    // These options take an argument only after "=".
    all.replaceAll(
        argument ->
            switch (argument) {
              case "--Werror" -> "--Werror=all";
              case "-d", "--debug" -> "--debug=";
              case "--help" -> "--help=";
              case "-" -> "./-"; // neither an option nor standard input
              case "-c", "--zstd-compress-level" -> "--zstd-compress-level=10";
              default -> argument;
            });
    if (Files.isReadable(file)) {
      List<String> options = new ArrayList<>();
      for (String line : SourceText.read(file).text().lines().toList()) {
        String[] option = line.strip().split("=|\\s+", 2);
        if (known.contains("--" + option[0])) {
          options.add("--" + String.join("=", option));
        } else if (!option[0].isEmpty() && !option[0].startsWith("#")) {
          Terminal.problem("aa parser: " + file + ": unknown option " + option[0]);
        }
      }
      all.addAll(1, options);
    }
    return all.toArray(new String[0]);
  }

  /** Returns an argument with the whole name of the only long option that begins like it. */
  private static String whole(String argument, Set<String> known) {
    String name = argument.replaceFirst("(?s)=.*", "");
    if (!name.startsWith("--") || name.equals("--") || known.contains(name)) {
      return argument;
    }
    List<String> begin = known.stream().filter(option -> option.startsWith(name)).toList();
    return begin.size() == 1 ? begin.get(0) + argument.substring(name.length()) : argument;
  }

  /** Makes a command take options repeatedly, where the last one counts, as getopt does. */
  public static CommandLine asGetoptDoes(CommandLine parser) {
    return parser.setOverwrittenOptionsAllowed(true);
  }
}
