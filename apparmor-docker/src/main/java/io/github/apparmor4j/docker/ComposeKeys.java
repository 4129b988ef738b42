package io.github.apparmor4j.docker;

import io.github.apparmor4j.yaml.YamlText;
import io.github.apparmor4j.yaml.YamlText.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * The keys that Compose knows; it refuses a file with others, except those that begin with {@code
 * x-}. From the schema of the Compose Specification that docker compose 2.40.3 has in it.
 */
final class ComposeKeys {

  static final Set<String> TOP =
      Set.of(
          "configs",
          "include",
          "models",
          "name",
          "networks",
          "secrets",
          "services",
          "version",
          "volumes");

  static final Set<String> SERVICE =
      Set.of(
          ("annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command"
                  + " configs container_name cpu_count cpu_percent cpu_period cpu_quota"
                  + " cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec"
                  + " depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search"
                  + " domainname entrypoint env_file environment expose extends external_links"
                  + " extra_hosts gpus group_add healthcheck hostname image init ipc isolation"
                  + " label_file labels links logging mac_address mem_limit mem_reservation"
                  + " mem_swappiness memswap_limit models network_mode networks oom_kill_disable"
                  + " oom_score_adj pid pids_limit platform ports post_start pre_stop privileged"
                  + " profiles provider pull_policy pull_refresh_after read_only restart runtime"
                  + " scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal"
                  + " storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts"
                  + " volumes volumes_from working_dir")
              .split(" "));

  private ComposeKeys() {}

  /** Returns a mapping's own keys that are not known. */
  static List<ScalarNode> unknown(Node mapping, Set<String> known) {
    List<ScalarNode> unknown = new ArrayList<>();
    for (Entry entry : YamlText.entries(mapping)) {
      String key = entry.key().getValue();
      if (!known.contains(key) && !key.startsWith("x-")) {
        unknown.add(entry.key());
      }
    }
    return unknown;
  }

  /** Returns what is said about an unknown key. */
  static String unknown(ScalarNode key) {
    String said = "Compose knows no key '" + key.getValue() + "' here";
    return key.getValue().matches("security[-_]?opts?") ? said + "; security_opt is meant" : said;
  }
}
