package io.github.apparmor4j.kernel;

import io.github.apparmor4j.access.Access;
import io.github.apparmor4j.access.AccessPattern;
import io.github.apparmor4j.access.PolicySet;
import io.github.apparmor4j.compile.Compilation;
import io.github.apparmor4j.compile.PolicyCompiler;
import io.github.apparmor4j.kernel.testing.Guest;
import io.github.apparmor4j.parse.ProfileParser;
import io.github.apparmor4j.policy.AccessWords;
import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.KernelProfile;
import io.github.apparmor4j.policy.PolicyDfa;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.resolve.Resolver;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What is worked out here for tests in a guest, where everything takes twenty times as long:
 * compiled policies, questions about them, and what the embedded kernel says.
 */
final class GuestCases {

  private static final int QUESTIONS = 30;

  /** Sets of accesses, for whose witnesses a kernel can be asked. */
  private static final List<AccessPattern> PATTERNS =
      Stream.of(
              "file rwkmlx owner /**",
              "signal any any any",
              "ptrace any any",
              "change_profile any",
              "mount",
              "umount",
              "pivot_root",
              "dbus any",
              "mqueue any",
              "io_uring any",
              "userns")
          .map(AccessPattern::parse)
          .toList();

  /** Whether to take as long as docs/real-kernels.md says of the long variants. */
  static final boolean LONG = Boolean.getBoolean("apparmor.long");

  static final int COMPARED = 1000;
  static final int MUTATIONS = LONG ? 10_000 : COMPARED;
  static final Duration REPLACING = Duration.ofSeconds(LONG ? 60 : 10);
  private static final Path CASES = Guest.RESULTS.resolve("cases");

  /**
   * A question, and the embedded kernel's answer.
   *
   * @param label a profile's name
   * @param question as {@link AppArmorKernel#ask} takes it
   * @param witness the permissions that a set of accesses says are allowed; 0 if the question is
   *     not a witness of a set
   */
  record Question(String label, byte[] question, AccessWords answer, int witness) {}

  /**
   * A policy of the corpus.
   *
   * @param names of its profiles, children among them
   */
  record Case(String file, byte[] policy, List<String> names, List<Question> questions) {}

  /**
   * A policy with faults, and what the embedded kernel says to it.
   *
   * @param answer an error's name, or {@code ok}
   */
  record Faulty(byte[] policy, String answer) {}

  private GuestCases() {}

  /** Returns the embedded kernel that is like a real one. */
  static EmbeddedKernel embedded(String version) {
    return version.startsWith("6.1.") || version.equals("6.1")
        ? EmbeddedKernel.linux6_1()
        : version.startsWith("6.12") ? EmbeddedKernel.linux6_12() : EmbeddedKernel.linux7_2();
  }

  // ---- here

  static void write(String version, Path to) throws IOException {
    Path shared = Path.of(System.getProperty("apparmor.shared", "../../shared")).normalize();
    if (Files.isDirectory(shared)) {
      writeCorpus(version, shared.resolve("corpus/profiles"), to.resolve("corpus"));
    }
    try (DataOutputStream out = open(to.resolve("faulty"))) {
      EmbeddedKernel kernel = embedded(version);
      byte[] policy =
          PolicyCompiler.forKernel(kernel.features())
              .compileOrThrow(
                  ProfileParser.parseOrThrow(
                      "profile m flags=(attach_disconnected) { /a{b,c} rpx -> d, capability kill,"
                          + " signal, hat h { /e/** r, } }"))
              .toBytes();
      Random random = new Random(20261125);
      for (int i = 0; i < MUTATIONS; i++) {
        byte[] faulty = policy.clone();
        if (i % 4 == 0) {
          faulty = Arrays.copyOf(policy, random.nextInt(policy.length));
        } else {
          faulty[random.nextInt(faulty.length)] ^= (byte) (1 << random.nextInt(8));
        }
        bytes(out, faulty);
        out.writeUTF(answer(kernel, faulty));
      }
    }
  }

  /** Returns what a kernel says to a policy that is to replace others. */
  static String answer(AppArmorKernel kernel, byte[] policy) {
    try {
      kernel.replace(policy);
      return "ok";
    } catch (KernelException e) {
      return e.errno().toString();
    }
  }

  private static void writeCorpus(String version, Path profiles, Path to) throws IOException {
    PolicyCompiler compiler = PolicyCompiler.forKernel(embedded(version).features());
    Path upstream = profiles.resolve("upstream/apparmor.d");
    List<String> accepted =
        Files.readAllLines(profiles.resolve("verdicts.tsv"), StandardCharsets.ISO_8859_1).stream()
            .map(line -> line.split("\t", -1))
            .filter(columns -> columns[1].equals("accept"))
            .map(columns -> columns[0])
            .toList();
    // In parallel, and without keeping what is compiled: a policy's rules are larger than its
    // bytes.
    List<Case> cases =
        IntStream.range(0, accepted.size())
            .parallel()
            .mapToObj(
                i -> {
                  String name = accepted.get(i);
                  Path base =
                      profiles.resolve(name.replaceFirst("^(upstream/[^/]*|[^/]*)/.*", "$1"));
                  Resolver resolver = Resolver.of(IncludeResolver.directories(base, upstream));
                  Compilation compilation = compile(compiler, resolver, profiles.resolve(name));
                  return caseOf(version, name, compilation, new Random(i));
                })
            .toList();
    try (DataOutputStream out = open(to)) {
      for (Case one : cases) {
        out.writeUTF(one.file());
        bytes(out, one.policy());
        out.writeInt(one.names().size());
        for (String name : one.names()) {
          out.writeUTF(name);
        }
        out.writeInt(one.questions().size());
        for (Question question : one.questions()) {
          out.writeUTF(question.label());
          bytes(out, question.question());
          AccessWords answer = question.answer();
          for (int word :
              new int[] {answer.allow(), answer.deny(), answer.audit(), answer.quiet()}) {
            out.writeInt(word);
          }
          out.writeInt(question.witness());
        }
      }
    }
  }

  private static Case caseOf(String version, String file, Compilation compilation, Random random) {
    try {
      CompiledPolicy policy = compilation.orThrow();
      List<String> names = policy.profiles().stream().map(KernelProfile::qualifiedName).toList();
      return new Case(file, policy.toBytes(), names, questions(version, compilation, random));
    } catch (KernelException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Compilation compile(PolicyCompiler compiler, Resolver resolver, Path file) {
    try {
      SourceText text = SourceText.of(file.toString(), SourceText.decode(Files.readAllBytes(file)));
      return compiler.compile(resolver.resolve(ProfileParser.parse(text)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Question> questions(String version, Compilation compilation, Random random)
      throws KernelException {
    EmbeddedKernel kernel = embedded(version);
    CompiledPolicy policy = compilation.orThrow();
    kernel.load(policy.toBytes());
    List<Question> questions = new ArrayList<>(witnesses(kernel, compilation));
    for (int i = 0; i < QUESTIONS && !policy.profiles().isEmpty(); i++) {
      KernelProfile profile = policy.profiles().get(random.nextInt(policy.profiles().size()));
      PolicyDfa files = profile.files();
      boolean file = files != null && random.nextBoolean();
      PolicyDfa dfa = file ? files : profile.policyDb();
      if (dfa == null) {
        continue;
      }
      byte[] walk = walk(dfa, random);
      byte[] question = walk;
      if (file) {
        question = new byte[walk.length + 1];
        question[0] = PolicyClass.FILE;
        System.arraycopy(walk, 0, question, 1, walk.length);
      }
      if (i % 3 == 0 && question.length > 2) { // a near miss
        question[1 + random.nextInt(question.length - 1)] = (byte) random.nextInt(256);
      }
      String label = profile.qualifiedName();
      questions.add(new Question(label, question, kernel.ask(label, question), 0));
    }
    return questions;
  }

  /** Returns a witness of each set of accesses that a policy's profiles allow. */
  private static List<Question> witnesses(EmbeddedKernel kernel, Compilation compilation)
      throws KernelException {
    List<Question> questions = new ArrayList<>();
    PolicySet set = PolicySet.of(List.of(compilation));
    for (AccessPattern pattern : PATTERNS) {
      for (PolicySet.Grant grant : set.who(pattern)) {
        Optional<Access.KernelQuestion> asked = grant.witness().kernelQuestion();
        if (asked.isPresent()) {
          byte[] question = asked.get().strings().get(0);
          AccessWords answer = kernel.ask(grant.profile(), question);
          questions.add(new Question(grant.profile(), question, answer, asked.get().wanted()));
        }
      }
    }
    return questions;
  }

  /** Returns a string that leads through an automaton at random. */
  private static byte[] walk(PolicyDfa dfa, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int state = PolicyDfa.START;
    int length = 1 + random.nextInt(60);
    int[] next = new int[256];
    while (out.size() < length) {
      int count = 0;
      for (int c = 0; c < 256; c++) {
        if (dfa.step(state, c) != PolicyDfa.TRAP) {
          next[count++] = c;
        }
      }
      if (count == 0) {
        break;
      }
      int c = next[random.nextInt(count)];
      out.write(c);
      state = dfa.step(state, c);
    }
    return out.size() == 0 ? new byte[] {PolicyClass.MOUNT} : out.toByteArray();
  }

  private static DataOutputStream open(Path file) throws IOException {
    return new DataOutputStream(new java.io.BufferedOutputStream(Files.newOutputStream(file)));
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  // ---- in the guest

  /** What is done with a case. */
  interface Taker<T> {
    void take(T one) throws IOException;
  }

  /** Returns whether there are cases of the corpus. */
  static boolean hasCorpus() {
    return Files.exists(CASES.resolve("corpus"));
  }

  static void corpus(Taker<Case> taker) throws IOException {
    each(
        "corpus",
        in -> {
          String file = in.readUTF();
          byte[] policy = bytes(in);
          List<String> names = new ArrayList<>();
          for (int left = in.readInt(); left > 0; left--) {
            names.add(in.readUTF());
          }
          List<Question> questions = new ArrayList<>();
          for (int left = in.readInt(); left > 0; left--) {
            questions.add(
                new Question(
                    in.readUTF(),
                    bytes(in),
                    new AccessWords(in.readInt(), in.readInt(), in.readInt(), in.readInt()),
                    in.readInt()));
          }
          taker.take(new Case(file, policy, names, questions));
        });
  }

  static void faulty(Taker<Faulty> taker) throws IOException {
    each("faulty", in -> taker.take(new Faulty(bytes(in), in.readUTF())));
  }

  private static void each(String file, Taker<DataInputStream> taker) throws IOException {
    try (InputStream stream = Files.newInputStream(CASES.resolve(file));
        DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(stream))) {
      while (true) {
        in.mark(1);
        if (in.read() < 0) {
          return;
        }
        in.reset();
        taker.take(in);
      }
    } catch (EOFException e) {
      throw new IOException(file + " ends in the middle of a case", e);
    }
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }
}
