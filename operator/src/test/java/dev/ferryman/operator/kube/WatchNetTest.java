package dev.ferryman.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.access.DeafnessCheck;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class WatchNetTest {
  KubernetesClient client;

  private final AtomicInteger ended = new AtomicInteger();

  @Test
  void aWatchThatHearsIsLeftAlone() {
    try (var informer = client.resources(HostResource.class).inform();
        var net = net(() -> informer.getStore().list().stream())) {
      create("host-b");
      awaitHeard(informer, 1);
      net.look();
      create("host-c");
      net.look();
      awaitHeard(informer, 2);
      net.look();
    }

    assertThat(ended).hasValue(0);
  }

  @Test
  void aDeafWatchEndsTheRun() {
    try (var net = net(Stream::empty)) {
      create("host-b");
      net.look();
      assertThat(ended).hasValue(0);

      net.look();
      assertThat(ended).hasValue(1);
    }
  }

  @Test
  void aLookThatFailsIsNotTheLast() {
    var answers = new AtomicInteger();
    try (var net =
        net(
            () -> {
              if (answers.getAndIncrement() == 0) {
                throw new IllegalStateException("not there");
              }
              return Stream.empty();
            })) {
      create("host-b");
      net.look();
      net.look();
      net.look();
    }

    assertThat(ended).hasValue(1);
  }

  private WatchNet net(Supplier<Stream<HostResource>> heard) {
    var check = new DeafnessCheck<>(client.resources(HostResource.class), heard);
    return new WatchNet(Map.of("HostResources", check), ended::incrementAndGet);
  }

  private void create(String name) {
    var host = new HostResource();
    host.setMetadata(new ObjectMetaBuilder().withName(name).build());
    host.setSpec(new HostResourceSpec(null, null, null, null));
    client.resource(host).create();
  }

  private static void awaitHeard(SharedIndexInformer<HostResource> informer, int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> informer.getStore().list().size() == count);
  }
}
