package io.github.apparmor4j.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What confines a task: one profile, or a stack of several, which must all allow what the task
 * does.
 *
 * @param parts the profiles, at least one
 * @param mode enforce, complain, kill, user, {@code mixed} if the parts have different modes;
 *     {@code unconfined} for a task that nothing confines; empty if the label doesn't say
 */
public record Label(List<Part> parts, String mode) {

  /** The name and the mode of a label that confines nothing. */
  public static final String UNCONFINED = "unconfined";

  private static final String STACK = "//&";

  private static final Pattern WITH_MODE = Pattern.compile("(?s)(.*) \\((\\w*)\\)");

  /**
   * A profile in a label.
   *
   * @param namespace the profile's namespace, as the process that reads the label sees it; empty
   *     for that process's own
   * @param profile the profile's name in the namespace
   */
  public record Part(String namespace, String profile) {

    /** Returns {@code name} or {@code :ns:name}, as the kernel writes it. */
    @Override
    public String toString() {
      if (namespace.isEmpty()) {
        return profile;
      }
      boolean slashes = profile.equals(UNCONFINED) || profile.startsWith("//");
      return ":" + namespace + (slashes ? "://" : ":") + profile;
    }

    private static Part parse(String text) {
      int close = text.startsWith(":") ? text.indexOf(':', 1) : -1;
      if (close <= 1) {
        return new Part("", text);
      }
      String name = text.substring(close + 1);
      return new Part(text.substring(1, close), name.startsWith("//") ? name.substring(2) : name);
    }
  }

  /** Copies the list and rejects an empty one. */
  public Label {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a label needs at least one profile");
    }
    Objects.requireNonNull(mode, "mode");
  }

  /**
   * Reads a label as {@code /proc/PID/attr/current} has it: {@code web (enforce)}, {@code a//&:ns:b
   * (mixed)}, {@code unconfined}. Line feeds and NULs at its end are ignored. Never fails: every
   * text is a label, since names may contain any characters. The label's own text is read as an
   * equal label.
   */
  public static Label parse(String text) {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\0')) {
      end--;
    }
    String line = text.substring(0, end);
    String mode = "";
    Matcher withMode = WITH_MODE.matcher(line);
    if (withMode.matches()) {
      mode = withMode.group(2);
      line = withMode.group(1);
    }
    List<Part> parts = new ArrayList<>();
    int from = 0;
    for (int at = line.indexOf(STACK); at >= 0; at = line.indexOf(STACK, from)) {
      parts.add(Part.parse(line.substring(from, at)));
      from = at + STACK.length();
    }
    parts.add(Part.parse(line.substring(from)));
    boolean none = mode.isEmpty() && parts.stream().allMatch(p -> p.profile().equals(UNCONFINED));
    return new Label(parts, none ? UNCONFINED : mode);
  }

  /** Returns whether nothing confines the task. */
  public boolean isUnconfined() {
    return mode.equals(UNCONFINED);
  }

  /** Returns the profiles without the mode, as {@link AppArmorKernel#ask} takes them. */
  public String profiles() {
    return parts.stream().map(Part::toString).collect(Collectors.joining(STACK));
  }

  /** Returns the label as the kernel writes it. */
  @Override
  public String toString() {
    boolean plain = isUnconfined() && parts.stream().allMatch(p -> p.profile().equals(UNCONFINED));
    boolean without = plain || (mode.isEmpty() && !WITH_MODE.matcher(profiles()).matches());
    return without ? profiles() : profiles() + " (" + mode + ")";
  }
}
