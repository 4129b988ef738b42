package io.github.apparmor4j.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.apparmor4j.container.ContainerDefault;
import io.github.apparmor4j.container.ContainerTemplate;
import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.ProfileFile;
import java.util.function.UnaryOperator;

/**
 * {@code docker-default}, the profile of containers that ask for no other: as an engine loads it,
 * with changes, and in the forms that replace it.
 *
 * <p>Since 29.8 the daemon's option {@code apparmor-profile} names a file to load in its place: a
 * profile ({@link #staticFile}) or a template that the daemon fills in for its host ({@link
 * #goTemplate}). Before 29.4.3 a daemon loads its own only if no profile of that name is loaded, so
 * one that was loaded beforehand stays.
 */
public final class DockerDefaultProfile {

  /** Its name in the kernel. */
  public static final String NAME = ContainerTemplate.DOCKER_29.profileName();

  /** A placeholder for the name while a template is printed; no user would choose it. */
  private static final String NAME_MARK = "io.github.apparmor4j.name";

  private static final String DAEMON_MARK = "io.github.apparmor4j.daemon";

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private DockerDefaultProfile() {}

  /**
   * Returns the newest version of the profile as Docker loads it on a host without AppArmor's own
   * files, pinned to ABI 3.0.
   */
  public static ProfileFile profile() {
    return builder(NAME).abi("abi/3.0").build();
  }

  /**
   * Returns a builder with the rules of the newest version. They can be changed: the host's
   * includes, the label of a confined daemon, mounts.
   *
   * @param name the profile's name
   */
  public static ContainerDefault.Builder builder(String name) {
    return ContainerDefault.builder(name, ContainerTemplate.DOCKER_29);
  }

  /**
   * Returns the template of an engine; of one that is newer than those that are known, the newest
   * of these ({@link ContainerTemplate#docker} tells).
   *
   * @param version as {@code docker version} prints it
   * @throws IllegalArgumentException if it is not a valid version
   */
  public static ContainerTemplate template(String version) {
    return ContainerTemplate.docker(version).template();
  }

  // ---- in its place

  /**
   * Returns the text of a file for the daemon's option {@code apparmor-profile}.
   *
   * @throws IllegalArgumentException if no profile in it is called {@code docker-default}: the
   *     daemon would not start with it
   */
  public static String staticFile(ProfileFile file) {
    if (file.profiles().stream().noneMatch(profile -> NAME.equals(profile.name()))) {
      throw new IllegalArgumentException("the file has no profile " + NAME);
    }
    String text = ProfilePrinter.print(file);
    if (text.contains("{{")) {
      // The daemon reads every file as a template; two braces in a pattern would be an action.
      text = text.replace("{{", "{{\"{{\"}}");
    }
    return text;
  }

  /**
   * Returns the text of a template for the daemon's option {@code apparmor-profile}, in Go's {@code
   * text/template}: the daemon puts in the profile's name, the ABI and includes that its host has,
   * and its own label.
   *
   * @param changes changes the newest version; the daemon sets the name, ABI and includes
   */
  public static String goTemplate(UnaryOperator<ContainerDefault.Builder> changes) {
    ProfileFile.Builder file = ProfileFile.builder();
    file.profile(changes.apply(builder(NAME_MARK).signalPeer(DAEMON_MARK)).profile());
    String profile =
        ProfilePrinter.print(file.build())
            .replace("{{", "{{\"{{\"}}")
            .replace(NAME_MARK, "\"{{.Name}}\"")
            .replace(DAEMON_MARK, "\"{{.DaemonProfile}}\"");
    int body = profile.indexOf("{\n") + 2;
    return "{{if .Abi}}abi <{{.Abi}}>,\n{{end}}{{range .Imports}}{{.}}\n{{end}}\n"
        + profile.substring(0, body)
        + "{{range .InnerImports}}  {{.}}\n{{end}}"
        + profile.substring(body);
  }

  /**
   * Returns a {@code daemon.json} whose option {@code apparmor-profile} names a file; its other
   * keys stay as they are.
   *
   * @param existing the text of the file so far; empty if there is none
   * @param path the absolute path of the profile's file
   * @throws IllegalArgumentException if the existing text is not a JSON object, or the path is
   *     relative
   */
  public static String daemonJson(String existing, String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: " + path);
    }
    try {
      JsonNode node = existing.isBlank() ? JSON.createObjectNode() : JSON.readTree(existing);
      if (!(node instanceof ObjectNode object)) {
        throw new IllegalArgumentException("daemon.json is not an object");
      }
      object.put("apparmor-profile", path);
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("daemon.json is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
