package io.github.apparmor4j.kernel;

import io.github.apparmor4j.files.BoundedFiles;
import io.github.apparmor4j.kernel.Confinement.ConfinedProcess;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A process with network sockets, as {@code aa-unconfined} reports it. Sockets are read from {@code
 * /proc/PID/net} of each network namespace and from {@code /proc/PID/fd}; seeing those of other
 * users' processes needs their rights.
 *
 * @param process the process and its label
 * @param arguments its command line; empty if it can't be read
 * @param roles what it does with its sockets, at least one role
 */
public record NetworkProcess(ConfinedProcess process, List<String> arguments, Set<Role> roles) {

  /** What a process does with a socket. */
  public enum Role {
    /**
     * The process waits for others: a listening TCP socket, a UDP socket without a peer, or a raw
     * or packet socket.
     */
    SERVER,
    /** The process is connected to another. */
    CLIENT
  }

  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A"; // TCP_LISTEN
  private static final String CONNECTED = "01"; // TCP_ESTABLISHED
  private static final String SOCKET = "socket:[";

  // proc(5): the columns of a socket's state and inode.
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final int PACKET_INODE = 8;

  /** Copies the collections. */
  public NetworkProcess {
    arguments = List.copyOf(arguments);
    roles = Set.copyOf(roles);
  }

  /** Returns whether a profile confines the process; one in unconfined mode doesn't. */
  public boolean isConfined() {
    return !process.label().isUnconfined();
  }

  /**
   * Returns the processes with TCP, UDP, raw or packet sockets, sorted by number.
   *
   * @throws KernelException if {@code /proc} can't be read
   */
  public static List<NetworkProcess> all() throws KernelException {
    Map<String, Map<String, Role>> namespaces = new HashMap<>();
    List<NetworkProcess> found = new ArrayList<>();
    for (ConfinedProcess process : Confinement.processes()) {
      Set<Role> roles = roles(process.pid(), namespaces);
      if (!roles.isEmpty()) {
        found.add(new NetworkProcess(process, arguments(process.pid()), roles));
      }
    }
    return List.copyOf(found);
  }

  /** Returns the command line of a process; empty if it can't be read. */
  public static List<String> arguments(long pid) {
    try {
      String line =
          SourceText.decode(
              BoundedFiles.read(
                  PROC.resolve(String.valueOf(pid)).resolve("cmdline"), KernelFile.MOST_BYTES));
      return line.isEmpty() ? List.of() : List.of(line.split("\0", -1)).subList(0, count(line));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns how many arguments a command line has; each ends in a NUL, except perhaps the last. */
  private static int count(String line) {
    int ends = (int) line.chars().filter(c -> c == 0).count();
    return line.endsWith("\0") ? ends : ends + 1;
  }

  /**
   * Returns the roles of a process's sockets; none if the process can't be seen.
   *
   * @param namespaces the sockets, by inode, of each network namespace seen so far
   */
  static Set<Role> roles(long pid, Map<String, Map<String, Role>> namespaces) {
    Path own = PROC.resolve(String.valueOf(pid));
    Set<Role> roles = EnumSet.noneOf(Role.class);
    try (Stream<Path> descriptors = Files.list(own.resolve("fd"))) {
      String namespace = Files.readSymbolicLink(own.resolve("ns/net")).toString();
      Map<String, Role> sockets =
          namespaces.computeIfAbsent(namespace, n -> sockets(own.resolve("net")));
      for (Path descriptor : descriptors.toList()) {
        String target = target(descriptor);
        if (target.startsWith(SOCKET)) {
          Role role = sockets.get(target.substring(SOCKET.length(), target.length() - 1));
          if (role != null) {
            roles.add(role);
          }
        }
      }
    } catch (IOException e) {
      // It has ended, or we may not see it.
    }
    return roles;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // it was closed meanwhile
    }
  }

  private static Map<String, Role> sockets(Path tables) {
    Map<String, Role> roles = new HashMap<>();
    for (String table : List.of("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet")) {
      boolean tcp = table.startsWith("tcp");
      for (String[] row : rows(tables.resolve(table))) {
        if (table.equals("packet")) {
          roles.put(row[PACKET_INODE], Role.SERVER);
        } else if (tcp) {
          roles.put(row[INODE], row[STATE].equals(LISTENING) ? Role.SERVER : Role.CLIENT);
        } else {
          roles.put(row[INODE], row[STATE].equals(CONNECTED) ? Role.CLIENT : Role.SERVER);
        }
      }
    }
    return roles;
  }

  /** Returns the columns of a table's lines; none if the kernel has no such table. */
  private static List<String[]> rows(Path table) {
    try {
      return SourceText.decode(BoundedFiles.read(table, KernelFile.MOST_BYTES))
          .lines()
          .skip(1)
          .map(line -> line.strip().split("\\s+"))
          .filter(row -> row.length > INODE || (row.length > PACKET_INODE && isPacket(table)))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean isPacket(Path table) {
    return table.endsWith("packet");
  }
}
