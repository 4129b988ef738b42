package io.github.apparmor4j.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.github.apparmor4j.containerd.kubernetes.KubernetesManifest;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A check of Kubernetes manifests beside Jackson's reading of the same. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
public class KubernetesBenchmark {

  @Param("10000")
  private int manifests;

  private final ObjectMapper jackson = new ObjectMapper(new YAMLFactory());
  private final Set<String> known = Set.of("web-1", "web-2");
  private List<SourceText> texts = List.of();

  /** Writes the manifests. */
  @Setup
  public void write() {
    List<SourceText> written = new ArrayList<>();
    for (int i = 0; i < manifests; i++) {
      String profile =
          switch (i % 4) {
            case 0 -> "";
            case 1 -> "appArmorProfile: {type: RuntimeDefault}";
            case 2 -> "appArmorProfile: {type: Localhost, localhostProfile: web-1}";
            default -> "privileged: " + (i % 3 == 0);
          };
      written.add(
          SourceText.of(
              "m" + i + ".yaml",
              """
              apiVersion: apps/v1
              kind: Deployment
              metadata:
                name: service-%1$d
                labels: {app: service-%1$d, team: "team %1$d"}
              spec:
                replicas: %1$d
                selector:
                  matchLabels:
                    app: service-%1$d
                template:
                  metadata:
                    labels:
                      app: service-%1$d
                    annotations:
                      prometheus.io/scrape: "true" # by the operator
                  spec:
                    containers:
                      - name: main
                        image: registry.example/service-%1$d:1.%1$d
                        args: ["--port", "8080", '--name=service-%1$d']
                        env:
                          - name: HOST
                            valueFrom:
                              fieldRef:
                                fieldPath: status.hostIP
                          - {name: LEVEL, value: info}
                        ports:
                          - containerPort: 8080
                        resources:
                          requests: {cpu: 100m, memory: 128Mi}
                        securityContext:
                          runAsNonRoot: true
                          %2$s
                      - name: sidecar
                        image: registry.example/sidecar:2
                        volumeMounts:
                          - {name: data, mountPath: /data}
                    volumes:
                      - name: data
                        emptyDir: {}
              """
                  .formatted(i, profile)));
    }
    texts = written;
  }

  /** Reads and checks them: profiles of all containers, and what is wrong with them. */
  @Benchmark
  public int check() {
    int found = 0;
    for (SourceText text : texts) {
      found += KubernetesManifest.parse(text).check(34, known).size();
    }
    return found;
  }

  /** Reads them into Jackson's trees. */
  @Benchmark
  public int jackson() throws IOException {
    int found = 0;
    for (SourceText text : texts) {
      found += jackson.readTree(text.text()).size();
    }
    return found;
  }
}
