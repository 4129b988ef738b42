package io.github.apparmor4j.profile;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code user.name=value} in a profile's {@code xattrs=(…)}: the program has the extended
 * attribute.
 *
 * @param name of the attribute
 * @param value pattern of its value, or {@code null} for any
 */
public record XattrMatch(String name, @Nullable String value) {

  private static final Pattern NAME = Pattern.compile("[^\\s\"!,()=#]+");

  /** Checks name and pattern. */
  public XattrMatch {
    if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
      throw new IllegalArgumentException("name " + name);
    }
    Words.checkedOrNull(value, "value");
  }

  @Override
  public String toString() {
    return value == null ? name : name + "=" + Words.listValue(value);
  }
}
