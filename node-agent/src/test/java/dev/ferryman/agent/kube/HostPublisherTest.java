package dev.ferryman.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.agent.inventory.InventoryReader;
import dev.ferryman.agent.inventory.MovableClock;
import dev.ferryman.agent.inventory.NotReady;
import dev.ferryman.agent.inventory.PoolReader;
import dev.ferryman.agent.inventory.ProcFiles;
import dev.ferryman.agent.inventory.ProcSamples;
import dev.ferryman.agent.inventory.StorageReader;
import dev.ferryman.agent.libvirt.FakeHypervisor;
import dev.ferryman.agent.libvirt.FakeWorld;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.MigrationEndpoint;
import dev.ferryman.crds.livemigration.DomainState;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EnableKubernetesMockClient
class HostPublisherTest {
  private static final String KIND = "/apis/ferryman.dev/v1alpha1/hostresources";
  private static final String OBJECT = KIND + "/host-b";
  private static final String STATUS =
      OBJECT + "/status?fieldManager=ferryman-agent-host-b&force=true";
  private static final Duration MOMENT = Duration.ofMillis(100);

  KubernetesClient client;
  KubernetesMockServer server;
  @TempDir Path root;

  private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
  private final ManualScheduler thread = new ManualScheduler(clock);
  private final FakeHypervisor hypervisor = new FakeWorld().host("host-b");
  private Optional<NotReady> obstacle = Optional.empty();
  private StorageReader storage;
  private HostPublisher publisher;

  @BeforeEach
  void prepare() throws IOException, InterruptedException {
    FirstRequest.make(client, server);
    var proc = new ProcFiles(ProcSamples.write(root.resolve("proc"), root));
    storage = new StorageReader(root, "host-b", proc);
    publisher =
        new HostPublisher(
            ImpatientClient.of(client, Duration.ofMinutes(1)),
            new InventoryReader(hypervisor, proc, new PoolReader(root), storage, clock),
            hypervisor,
            () -> obstacle,
            HostPublisherSettings.of("host-b", new MigrationEndpoint("10.0.0.2", "tls")),
            clock,
            thread);
  }

  @AfterEach
  void close() {
    publisher.close();
    storage.close();
  }

  @Test
  void createsItsObjectOnceAndWritesItsStatus() throws InterruptedException {
    hypervisor.define("g1").project("p1").start();
    server.expect().get().withPath(OBJECT).andReturn(404, null).once();
    server.expect().post().withPath(KIND).andReturn(201, object(null)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(MOMENT);

    assertThat(next().getMethod()).isEqualTo("GET");
    assertThat(next().getBody().readUtf8())
        .contains("\"name\":\"host-b\"")
        .contains("\"spec\":{}")
        .doesNotContain("status");
    var request = next();
    assertThat(request.getPath()).isEqualTo(STATUS);
    assertThat(request.getHeader("Content-Type")).startsWith("application/apply-patch+yaml");
    var body = request.getBody().readUtf8();
    assertThat(body).doesNotContain("spec", "schedulable", "Alive", "resourceVersion");
    var written = Serialization.unmarshal(body, HostResource.class).getStatus();
    assertThat(written.instances()).extracting(HostInstance::name).containsExactly("g1");
    assertThat(ready(written)).isEqualTo("True AgentRunning");
  }

  @Test
  void writesAtOnceWhenAnInstanceChanges() throws InterruptedException {
    var guest = hypervisor.define("g1").start();
    published();

    thread.pass(Duration.ofSeconds(3));
    guest.pause();
    thread.pass(MOMENT);

    assertThat(nextStatus().instances())
        .extracting(HostInstance::state)
        .containsExactly(DomainState.Paused);
    assertNothingIsWritten();
  }

  @Test
  void writesWhatTheHostUsesWithinTenSecondsOfAChange() throws IOException, InterruptedException {
    published();
    thread.pass(Duration.ofSeconds(7));
    hypervisor.define("g1");
    thread.pass(Duration.ofSeconds(3));
    assertThat(nextStatus().used().memoryMiB()).isEqualTo(1151);

    ProcSamples.writeAvailable(root.resolve("proc"), 12_000);
    thread.pass(Duration.ofSeconds(10));

    assertThat(nextStatus().used().memoryMiB()).isEqualTo(24105 - 12_000);
    assertNothingIsWritten();
  }

  @Test
  void publishesAtOnceForWhoeverAsksAndSaysWhatSequenceItHas() throws InterruptedException {
    var before = published();

    var first = publisher.publish();
    var second = publisher.publish();
    thread.pass(Duration.ZERO);

    assertThat(nextStatus().sequence()).isEqualTo(before.sequence() + 1);
    assertThat(first).isCompletedWithValue(before.sequence() + 1);
    assertThat(second).as("one reading is for both").isCompletedWithValue(before.sequence() + 1);
    assertNothingIsWritten();
  }

  @Test
  void saysToWhoeverAsksThatNothingCouldBeReadOrPublished() throws InterruptedException {
    published();
    hypervisor.daemon.kill();
    var unread = publisher.publish();
    thread.pass(Duration.ZERO);
    assertThat(unread).isCompletedExceptionally();

    hypervisor.daemon.start();
    thread.pass(MOMENT);
    server.clearExpectations();
    var unpublished = publisher.publish();
    thread.pass(Duration.ZERO);
    assertThat(unpublished).isCompletedExceptionally();

    server.expect().get().withPath(OBJECT).andReturn(200, object(null)).once();
    statusIsTaken();
    var published = publisher.publish();
    thread.pass(Duration.ZERO);
    assertThat(published).isCompleted();
  }

  @Test
  void countsOnFromTheAgentBeforeIt() throws InterruptedException {
    var known = HostResourceStatusBuilder.builder().sequence(41L).build();
    server.expect().get().withPath(OBJECT).andReturn(200, object(known)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(MOMENT);

    next();
    assertThat(nextStatus().sequence()).isEqualTo(42);
  }

  @Test
  void writesEventsThatComeTogetherTogether() throws InterruptedException {
    published();

    hypervisor.define("g1").start();
    hypervisor.define("g2").start().pause();
    thread.pass(MOMENT);

    assertThat(nextStatus().instances()).hasSize(2);
    assertNothingIsWritten();
  }

  @Test
  void writesNothingNewOnlyNowAndThen() throws InterruptedException {
    published();

    thread.pass(Duration.ofSeconds(290));
    assertNothingIsWritten();

    thread.pass(Duration.ofSeconds(20));
    assertThat(nextStatus().observedTime()).startsWith("2026-03-01T12:05");
  }

  @Test
  void writesTheSameAgainWhenItMayBeGone() throws InterruptedException {
    hypervisor.define("g1").start();
    published();

    publisher.publishAnew();
    thread.pass(Duration.ZERO);

    assertThat(nextStatus().instances()).hasSize(1);
  }

  @Test
  void keepsWhatWasKnownWhileLibvirtIsGone() throws InterruptedException {
    hypervisor.define("g1").start();
    var before = published();

    hypervisor.daemon.kill();
    thread.pass(MOMENT);

    var during = nextStatus();
    assertThat(ready(during)).isEqualTo("False LibvirtUnreachable");
    assertThat(during.conditions().get(0).getMessage()).contains("Connection refused");
    assertThat(during.instances()).isEqualTo(before.instances());
    assertThat(during.libvirtdStartTime()).isNull();

    hypervisor.daemon.start();
    thread.pass(MOMENT);

    var after = nextStatus();
    assertThat(ready(after)).isEqualTo("True AgentRunning");
    assertThat(after.libvirtdStartTime()).isNotEqualTo(before.libvirtdStartTime());
  }

  @Test
  void aNewAgentKeepsWhatTheOneBeforeItWroteUntilLibvirtAnswers() throws InterruptedException {
    hypervisor.daemon.kill();
    var known =
        HostResourceStatusBuilder.builder()
            .bootID("6f1a3c52-93f4-4f3a-9b0e-3f0f5b0a7c11")
            .observedTime("2026-03-01T11:00:00Z")
            .schedulable(true)
            .instances(
                List.of(
                    new HostInstance(
                        "g1",
                        "u-1",
                        DomainState.Running,
                        1,
                        192L,
                        List.of(),
                        0L,
                        null,
                        null,
                        List.of())))
            .conditions(List.of(condition("Alive", "True"), condition("Ready", "True")))
            .build();
    server.expect().get().withPath(OBJECT).andReturn(200, object(known)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(MOMENT);

    next();
    var written = nextStatus();
    assertThat(written.instances()).isEqualTo(known.instances());
    assertThat(written.observedTime()).isEqualTo("2026-03-01T11:00:00Z");
    assertThat(written.schedulable()).isNull();
    assertThat(written.conditions()).extracting(Condition::getType).containsExactly("Ready");
  }

  @Test
  void saysWhyItIsNotReady() throws InterruptedException {
    obstacle = Optional.of(new NotReady(Reason.CleaningUp, "move-1 is cleaned up"));
    assertThat(ready(published())).isEqualTo("False CleaningUp");

    obstacle = Optional.empty();
    publisher.changed();
    thread.pass(MOMENT);

    assertThat(ready(nextStatus())).isEqualTo("True AgentRunning");
  }

  @Test
  void aGuestWithAMonstrousXmlIsNamedAndHidesNothingElse() throws InterruptedException {
    hypervisor.define("g1").vcpus(2).start();
    var monster = hypervisor.define("g2").vcpus(4).monstrous().start();

    var status = published();

    assertThat(ready(status)).isEqualTo("True AgentRunning");
    assertThat(status.instances())
        .extracting(HostInstance::name, HostInstance::state, HostInstance::vcpus)
        .containsExactly(
            tuple("g1", DomainState.Running, 2), tuple("g2", DomainState.Running, null));
    assertThat(status.committed().vcpus()).isEqualTo(2);
    assertThat(status.conditions().get(1))
        .satisfies(
            condition -> {
              assertThat(condition.getType()).isEqualTo("Unreadable");
              assertThat(condition.getMessage())
                  .startsWith("1 cannot be moved")
                  .contains("g2 (" + monster.uuid() + "): domain: the XML has");
            });
  }

  @Test
  void outlivesAnOutageOfTheApi() throws InterruptedException {
    server.expect().get().withPath(OBJECT).andReturn(503, null).times(3);
    server.expect().get().withPath(OBJECT).andReturn(200, object(null)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(Duration.ofSeconds(8));

    for (var i = 0; i < 4; i++) {
      assertThat(next().getMethod()).isEqualTo("GET");
    }
    assertThat(nextStatus().bootID()).isNotNull();
    assertNothingIsWritten();
  }

  @Test
  void createsItsObjectAgainWhenItWasDeleted() throws InterruptedException {
    server.expect().get().withPath(OBJECT).andReturn(200, object(null)).once();
    server.expect().patch().withPath(STATUS).andReturn(404, null).once();
    server.expect().get().withPath(OBJECT).andReturn(404, null).once();
    server.expect().post().withPath(KIND).andReturn(201, object(null)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(Duration.ofSeconds(2));

    assertThat(List.of(next(), next(), next(), next(), next()))
        .extracting(RecordedRequest::getMethod)
        .containsExactly("GET", "PATCH", "GET", "POST", "PATCH");
  }

  private HostResourceStatus published() throws InterruptedException {
    server.expect().get().withPath(OBJECT).andReturn(200, object(null)).once();
    statusIsTaken();
    publisher.start();
    thread.pass(MOMENT);
    next();
    return nextStatus();
  }

  private void statusIsTaken() {
    server.expect().patch().withPath(STATUS).andReturn(200, object(null)).always();
  }

  private HostResourceStatus nextStatus() throws InterruptedException {
    var request = next();
    assertThat(request.getPath()).isEqualTo(STATUS);
    return Serialization.unmarshal(request.getBody().readUtf8(), HostResource.class).getStatus();
  }

  private RecordedRequest next() throws InterruptedException {
    var request = server.takeRequest(30, TimeUnit.SECONDS);
    assertThat(request).as("a request").isNotNull();
    return request;
  }

  private void assertNothingIsWritten() throws InterruptedException {
    assertThat(server.takeRequest(1, TimeUnit.MILLISECONDS)).isNull();
  }

  private static String ready(HostResourceStatus status) {
    var condition = status.conditions().get(0);
    return condition.getStatus() + " " + condition.getReason();
  }

  private static Condition condition(String type, String status) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason("R")
        .withLastTransitionTime("2026-03-01T10:00:00Z")
        .build();
  }

  private static HostResource object(HostResourceStatus status) {
    var object = new HostResource();
    object.setMetadata(new ObjectMetaBuilder().withName("host-b").build());
    object.setStatus(status);
    return object;
  }
}
