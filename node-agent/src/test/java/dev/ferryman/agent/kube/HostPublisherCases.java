package dev.ferryman.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.inventory.InventoryReader;
import dev.ferryman.agent.inventory.MovableClock;
import dev.ferryman.agent.inventory.NotReady;
import dev.ferryman.agent.inventory.PoolReader;
import dev.ferryman.agent.inventory.ProcFiles;
import dev.ferryman.agent.inventory.ProcSamples;
import dev.ferryman.agent.inventory.StorageReader;
import dev.ferryman.agent.libvirt.FakeHypervisor;
import dev.ferryman.agent.libvirt.FakeWorld;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.MigrationEndpoint;
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A publisher of host-b, its time, and the requests that it makes. */
@EnableKubernetesMockClient
abstract class HostPublisherCases {
  static final String KIND = "/apis/ferryman.dev/v1alpha1/hostresources";
  static final String OBJECT = KIND + "/host-b";
  static final String STATUS = OBJECT + "/status?fieldManager=ferryman-agent-host-b&force=true";
  static final Duration MOMENT = Duration.ofMillis(100);

  KubernetesClient client;
  KubernetesMockServer server;
  @TempDir Path root;

  final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
  final ManualScheduler thread = new ManualScheduler(clock);
  final FakeHypervisor hypervisor = new FakeWorld().host("host-b");
  Optional<NotReady> obstacle = Optional.empty();
  Runnable whileLooking = () -> {};
  HostPublisher publisher;
  private StorageReader storage;

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
            () -> {
              whileLooking.run();
              return obstacle;
            },
            HostPublisherSettings.of("host-b", new MigrationEndpoint("10.0.0.2", "tls")),
            clock,
            thread);
  }

  @AfterEach
  void close() {
    publisher.close();
    storage.close();
  }

  HostResourceStatus published() throws InterruptedException {
    server.expect().get().withPath(OBJECT).andReturn(200, object(null)).once();
    statusIsTaken();
    publisher.start();
    thread.pass(MOMENT);
    next();
    return nextStatus();
  }

  void statusIsTaken() {
    server.expect().patch().withPath(STATUS).andReturn(200, object(null)).always();
  }

  HostResourceStatus nextStatus() throws InterruptedException {
    var request = next();
    assertThat(request.getPath()).isEqualTo(STATUS);
    return Serialization.unmarshal(request.getBody().readUtf8(), HostResource.class).getStatus();
  }

  RecordedRequest next() throws InterruptedException {
    var request = server.takeRequest(30, TimeUnit.SECONDS);
    assertThat(request).as("a request").isNotNull();
    return request;
  }

  void assertNothingIsWritten() throws InterruptedException {
    assertThat(server.takeRequest(1, TimeUnit.MILLISECONDS)).isNull();
  }

  static String ready(HostResourceStatus status) {
    var condition = status.conditions().get(0);
    return condition.getStatus() + " " + condition.getReason();
  }

  static HostResource object(HostResourceStatus status) {
    var object = new HostResource();
    object.setMetadata(new ObjectMetaBuilder().withName("host-b").build());
    object.setStatus(status);
    return object;
  }
}
