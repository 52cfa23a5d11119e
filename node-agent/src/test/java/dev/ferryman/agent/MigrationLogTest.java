package dev.ferryman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.kube.AgentEvents;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class MigrationLogTest {
  KubernetesClient client;

  @Test
  void jobWhoseOrderHasGoneIsTold() {
    var metrics = new SimpleMeterRegistry();
    var log =
        new MigrationLog(
            new AgentEvents(client, Runnable::run, Clock.systemUTC(), "host-b"), metrics);
    var migration = new LiveMigration();
    migration.setMetadata(new ObjectMetaBuilder().withName("move").withUid("u-1").build());

    log.orphaned(migration, "its LiveMigration has gone");
    log.stray("a guest is on its way in that nobody ordered");

    assertThat(client.events().v1().events().inNamespace("default").list().getItems())
        .allSatisfy(event -> assertThat(event.getReason()).isEqualTo("OrphanedJob"))
        .allSatisfy(event -> assertThat(event.getType()).isEqualTo("Warning"))
        .extracting(event -> event.getRegarding().getKind())
        .containsExactlyInAnyOrder("LiveMigration", "HostResource");
    assertThat(metrics.counter("ferryman.agent.orphaned").count()).isEqualTo(1);
    assertThat(metrics.counter("ferryman.agent.strays").count()).isEqualTo(1);
  }
}
