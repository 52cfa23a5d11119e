package dev.ferryman.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.inventory.MovableClock;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient
class HeartbeatTest {
  private static final String PATH =
      "/apis/coordination.k8s.io/v1/namespaces/ferryman-system/leases/host-b"
          + "?fieldManager=ferryman-agent-host-b&force=true";

  KubernetesClient client;
  KubernetesMockServer server;

  private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
  private final ManualScheduler thread = new ManualScheduler(clock);
  private Heartbeat heartbeat;

  @BeforeEach
  void start() throws InterruptedException {
    FirstRequest.make(client, server);
    heartbeat =
        new Heartbeat(
            ImpatientClient.of(client, Duration.ofMinutes(1)),
            "ferryman-system",
            "host-b",
            Duration.ofSeconds(10),
            clock,
            thread);
    heartbeat.start();
  }

  @AfterEach
  void close() {
    heartbeat.close();
  }

  @Test
  void beatsAtOnceAndEachPeriod() throws InterruptedException {
    apiAnswers(200, 3);

    thread.pass(Duration.ofSeconds(20));

    var first = nextBeat();
    assertThat(first.getMetadata().getLabels()).containsEntry("ferryman.dev/heartbeat", "true");
    assertThat(first.getSpec().getHolderIdentity()).isEqualTo("host-b");
    assertThat(first.getSpec().getLeaseDurationSeconds()).isEqualTo(40);
    assertThat(first.getSpec().getRenewTime()).isEqualTo(time("2026-03-01T12:00:00Z"));
    assertThat(nextBeat().getSpec().getRenewTime()).isEqualTo(time("2026-03-01T12:00:10Z"));
    assertThat(nextBeat().getSpec().getRenewTime()).isEqualTo(time("2026-03-01T12:00:20Z"));
    assertThat(server.takeRequest(1, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void triesAgainEachSecondWhileItIsNotHeard() throws InterruptedException {
    apiAnswers(503, 3);
    apiAnswers(200, 2);

    thread.pass(Duration.ofSeconds(13));

    for (var second : new String[] {"00", "01", "02", "03", "13"}) {
      assertThat(nextBeat().getSpec().getRenewTime())
          .isEqualTo(time("2026-03-01T12:00:" + second + "Z"));
    }
    assertThat(server.takeRequest(1, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void outlivesAnApiServerThatIsGone() throws InterruptedException {
    server.shutdown();

    thread.pass(Duration.ofSeconds(5));

    assertThat(thread.isShutdown()).isFalse();
  }

  @Test
  void endsWhenItIsClosed() throws InterruptedException {
    heartbeat.close();

    thread.pass(Duration.ofSeconds(60));

    assertThat(server.takeRequest(1, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void tellsOnceThatTheStoreWasPutBack() {
    var told = new AtomicInteger();
    heartbeat.onTurnedBack(told::incrementAndGet);
    for (var version : new String[] {"100", "120", "110", "115"}) {
      var renewed =
          new LeaseBuilder().withNewMetadata().withResourceVersion(version).endMetadata().build();
      server.expect().patch().withPath(PATH).andReturn(200, renewed).once();
    }

    thread.pass(Duration.ofSeconds(10));
    assertThat(told).hasValue(0);
    thread.pass(Duration.ofSeconds(20));
    assertThat(told).hasValue(1);
  }

  private void apiAnswers(int code, int times) {
    var renewed = new LeaseBuilder().withNewMetadata().endMetadata().build();
    server.expect().patch().withPath(PATH).andReturn(code, renewed).times(times);
  }

  private Lease nextBeat() throws InterruptedException {
    var request = server.takeRequest(5, TimeUnit.SECONDS);
    assertThat(request).as("a beat").isNotNull();
    assertThat(request.getPath()).isEqualTo(PATH);
    return Serialization.unmarshal(request.getBody().readUtf8(), Lease.class);
  }

  private static ZonedDateTime time(String text) {
    return ZonedDateTime.parse(text);
  }
}
