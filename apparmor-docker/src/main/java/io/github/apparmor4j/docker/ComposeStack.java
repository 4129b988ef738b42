package io.github.apparmor4j.docker;

import io.github.apparmor4j.print.ProfilePrinter;
import io.github.apparmor4j.profile.Profile;
import io.github.apparmor4j.profile.ProfileFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A compose project with its profiles: files to put beside a {@code compose.yaml}, so that {@code
 * docker compose up} loads the profiles and then starts the services under them. The {@code
 * compose.yaml} itself stays as it is.
 *
 * <p>The profiles are loaded by a service of the stack, {@value #LOADER}: it runs {@code aa
 * replace} in a container of its own and ends before the others start. It compiles the profiles
 * there, for the machine's kernel. It needs no {@code apparmor_parser}, no network and no right but
 * that to change AppArmor's policy ({@code CAP_MAC_ADMIN}). Files that profiles include are the
 * machine's. The service runs with {@code up} only: for containers that Docker starts by itself
 * when the machine boots, put the profiles into {@code /etc/apparmor.d}, too. Immutable.
 */
public final class ComposeStack {

  /** The name of the service that loads the profiles. */
  public static final String LOADER = "apparmor";

  /** The name of the file that Compose reads after {@code compose.yaml} without being told. */
  public static final String OVERRIDE = "compose.override.yaml";

  private static final String DIRECTORY = "apparmor";

  private static final Pattern INCLUDE = Pattern.compile("(?m)^ *include ");

  /** A service, the name of its profile, and the file that holds it. */
  private record Confined(String service, String profile, String file, String text) {

    /** Returns the option for the profile, as it is written. */
    String option() {
      // Compose takes a dollar for the beginning of a variable; two stand for one dollar.
      return "apparmor=" + profile.replace("$", "$$");
    }
  }

  private final List<Confined> services;
  private final Set<String> confined;
  private final String image;

  private ComposeStack(List<Confined> services, Set<String> confined, String image) {
    this.services = List.copyOf(services);
    this.confined = Set.copyOf(confined);
    this.image = image;
  }

  /**
   * Returns a stack that puts services under profiles.
   *
   * @param compose the project's file, which must have the services; what it includes isn't read
   * @param profiles by service, a file whose first profile is the service's
   * @param image the loader's image, whose entry point is {@code aa}; {@code
   *     examples/aa/Dockerfile} makes one
   * @throws IllegalArgumentException if there is no such service, a file has no named profile, two
   *     different profiles have the same name, the project has a service {@value #LOADER} already,
   *     or a service has the option for its profile and another one after it
   */
  public static ComposeStack of(
      ComposeFile compose, Map<String, ProfileFile> profiles, String image) {
    Objects.requireNonNull(image, "image");
    if (compose.services().containsKey(LOADER)) {
      throw new IllegalArgumentException("there is a service " + LOADER + " already");
    }
    List<Confined> services = new ArrayList<>();
    Map<String, Confined> byName = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    Set<String> confined = new HashSet<>();
    profiles.forEach(
        (service, file) -> {
          if (!compose.services().containsKey(service)) {
            throw new IllegalArgumentException("there is no service " + service);
          }
          String name = name(file);
          String text = ProfilePrinter.print(file);
          Confined other = byName.get(name);
          if (other != null && !other.text.equals(text)) {
            throw new IllegalArgumentException("two different profiles are called " + name);
          }
          Confined one =
              new Confined(service, name, other == null ? fileName(name, taken) : other.file, text);
          byName.put(name, one);
          services.add(one);
          if (hasOption(compose, one)) {
            confined.add(service);
          }
        });
    return new ComposeStack(services, confined, image);
  }

  /**
   * Returns whether a service has its option already: Compose refuses an option that is there
   * twice.
   */
  private static boolean hasOption(ComposeFile compose, Confined one) {
    ComposeService service = Objects.requireNonNull(compose.services().get(one.service));
    List<ComposeService.Text> all = service.securityOpt();
    List<String> options =
        (all == null ? List.<ComposeService.Text>of() : all)
            .stream().map(ComposeService.Text::value).filter(DockerHost::isAppArmor).toList();
    int at = options.lastIndexOf(one.option());
    if (at >= 0 && at < options.size() - 1) {
      throw new IllegalArgumentException(
          one.service
              + " has '"
              + one.option()
              + "' already, and another option after it; remove one of them");
    }
    return at >= 0;
  }

  private static String name(ProfileFile file) {
    List<Profile> all = file.profiles();
    String name = all.isEmpty() ? null : all.get(0).name();
    if (name == null) {
      throw new IllegalArgumentException("a file has no profile with a name");
    }
    return name;
  }

  /**
   * Returns a name for a file that isn't taken; characters that could lead elsewhere become dots.
   */
  private static String fileName(String profile, Set<String> taken) {
    String name = profile.replaceAll("[^A-Za-z0-9._-]", ".").replaceFirst("^\\.+", "_");
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "-" + i;
    }
    return free;
  }

  /**
   * Returns the files by their paths, which are relative to the directory of {@code compose.yaml}:
   * {@value #OVERRIDE} and a file for each profile.
   */
  public Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(OVERRIDE, Written.yaml(Map.of("services", override())));
    services.forEach(one -> files.putIfAbsent(DIRECTORY + "/" + one.file, one.text));
    return files;
  }

  private Map<String, Object> override() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(LOADER, loader());
    for (Confined one : services) {
      Map<String, Object> service =
          Written.map(
              "depends_on", Map.of(LOADER, Map.of("condition", "service_completed_successfully")));
      if (!confined.contains(one.service)) {
        service.put("security_opt", List.of(one.option()));
      }
      all.put(one.service, service);
    }
    return all;
  }

  private Map<String, Object> loader() {
    List<String> command = new ArrayList<>(List.of("replace"));
    services.stream().map(one -> "/profiles/" + one.file).distinct().forEach(command::add);
    List<String> volumes =
        new ArrayList<>(
            List.of(
                "./" + DIRECTORY + ":/profiles:ro", "/sys/kernel/security:/sys/kernel/security"));
    if (services.stream().anyMatch(one -> INCLUDE.matcher(one.text).find())) {
      volumes.add("/etc/apparmor.d:/etc/apparmor.d:ro");
    }
    return Written.map(
        "image",
        image,
        "command",
        command,
        "volumes",
        volumes,
        "cap_drop",
        List.of("ALL"),
        "cap_add",
        List.of("MAC_ADMIN"),
        "security_opt",
        // Docker's default profile forbids writing to /sys/kernel/security.
        List.of("apparmor=unconfined", "no-new-privileges=true"),
        "network_mode",
        "none",
        "read_only",
        true,
        "tmpfs",
        // JNA unpacks its library there; Docker's default is noexec.
        List.of("/tmp:exec"));
  }
}
