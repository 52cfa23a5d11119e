package dev.ferryman.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@EnableKubernetesMockClient(crud = true)
@Timeout(30)
class MigrationWatchTest {
  KubernetesClient client;

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private MigrationWatch watch;

  @BeforeEach
  void prepare() {
    watch =
        new MigrationWatch(
            client,
            client,
            "host-b",
            seen -> told.add(seen.getMetadata().getName()),
            seen -> {},
            all -> all.forEach(seen -> told.add(seen.getMetadata().getName())));
  }

  @AfterEach
  void close() {
    watch.close();
  }

  @Test
  void aWatchThatHearsIsKept() throws InterruptedException {
    watch.start();
    create("one", "host-b");
    assertThat(next()).isEqualTo("one");

    watch.lookAgain();
    watch.lookAgain();

    assertThat(next()).isEqualTo("one");
    assertThat(next()).isEqualTo("one");
    create("two", "host-b");
    assertThat(next()).isEqualTo("two");
    assertThat(told).isEmpty();
  }

  @Test
  void whatADeafWatchHasMissedIsTold() throws InterruptedException {
    create("one", "host-b");
    create("other", "host-c");

    watch.lookAgain();

    assertThat(next()).isEqualTo("one");
    assertThat(told).isEmpty();
  }

  @Test
  void aDeafWatchIsReplaced() throws InterruptedException {
    create("one", "host-b");
    watch.lookAgain();
    assertThat(next()).isEqualTo("one");
    assertThat(watch.isHealthy()).isFalse();

    watch.lookAgain();

    assertThat(next()).as("by the look").isEqualTo("one");
    assertThat(next()).as("by the new watch").isEqualTo("one");
    create("two", "host-b");
    assertThat(next()).isEqualTo("two");
  }

  private String next() throws InterruptedException {
    return told.poll(10, TimeUnit.SECONDS);
  }

  private void create(String name, String host) {
    var migration = new LiveMigration();
    migration.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .addToLabels("host.ferryman.dev/" + host, "source")
            .build());
    migration.setSpec(LiveMigrationSpec.of("i-1", "host-c"));
    client.resource(migration).create();
  }
}
