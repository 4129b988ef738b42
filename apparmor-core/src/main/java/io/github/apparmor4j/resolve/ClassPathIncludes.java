package io.github.apparmor4j.resolve;

import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A resolver of includes among class path resources. */
final class ClassPathIncludes implements IncludeResolver {

  private final ClassLoader loader;
  private final String prefix;
  private final ConcurrentHashMap<String, SourceText> found = new ConcurrentHashMap<>();

  ClassPathIncludes(ClassLoader loader, String prefix) {
    this.loader = loader;
    this.prefix = prefix;
  }

  @Override
  public Optional<List<SourceText>> find(String path, boolean searched) throws IOException {
    String name = prefix + path;
    SourceText known = found.get(name);
    if (known == null) {
      try (InputStream in = loader.getResourceAsStream(name)) {
        if (in == null) {
          return Optional.empty();
        }
        byte[] bytes = in.readNBytes(DirectoryIncludes.MAX_BYTES + 1);
        if (bytes.length > DirectoryIncludes.MAX_BYTES) {
          throw new IOException(name + " is larger than " + DirectoryIncludes.MAX_BYTES + " bytes");
        }
        SourceText text = SourceText.of("classpath:" + name, SourceText.decode(bytes));
        known = found.putIfAbsent(name, text);
        known = known == null ? text : known;
      }
    }
    return Optional.of(List.of(known));
  }
}
