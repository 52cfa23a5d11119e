package dev.ferryman.crds.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.ProjectUse;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import dev.ferryman.testing.Helm;
import dev.ferryman.testing.Kubectl;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The original feature's table of a host, as kubectl prints it with the example's template. */
@ExtendWith(FerrymanServerExtension.class)
class HostTableIT {
  private static final String HEADER = "HOST             PROJECT      cpu   mem(mb)  disk(gb)";

  private final KubernetesClient admin;
  private final Kubectl kubectl;

  HostTableIT(FerrymanServer server) {
    this.admin = server.admin();
    this.kubectl = Kubectl.of(server.controlPlane());
  }

  @Test
  void hasTheHostsFiguresAndALineForEachProject() {
    var host =
        Host.create(admin)
            .agent(
                status ->
                    status
                        .bootID(Host.BOOT)
                        .total(new Resources(16, 1_032_232L, 878L))
                        .used(new Resources(13, 21_284L, null))
                        .projects(
                            List.of(
                                new ProjectUse("p1", 5, 10_240L, 150L),
                                new ProjectUse("p2", 5, 10_240L, 0L))));

    assertThat(table(host.name()))
        .containsExactly(
            HEADER,
            "%-16s               16   1032232       878".formatted(host.name() + "(total)"),
            "%-16s               13     21284         -".formatted(host.name() + "(used)"),
            "%-16s p1             5     10240       150".formatted(host.name()),
            "%-16s p2             5     10240         0".formatted(host.name()));
  }

  @Test
  void ofAHostThatHasPublishedNothingHasNoFigures() {
    var host = Host.named(admin, Apply.newName("host")).enter(null);

    assertThat(table(host.name()))
        .containsExactly(
            HEADER,
            "%-16s                -         -         -".formatted(host.name() + "(total)"),
            "%-16s                -         -         -".formatted(host.name() + "(used)"));
  }

  @Test
  void ofAllHostsHasEach() {
    var one = Host.create(admin);
    var other = Host.create(admin);

    assertThat(table())
        .startsWith(HEADER)
        .anyMatch(line -> line.startsWith(one.name() + "(total) "))
        .anyMatch(line -> line.startsWith(other.name() + "(total) "));
  }

  private List<String> table(String... names) {
    var template =
        Objects.requireNonNull(Helm.chart().getParent())
            .resolveSibling("examples/host-table.gotmpl");
    var arguments = new ArrayList<>(List.of("get", "hostresources"));
    arguments.addAll(List.of(names));
    arguments.add("--output=go-template-file=" + template);
    var answer = kubectl.run(arguments.toArray(String[]::new));
    assertThat(answer.exitCode()).as(answer.output()).isZero();
    return answer.output().lines().toList();
  }
}
