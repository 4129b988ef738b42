package io.github.apparmor4j.policy;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A readable form of profiles, for people and tests. */
final class PolicyDump {

  private final StringBuilder out = new StringBuilder();

  private PolicyDump() {}

  static String dump(List<KernelProfile> profiles) {
    PolicyDump dump = new PolicyDump();
    profiles.forEach(dump::profile);
    return dump.out.toString();
  }

  private void profile(KernelProfile p) {
    line("profile %s (%s)", p.qualifiedName(), p.modeName());
    KernelProfile.Behavior behavior = p.behavior();
    line("  version 0x%x flags 0x%x audit %b", p.version(), behavior.flags(), behavior.audit());
    line("  path_flags", behavior.pathFlags(), "0x%x");
    line("  disconnected", behavior.disconnected(), "%s");
    line("  disconnected_ipc", behavior.disconnectedIpc(), "%s");
    line("  kill", behavior.killSignal(), "%d");
    line("  error", behavior.error(), "%d");
    KernelProfile.Capabilities caps = p.capabilities();
    line("  caps allow 0x%x audit 0x%x quiet 0x%x", caps.allow(), caps.audit(), caps.quiet());
    for (int i = 0; i < p.transitions().size(); i++) {
      line("  transition %d %s", i + 4, p.transitions().get(i).replace('\0', ':'));
    }
    KernelProfile.Attachment attachment = p.attachment();
    if (attachment != null) {
      attachment.xattrs().forEach(name -> line("  xattr %s", name));
      dfa("attachment", attachment.dfa());
    }
    if (p.sockets() != null) {
      for (int family = 0; family < p.sockets().families().size(); family++) {
        KernelProfile.Sockets.Types t = p.sockets().families().get(family);
        line("  family %d 0x%x/0x%x/0x%x", family, t.allow(), t.audit(), t.quiet());
      }
    }
    dfa("policydb", p.policyDb());
    dfa("file", p.files());
  }

  private void dfa(String name, @Nullable PolicyDfa dfa) {
    if (dfa == null) {
      return;
    }
    line("  %s: %d states, %d slots", name, dfa.size(), dfa.tables().next().length);
    for (int i = 0; i < dfa.entries().size(); i++) {
      line("    entry %d %s", i, dfa.entries().get(i));
    }
    for (int s = 1; s < dfa.size(); s++) {
      out.append("    ").append(s);
      int second = dfa.accept2().length == 0 ? 0 : dfa.accept2()[s];
      if (dfa.accept()[s] != 0 || second != 0) {
        out.append(String.format(Locale.ROOT, " (0x%x/0x%x)", dfa.accept()[s], second));
      }
      out.append(':');
      int from = 0;
      for (int c = 1; c <= 256; c++) {
        int target = dfa.tables().step(s, from);
        if (c == 256 || dfa.tables().step(s, c) != target) {
          if (target != 0) {
            out.append(' ').append(symbol(from));
            if (c - 1 > from) {
              out.append('-').append(symbol(c - 1));
            }
            out.append("->").append(target);
          }
          from = c;
        }
      }
      out.append('\n');
    }
  }

  private void line(String name, @Nullable Object value, String format) {
    if (value != null) {
      out.append(name).append(' ').append(String.format(Locale.ROOT, format, value)).append('\n');
    }
  }

  private static String symbol(int value) {
    return value > ' ' && value < 0x7f && value != '-' && value != '\\'
        ? String.valueOf((char) value)
        : String.format(Locale.ROOT, "\\x%02x", value);
  }

  private void line(String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
