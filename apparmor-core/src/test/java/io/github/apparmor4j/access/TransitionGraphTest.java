package io.github.apparmor4j.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.apparmor4j.access.TransitionGraph.Edge;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ways from profile to profile, as a user asks for them. */
class TransitionGraphTest {

  private static final PolicySet HOST =
      PolicySetTest.set(
          """
          profile web /usr/sbin/web {
            /usr/bin/helper px,
            /usr/lib/** cx -> tool,
            /bin/* ix,
            ^status { /srv/** r, }
            profile tool { /bin/sh ux, }
          }
          profile helper /usr/bin/helper { change_profile -> shell, owner /opt/* Px, }
          profile shell { /bin/{ba,}sh Pux, change_profile /bin/x -> web, }
          profile dash /bin/sh { change_profile -> elsewhere, }
          profile quiet { /** r, }
          profile open /var/open flags=(unconfined) { }
          profile door { /var/* px, }
          """);

  private static final TransitionGraph GRAPH = TransitionGraph.of(HOST);

  private static List<String> edges(String from) {
    return GRAPH.edges(from).stream()
        .map(edge -> edge.manner() + " " + edge.to() + " " + edge.witness())
        .toList();
  }

  @Test
  void everyWayOut() {
    assertThat(edges("web"))
        .containsExactlyInAnyOrder(
            "exec helper exec owner /usr/bin/helper",
            "exec web//tool exec owner /usr/lib/a",
            "change_hat web//status change_hat status");
    assertThat(edges("web//tool")).containsExactly("exec unconfined exec owner /bin/sh");
    assertThat(edges("helper")).containsExactly("change_profile shell change_profile shell");
    assertThat(edges("shell"))
        .containsExactlyInAnyOrder(
            "exec dash exec owner /bin/sh",
            "exec unconfined exec owner /bin/bash",
            "change_profile web change_profile web"); // the rule permits both
    assertThat(edges("dash")).containsExactly("change_profile ? change_profile elsewhere");
    assertThat(edges("quiet")).isEmpty();
    assertThat(edges("open"))
        .containsExactly("confines_nothing unconfined change_profile unconfined");
    assertThat(edges("door")).containsExactly("exec open exec owner /var/open");
  }

  @Test
  void waysToUnconfined() {
    List<List<Edge>> paths = GRAPH.paths("web", TransitionGraph.UNCONFINED, 5);
    assertThat(paths).hasSize(2);
    assertThat(paths.get(0)).extracting(Edge::to).containsExactly("web//tool", "unconfined");
    assertThat(paths.get(1)).extracting(Edge::to).containsExactly("helper", "shell", "unconfined");
    assertThat(paths.get(0).get(1).rules().get(0).written()).hasToString("/bin/sh ux,");
    assertThat(GRAPH.paths("quiet", TransitionGraph.UNCONFINED, 1)).isEmpty();
    assertThat(GRAPH.reachable("dash")).containsExactly("?");
  }

  @Test
  void theFewestEdgesToCut() {
    List<Edge> cut = GRAPH.cut(List.of("web", "helper"), TransitionGraph.UNCONFINED);
    assertThat(cut).hasSize(2);
    assertThat(GRAPH.cut(List.of("helper"), TransitionGraph.UNCONFINED)).hasSize(1);
    assertThat(GRAPH.cut(List.of("door"), TransitionGraph.UNCONFINED))
        .extracting(Edge::toString)
        .containsExactly("door -> open by exec owner /var/open");
    assertThat(GRAPH.cut(List.of("open", "unconfined"), TransitionGraph.UNCONFINED)).isEmpty();
    assertThat(GRAPH.cut(List.of("quiet"), TransitionGraph.UNCONFINED)).isEmpty();
  }

  @Test
  void namesCannotForgeTheDrawing() {
    PolicySet odd = PolicySetTest.set("profile \"a\\\"b\" { change_profile -> \"c\\\"\", }");
    assertThat(TransitionGraph.of(odd).toDot()).contains("\"a\\\"b\"");
  }
}
