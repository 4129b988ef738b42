package io.github.apparmor4j.compile;

import static io.github.apparmor4j.testing.OverlappingRules.NAMES;
import static io.github.apparmor4j.testing.OverlappingRules.PATHS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.Decider;
import io.github.apparmor4j.access.Decision;
import io.github.apparmor4j.automaton.Dfa;
import io.github.apparmor4j.features.Features;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.profile.Capability;
import io.github.apparmor4j.profile.DbusPermission;
import io.github.apparmor4j.profile.ExecMode;
import io.github.apparmor4j.profile.FilePermissions;
import io.github.apparmor4j.profile.FileRule;
import io.github.apparmor4j.profile.IoUringPermission;
import io.github.apparmor4j.profile.MountOption;
import io.github.apparmor4j.profile.MqueuePermission;
import io.github.apparmor4j.profile.MqueueRule;
import io.github.apparmor4j.profile.NetworkFamily;
import io.github.apparmor4j.profile.NetworkPermission;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import io.github.apparmor4j.profile.PtracePermission;
import io.github.apparmor4j.profile.Rule;
import io.github.apparmor4j.profile.Signal;
import io.github.apparmor4j.profile.SignalPermission;
import io.github.apparmor4j.profile.SocketType;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.Diagnostic;
import io.github.apparmor4j.testing.OverlappingRules;
import io.github.apparmor4j.testing.Rights;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PermissionEntry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Compiled policies beside {@link NaivePolicy}: random rules over small alphabets, so that they
 * overlap, and every question over these alphabets.
 */
class NaivePolicyProperties {

  private static final Features QUEUES =
      Features.parse("ipc {posix_mqueue {create read write\n}\nsysv_mqueue {create\n}\n}\n");

  /** A kernel's features, and message queues, which Debian's kernels don't have. */
  private static PolicyCompiler compiler(Features kernel) {
    return PolicyCompiler.forKernel(Features.parse(kernel.toText() + QUEUES.toText()));
  }

  private static final PolicyCompiler WORDS = compiler(Features.LINUX_6_12);
  private static final PolicyCompiler ENTRIES = compiler(Features.LINUX_7_2);

  @Provide
  Arbitrary<PolicyCompiler> compilers() {
    return Arbitraries.of(WORDS, ENTRIES);
  }

  @Provide
  Arbitrary<List<Rule>> fileRules() {
    return OverlappingRules.ofFiles();
  }

  @Provide
  Arbitrary<List<Rule>> otherRules() {
    return OverlappingRules.ofOthers();
  }

  // ---- the questions

  private static Compilation compile(PolicyCompiler compiler, List<Rule> rules) {
    ProfileFile file = ProfileFile.of(Profile.builder("p").addAll(rules).build());
    return compiler.compile(Resolver.of(IncludeResolver.none()).resolve(file));
  }

  /** Rules that the compiler has to refuse: two ways to execute a file, a mount that can't be. */
  private static boolean isRefused(Compilation compilation) {
    List<Diagnostic> errors = Diagnostic.errors(compilation.diagnostics());
    assertThat(errors)
        .allMatch(
            d -> d.code().equals("AA-COMPILE-0002") || d.message().startsWith("no mount can meet"));
    return !errors.isEmpty();
  }

  private static void assertSays(Rights rights, int bit, NaivePolicy.Answer expected, String what) {
    boolean allowed = (rights.allow() & bit) != 0;
    assertThat(
            List.of(
                allowed,
                allowed && (rights.audit() & bit) != 0,
                !allowed && (rights.quiet() & bit) != 0))
        .as("allowed, logged, quiet of " + what)
        .isEqualTo(List.of(expected.allowed(), allowed && expected.logged(), expected.quiet()));
  }

  @Property(tries = 1000, seed = "20261124")
  void filesAreAsTheirRulesSayOneByOne(
      @ForAll("fileRules") List<Rule> rules, @ForAll("compilers") PolicyCompiler compiler) {
    Compilation compilation = compile(compiler, rules);
    if (isRefused(compilation)) {
      return;
    }
    NaivePolicy naive = new NaivePolicy(rules);
    KernelProfile profile = compilation.profiles().get(0).binary();
    PolicyDfa dfa = Objects.requireNonNullElse(profile.files(), NO_FILES);
    for (String path : PATHS) {
      int state = dfa.walk(path.getBytes(StandardCharsets.UTF_8));
      for (boolean owner : new boolean[] {true, false}) {
        Rights rights = Rights.ofFile(dfa, state, owner);
        for (char letter : "xwralkm".toCharArray()) {
          int bit = 1 << "xwralkm".indexOf(letter);
          assertSays(rights, bit, naive.file(path, owner, letter), letter + " " + path + owner);
        }
        NaivePolicy.Answer exec = naive.file(path, owner, 'x');
        if (exec.allowed() && exec.by() instanceof FileRule by) {
          assertThat(transition(rights, profile)).as("x " + path).isEqualTo(transition(by));
        }
        for (String target : PATHS) {
          assertSays(
              Rights.ofFile(
                  dfa,
                  dfa.walk(dfa.walk(state, (byte) 0), target.getBytes(StandardCharsets.UTF_8)),
                  owner),
              FilePermissions.LINK,
              naive.link(path, target, owner),
              "link " + path + " -> " + target + owner);
        }
      }
    }
  }

  private static final PolicyDfa NO_FILES =
      Objects.requireNonNull(
          compile(WORDS, List.of(FileRule.of("/zzz", "r"))).profiles().get(0).binary().files());

  private static String transition(FileRule rule) {
    ExecMode mode = Objects.requireNonNull(rule.permissions().exec());
    String name = rule.target();
    return (name == null
            ? mode.target().toString()
            : mode.target() == ExecMode.Target.CHILD ? "p//" + name : name)
        + " or "
        + mode.fallback()
        + (mode.isUnsafe() ? " unsafe" : "");
  }

  /** Reads how to execute out of an entry: docs/binary-policy.md. */
  private static String transition(Rights rights, KernelProfile profile) {
    int exec = rights.exec();
    String to;
    boolean inherit = (exec & PermissionEntry.EXEC_INHERIT) != 0;
    boolean unconfined = (exec & PermissionEntry.EXEC_UNCONFINED) != 0;
    if ((exec & PermissionEntry.EXEC_TABLE) != 0) {
      to = profile.transitions().get(exec & PermissionEntry.EXEC_INDEX);
    } else {
      boolean named = (exec & PermissionEntry.EXEC_NAME) != 0;
      to = (exec & PermissionEntry.EXEC_CHILD) != 0 ? "CHILD" : named ? "PROFILE" : "NONE";
    }
    return to
        + " or "
        + (inherit ? "INHERIT" : unconfined ? "UNCONFINED" : "NONE")
        + (rights.unsafe() ? " unsafe" : "");
  }

  @Property(tries = 1000, seed = "20261124")
  void everythingElseIsAsItsRulesSayOneByOne(
      @ForAll("otherRules") List<Rule> rules, @ForAll("compilers") PolicyCompiler compiler) {
    Compilation compilation = compile(compiler, rules);
    if (isRefused(compilation)) {
      return;
    }
    Asked asked =
        new Asked(new NaivePolicy(rules), compilation.profiles().get(0).binary(), compiler);
    asked.capabilities();
    asked.tasks();
    asked.sockets();
    asked.messages();
    asked.objects();
    asked.mounts();
    asked.changes();
  }

  /** One policy, asked about everything but files. */
  private record Asked(NaivePolicy naive, KernelProfile profile, PolicyCompiler compiler) {

    private static byte[] string(int policyClass, Object... fields) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(policyClass);
      for (Object field : fields) {
        if (field instanceof Integer code) {
          out.write(code);
        } else {
          out.writeBytes(field.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
      }
      return out.toByteArray();
    }

    private void says(NaivePolicy.Answer expected, int bit, int policyClass, Object... fields) {
      PolicyDfa dfa = Objects.requireNonNull(profile.policyDb());
      assertThat(dfa.walk((byte) policyClass)).as("class").isNotEqualTo(Dfa.TRAP);
      assertSays(
          Rights.of(dfa, dfa.walk(string(policyClass, fields))),
          AcceptBits.ofPolicy(bit),
          expected,
          "class " + policyClass + ", bit " + bit + ", " + Arrays.toString(fields));
    }

    /** Checks that the question, as users put it, is answered as the rules say one by one. */
    private void answers(Access access, NaivePolicy.Answer expected) {
      Decision decision = Decider.decide(profile, access);
      assertThat(decision.allowed()).as("allowed: " + access).isEqualTo(expected.allowed());
      assertThat(decision.logged())
          .as("logged: " + access)
          .isEqualTo(expected.allowed() ? expected.logged() : !expected.quiet());
      assertThat(Access.parse(access.toString())).isEqualTo(access);
    }

    void capabilities() {
      for (Capability one : Capability.values()) {
        answers(Access.capability(one), naive.capability(one));
        KernelProfile.Capabilities all = profile.capabilities();
        Rights rights =
            new Rights(
                (int) (all.allow() >>> one.number()) & 1,
                (int) (all.audit() >>> one.number()) & 1,
                (int) (all.quiet() >>> one.number()) & 1,
                0,
                false);
        assertSays(rights, 1, naive.capability(one), one.toString());
      }
    }

    void tasks() {
      for (String peer : NAMES) {
        for (SignalPermission permission : SignalPermission.values()) {
          for (int code : new int[] {1, 2, 9, 130}) {
            says(naive.signal(permission, code, peer), permission.bit(), 10, code, peer);
            answers(
                new Access.Signal(permission, new Signal(code), peer),
                naive.signal(permission, code, peer));
          }
        }
        for (PtracePermission permission : PtracePermission.values()) {
          says(naive.ptrace(permission, peer), permission.bit(), 9, peer);
          answers(new Access.Ptrace(permission, peer), naive.ptrace(permission, peer));
        }
      }
    }

    void sockets() {
      int policyClass = compiler == WORDS ? 14 : 15;
      for (NetworkPermission permission : NetworkPermission.values()) {
        for (int family : new int[] {2, 10, 16}) {
          for (int type : new int[] {1, 2, 3}) {
            says(
                naive.network(permission, family, type),
                permission.bit(),
                policyClass,
                0,
                family,
                0,
                type);
            answers(
                new Access.Network(family(family), type(type), permission),
                naive.network(permission, family, type));
          }
        }
        if (compiler == ENTRIES) {
          unix(permission);
        }
      }
    }

    private static NetworkFamily family(int number) {
      return Stream.of(NetworkFamily.values())
          .filter(family -> family.number() == number)
          .findFirst()
          .orElseThrow();
    }

    private static SocketType type(int number) {
      return Stream.of(SocketType.values())
          .filter(type -> type.number() == number)
          .findFirst()
          .orElseThrow();
    }

    private static String address(String address) {
      return address.equals("none") ? "\u0001" : "\0" + address.substring(1);
    }

    private void unix(NetworkPermission permission) {
      for (int type : new int[] {1, 2}) {
        for (String own : List.of("none", "@a", "@ab", "@c/a")) {
          String head = "\0\u0001\0" + (char) type + "\0\0";
          String local = head + address(own) + "\0self\0";
          if (!permission.hasPeer()) {
            String string =
                switch (permission) {
                  case CREATE -> head;
                  case LISTEN -> local + "\u0002\0\u0007";
                  case SETOPT, GETOPT -> local + "\u0004\0\u0001";
                  default -> local;
                };
            says(naive.unix(permission, type, own, "", ""), permission.bit(), 15, string);
            answers(
                new Access.Unix(permission, type(type), own, "none", null),
                naive.unix(permission, type, own, "", ""));
            continue;
          }
          for (String peer : List.of("none", "@b", "@ba")) {
            for (String label : NAMES) {
              says(
                  naive.unix(permission, type, own, peer, label),
                  permission.bit(),
                  15,
                  local + "\u0001" + address(peer) + "\0" + label);
              answers(
                  new Access.Unix(permission, type(type), own, peer, label),
                  naive.unix(permission, type, own, peer, label));
            }
          }
        }
      }
    }

    void messages() {
      if (compiler == WORDS) {
        return; // these kernels have no D-Bus
      }
      for (String bus : List.of("a", "ba")) {
        says(naive.eavesdrop(bus), DbusPermission.EAVESDROP.bit(), 32, bus);
        answers(
            new Access.Dbus(DbusPermission.EAVESDROP, bus, null, null, null, null, null),
            naive.eavesdrop(bus));
        for (String name : NAMES) {
          says(naive.ownName(bus, name), DbusPermission.BIND.bit(), 32, bus + "\0" + name);
          answers(
              new Access.Dbus(DbusPermission.BIND, bus, name, null, null, null, null),
              naive.ownName(bus, name));
          for (String label : List.of("a", "ab")) {
            for (String path : List.of("/a", "/ab", "/b/c/a")) {
              for (String member : List.of("a", "b")) {
                for (DbusPermission permission :
                    List.of(DbusPermission.SEND, DbusPermission.RECEIVE)) {
                  says(
                      naive.message(permission, bus, name, label, path, "i", member),
                      permission.bit(),
                      32,
                      String.join("\0", bus, name, label, path, "i", member));
                  answers(
                      new Access.Dbus(permission, bus, name, label, path, "i", member),
                      naive.message(permission, bus, name, label, path, "i", member));
                }
              }
            }
          }
        }
      }
    }

    void objects() {
      says(naive.userNamespace(), 8, 21);
      answers(new Access.Userns(), naive.userNamespace());
      says(naive.poll(), IoUringPermission.SQPOLL.bit(), 22);
      answers(new Access.IoUring(IoUringPermission.SQPOLL, null), naive.poll());
      for (String label : NAMES) {
        says(naive.overrideCredentials(label), IoUringPermission.OVERRIDE_CREDS.bit(), 22, label);
        answers(
            new Access.IoUring(IoUringPermission.OVERRIDE_CREDS, label),
            naive.overrideCredentials(label));
        for (MqueuePermission permission : MqueuePermission.values()) {
          for (String path : PATHS) {
            says(
                naive.queue(permission, MqueueRule.Type.POSIX, path, label),
                permission.bit(),
                17,
                path + "\0" + label);
            if (permission != MqueuePermission.CREATE) {
              answers(
                  new Access.Mqueue(permission, MqueueRule.Type.POSIX, path, label),
                  naive.queue(permission, MqueueRule.Type.POSIX, path, label));
            }
          }
          says(
              naive.queue(permission, MqueueRule.Type.SYSV, "258", label),
              permission.bit(),
              18,
              "\0\0\u0001\u0002\0" + label);
        }
      }
    }

    private static final List<Integer> FLAGS =
        List.of(0, 0x1, 0x5, 0x1000, 0x5000, 0x1001, 0x2000, 0x80000, 0x84000, 0x20, 0x21, 0x25);

    void mounts() {
      for (String point : List.of("/", "/a/", "/b/a/", "/a/b/c/")) {
        says(naive.unmount(point), 4, 7, point);
        answers(new Access.Umount(point), naive.unmount(point));
        for (String source : List.of("/a", "/b", "/b/c/a")) {
          says(naive.pivotRoot(point, source), 1, 7, point + "\0" + source);
          String old = source + "/";
          answers(new Access.PivotRoot(point, old), naive.pivotRoot(point, old));
          for (int flags : FLAGS) {
            mount(point, source, flags);
          }
        }
      }
    }

    private void mount(String point, String source, int flags) {
      NaivePolicy.Deed deed = NaivePolicy.deed(flags);
      boolean sourced = deed != NaivePolicy.Deed.REMOUNT && deed != NaivePolicy.Deed.SPREAD;
      String from = sourced ? source : "";
      String type = deed == NaivePolicy.Deed.NEW ? "b" : "";
      StringBuilder string = new StringBuilder(point + "\0" + from + "\0" + type + "\0");
      for (int bit = 0; bit < 32; bit++) {
        if ((NaivePolicy.asked(deed, flags) >>> bit & 1) != 0) {
          string.append((char) (bit + 1));
        }
      }
      says(naive.mount(point, from, type, flags), 2, 7, string);
      List<MountOption> options =
          Stream.of(MountOption.values())
              .filter(option -> option.set() != 0 && (option.set() & ~flags) == 0)
              .toList();
      answers(new Access.Mount("b", options, source, point), naive.mount(point, from, type, flags));
    }

    void changes() {
      PolicyDfa dfa = Objects.requireNonNullElse(profile.files(), NO_FILES);
      int change = dfa.entries().isEmpty() ? 1 << 31 : CHANGE_PROFILE_ENTRY;
      int onExec = dfa.entries().isEmpty() ? 1 << 30 : ON_EXEC_ENTRY;
      for (String label : NAMES) {
        assertThat(allow(dfa, string(label.charAt(0), label.substring(1)), change))
            .as("change to " + label)
            .isEqualTo(naive.changeProfile(label).allowed());
        assertThat(Decider.decide(profile, new Access.ChangeProfile(label, null)).allowed())
            .isEqualTo(naive.changeProfile(label).allowed());
        for (String program : PATHS) {
          assertThat(allow(dfa, string('/', program.substring(1) + "\0" + label), onExec))
              .as("change by " + program + " to " + label)
              .isEqualTo(naive.changeOnExec(program, label).allowed());
          assertThat(Decider.decide(profile, new Access.ChangeProfile(label, program)).allowed())
              .isEqualTo(naive.changeOnExec(program, label).allowed());
        }
      }
    }

    private static final int CHANGE_PROFILE_ENTRY = 0x40000000;
    private static final int ON_EXEC_ENTRY = 0x20000000;

    private static boolean allow(PolicyDfa dfa, byte[] string, int bit) {
      int accept = dfa.accept()[dfa.walk(string)];
      return ((dfa.entries().isEmpty() ? accept : dfa.entries().get(accept).allow()) & bit) != 0;
    }
  }
}
