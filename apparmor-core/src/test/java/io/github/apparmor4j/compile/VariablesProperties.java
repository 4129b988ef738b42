package io.github.apparmor4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.policy.CompiledPolicy;
import io.github.apparmor4j.policy.PolicyFormatException;
import io.github.apparmor4j.policy.PolicyReader;
import io.github.apparmor4j.resolve.IncludeResolver;
import io.github.apparmor4j.source.SourceText;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Variables in every place that takes text, with values that mean something else there: nothing is
 * thrown, and what compiles is taken by the kernel that it was compiled for.
 */
class VariablesProperties {

  /** What stands around a variable, V, in a file after its definition. */
  private static final List<String> PLACES =
      List.of(
          "profile V { }",
          "profile p V { }",
          "profile p { hat V { } }",
          "profile p { ^V { } }",
          "profile p { profile V { profile x { } } }",
          "profile :V:p { }",
          "profile p xattrs=(user.a=V) { }",
          "profile p flags=(attach_disconnected.path=V) { }",
          "profile p { V r, }",
          "profile p { V/** rw, }",
          "profile p { /a/V mr, }",
          "profile p { owner \"V/b c\" w, }",
          "profile p { /x px -> V, }",
          "profile p { /x Cx -> a//V, }",
          "profile p { /x l -> V, }",
          "profile p { link V -> /y, }",
          "profile p { link subset /y -> V, }",
          "profile p { change_profile -> V, }",
          "profile p { change_profile V -> x, }",
          "profile p { change_profile /V -> :ns:V, }",
          "profile p { signal (send) peer=V, }",
          "profile p { ptrace (read) peer=\"V\", }",
          "profile p { unix (bind) addr=V, }",
          "profile p { unix (bind) addr=@V, }",
          "profile p { unix (send) peer=(addr=V label=V), }",
          "profile p { dbus bus=V, }",
          "profile p { dbus (send) bus=system path=V interface=V member=V peer=(name=V label=V), }",
          "profile p { dbus (bind) bus=system name=V, }",
          "profile p { mount V -> V, }",
          "profile p { mount fstype=V /a -> /b, }",
          "profile p { mount options=(ro) V -> /x/V, }",
          "profile p { remount V, }",
          "profile p { umount V, }",
          "profile p { pivot_root oldroot=V V, }",
          "profile p { mqueue (open) type=posix label=V /V, }",
          "profile p { io_uring (override_creds) label=V, }",
          "profile p { network inet label=V peer=(label=V), }",
          "profile p { network (send) inet interface=V, }",
          "profile p { if V == a { /x r, } }",
          "alias V -> /y,\nprofile p { /x r, }",
          "@{W} = V/x V\nprofile p { @{W} r, }");

  @Provide
  Arbitrary<String> values() {
    Arbitrary<String> odd =
        Arbitraries.of(
            "\"\"",
            "a",
            "/",
            "//",
            "/a",
            "/a/",
            "a//b",
            ":",
            ":a",
            ":a:",
            ":a:b",
            ":a://b",
            "::",
            "@",
            "@a",
            "@{A}",
            "=",
            "a=b",
            "&",
            "&a",
            "a//&b",
            "none",
            "auto",
            "unconfined",
            "\"a b\"",
            "\"a\\\"b\"",
            "\\000",
            "\"\\000\"",
            "\\n",
            "{",
            "}",
            "{a,b}",
            "\"{,}\"",
            "[",
            "[a",
            "[^a]",
            "*",
            "**",
            "?",
            "\\\\",
            "(",
            ")",
            "\"(a)\"",
            "\",\"",
            "\"#a\"",
            "->",
            "\"/a b\"",
            "\u00e4",
            "x".repeat(70_000),
            "/" + "y".repeat(66_000));
    return Arbitraries.oneOf(
        odd, odd.list().ofMinSize(2).ofMaxSize(3).map(list -> String.join(" ", list)));
  }

  @Provide
  Arbitrary<String> places() {
    return Arbitraries.of(PLACES);
  }

  @Provide
  Arbitrary<KernelRelease> releases() {
    return Arbitraries.of(KernelRelease.values());
  }

  @Property(tries = 3000, seed = "20261127")
  void whatCompilesIsTaken(
      @ForAll("places") String place,
      @ForAll("values") String value,
      @ForAll("releases") KernelRelease release)
      throws PolicyFormatException {
    String text = "@{A} = z\n@{V} = " + value + "\n" + place.replace("V", "@{V}") + "\n";
    Compilation compilation =
        release.compiler().compile(SourceText.of("file", text), IncludeResolver.none());
    if (!compilation.isOk()) {
      return;
    }
    CompiledPolicy policy = compilation.orThrow();
    byte[] bytes = policy.toBytes();
    if (policy.profiles().isEmpty()) {
      return;
    }
    // What the embedded kernel does with it.
    assertThat(PolicyReader.pieces(bytes, true).stream().flatMap(each -> each.names().stream()))
        .containsExactlyInAnyOrderElementsOf(
            policy.profiles().stream().map(each -> each.qualifiedName()).toList());
    for (PolicyReader.Piece piece : PolicyReader.pieces(bytes, true)) {
      assertThat(PolicyReader.read(piece.policy(), release.reader())).hasSameSizeAs(piece.names());
    }
  }
}
