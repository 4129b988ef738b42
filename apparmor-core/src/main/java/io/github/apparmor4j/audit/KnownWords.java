package io.github.apparmor4j.audit;

import io.github.apparmor4j.source.SourceText;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The words that nearly all records are made of: keys, operations, classes. Each is one string,
 * found by its bytes, so that a record of known words makes no strings for them.
 */
final class KnownWords {

  /** How a value without quotes is meant, by its key. */
  enum Meaning {
    /** A number. */
    NUMBER,
    /** A word as it is: permissions, signals, addresses. */
    WORD,
    /** A text; without quotes it is in hexadecimal digits. */
    TEXT,
    /** Nobody knows: by its looks. */
    UNKNOWN
  }

  private static final Map<Meaning, List<String>> KEYS =
      new TreeMap<>(
          Map.of(
              Meaning.NUMBER,
              List.of(
                  "pid peer_pid parent ppid task magic_token error fsuid ouid uid gid auid sauid"
                      + " ses capability protocol lport fport src offset value"),
              Meaning.WORD,
              List.of(
                  "signal laddr faddr saddr daddr requested_mask denied_mask requested denied mask"
                      + " operation class apparmor family sock_type capname dest flags netif rlimit"
                      + " type subj hostname terminal"),
              Meaning.TEXT,
              List.of(
                  "profile label peer peer_profile peer_label name name2 target comm exe namespace"
                      + " peer_namespace tcontext srcname fstype options trans execpath info"
                      + " peer_info attribute addr peer_addr bus path interface member method ns"
                      + " FSUID OUID AUID UID GID SAUID")));

  private static final List<String> OTHERS =
      List.of(
          "DENIED ALLOWED AUDIT HINT STATUS ERROR KILLED AVC USER_AVC 1400 1107 file cap net mount"
              + " ptrace namespace posix_mqueue sysv_mqueue io_uring rlimits open getattr setattr"
              + " exec file_perm file_lock file_mmap file_mprotect file_inherit file_receive mkdir"
              + " rmdir mknod symlink link unlink rename_src rename_dest truncate chmod chown create"
              + " bind connect listen accept sendmsg recvmsg getsockname getpeername getsockopt"
              + " setsockopt socket_shutdown capable umount pivotroot change_hat change_profile"
              + " change_onexec stack userns_create profile_load profile_replace profile_remove"
              + " dbus_method_call dbus_signal dbus_bind kernel syslog journal driver stdout r w x c d k l m a wc rw send receive inet"
              + " inet6 unix netlink stream dgram raw");

  private static final int SIZE = 1024;

  /** No known word is longer. */
  private static final int LONGEST = 24;

  private static final String[] WORDS = new String[SIZE];
  private static final byte[][] BYTES = new byte[SIZE][];
  private static final Meaning[] MEANINGS = new Meaning[SIZE];

  static {
    KEYS.forEach((meaning, words) -> words.forEach(each -> addAll(each, meaning)));
    OTHERS.forEach(each -> addAll(each, Meaning.UNKNOWN));
  }

  private KnownWords() {}

  private static void addAll(String words, Meaning meaning) {
    for (String word : Set.copyOf(Arrays.asList(words.split(" ", -1)))) {
      byte[] bytes = Bytes.of(word);
      int slot = slot(bytes, 0, bytes.length);
      if (WORDS[slot] == null) {
        WORDS[slot] = word.intern();
        BYTES[slot] = bytes;
        MEANINGS[slot] = meaning;
      }
    }
  }

  /** Returns the slot of a word, or the empty slot where it would be. */
  private static int slot(byte[] bytes, int from, int to) {
    // Known words differ in these bytes, or nearly so.
    int hash = to - from;
    if (hash > 0) {
      int middle = bytes[(from + to) >>> 1] * 31 + bytes[to - 1];
      hash = (hash * 31 + bytes[from]) * 31 + middle * 7;
    }
    int slot = (hash ^ hash >>> 13) & SIZE - 1;
    while (WORDS[slot] != null
        && !Arrays.equals(bytes, from, to, BYTES[slot], 0, BYTES[slot].length)) {
      slot = slot + 1 & SIZE - 1;
    }
    return slot;
  }

  /** Returns the text of bytes. */
  static String of(byte[] bytes, int from, int to) {
    String known = to - from > LONGEST ? null : WORDS[slot(bytes, from, to)];
    return known == null ? SourceText.decode(Arrays.copyOfRange(bytes, from, to)) : known;
  }

  /** Returns how a key's value is meant. */
  static Meaning meaning(byte[] bytes, int from, int to) {
    Meaning meaning = to - from > LONGEST ? null : MEANINGS[slot(bytes, from, to)];
    return meaning == null ? Meaning.UNKNOWN : meaning;
  }

  /** Returns how a key's value is meant. */
  static Meaning meaning(String key) {
    byte[] bytes = SourceText.encode(key);
    return meaning(bytes, 0, bytes.length);
  }
}
