package dev.ferryman.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.reconciler.MigrationWriter.StaleException;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient
class KubeMigrationWriterTest {
  private static final String OBJECT = "/apis/ferryman.dev/v1alpha1/livemigrations/move";
  private static final String APPLY = "?fieldManager=ferryman-operator&force=true";

  KubernetesMockServer server;
  KubernetesClient client;
  private ClusterCache cache;
  private KubeMigrationWriter writer;

  @BeforeEach
  void aWriter() {
    cache = new ClusterCache();
    writer = new KubeMigrationWriter(client, cache);
  }

  private void answers(String path, int code) {
    var stored = Sample.order("move", Sample.UID, "i-00000003", "host-c");
    stored.getMetadata().setResourceVersion("8");
    server.expect().patch().withPath(path + APPLY).andReturn(code, stored).always();
  }

  private JsonNode sent() throws Exception {
    var request = server.takeRequest();
    assertThat(request.getHeader("Content-Type")).startsWith("application/apply-patch+yaml");
    return new ObjectMapper(new YAMLFactory()).readTree(request.getBody().readUtf8());
  }

  @Test
  void aStatusHoldsTheOperatorsFieldsAndTheVersionItWasDecidedOn() throws Exception {
    answers(OBJECT + "/status", 200);
    writer.status(
        Sample.move(Phase.Checking),
        LiveMigrationStatusBuilder.builder().phase(Phase.Migrating).build());

    var body = sent();
    assertThat(body.at("/metadata/resourceVersion").asText()).isEqualTo("7");
    assertThat(body.at("/status").properties())
        .extracting(e -> e.getKey())
        .containsExactly("phase");
    assertThat(body.has("spec")).isFalse();
  }

  @Test
  void holdingWritesLabelsAndFinalizerAtOnce() throws Exception {
    answers(OBJECT, 200);
    var order = Migration.of(Sample.order("move", Sample.UID, "i-00000003", "host-c"));
    writer.hold(order, "host-b", "host-c");

    var metadata = sent().at("/metadata");
    assertThat(metadata.at("/uid").asText()).isEqualTo(Sample.UID);
    assertThat(metadata.at("/resourceVersion").asText()).isEqualTo("1");
    assertThat(metadata.at("/finalizers/0").asText()).isEqualTo("ferryman.dev/settlement");
    assertThat(metadata.at("/labels/host.ferryman.dev~1host-b").asText()).isEqualTo("source");
    assertThat(metadata.at("/labels/host.ferryman.dev~1host-c").asText()).isEqualTo("destination");
  }

  @Test
  void anObjectThatIsBeingDeletedGetsItsLabelsBackButNoNewFinalizer() throws Exception {
    answers(OBJECT, 200);
    var order = Sample.order("move", Sample.UID, "i-00000003", "host-c");
    order.getMetadata().setDeletionTimestamp("2026-11-23T12:00:00Z");
    writer.hold(Migration.of(order), "host-b", "host-c");

    var metadata = sent().at("/metadata");
    assertThat(metadata.has("finalizers")).isFalse();
    assertThat(metadata.at("/labels/host.ferryman.dev~1host-b").asText()).isEqualTo("source");
  }

  @Test
  void aFinalizerThatIsThereIsKeptWhenOnlyTheLabelsWereTakenOff() throws Exception {
    answers(OBJECT, 200);
    var order = Sample.order("move", Sample.UID, "i-00000003", "host-c");
    order.getMetadata().setDeletionTimestamp("2026-11-23T12:00:00Z");
    order.getMetadata().setFinalizers(List.of("ferryman.dev/settlement"));
    writer.hold(Migration.of(order), "host-b", "host-c");

    assertThat(sent().at("/metadata/finalizers/0").asText()).isEqualTo("ferryman.dev/settlement");
  }

  @Test
  void releasingNamesTheObjectByUidAndNothingElse() throws Exception {
    answers(OBJECT, 200);
    writer.release(Sample.move(Phase.Failed));

    var metadata = sent().at("/metadata");
    assertThat(metadata.properties())
        .extracting(e -> e.getKey())
        .containsExactlyInAnyOrder("name", "uid");
  }

  @Test
  void onlyTheVersionThatHasEndedIsDeleted() throws Exception {
    server.expect().delete().withPath(OBJECT).andReturn(200, new StatusBuilder().build()).once();
    writer.delete(Sample.move(Phase.Failed));

    var body = new ObjectMapper().readTree(server.takeRequest().getBody().readUtf8());
    assertThat(body.at("/preconditions/resourceVersion").asText()).isEqualTo("7");
  }

  @Test
  void whatHasChangedSinceIsNotDeleted() {
    server.expect().delete().withPath(OBJECT).andReturn(409, new StatusBuilder().build()).once();

    assertThatThrownBy(() -> writer.delete(Sample.move(Phase.Failed)))
        .isInstanceOf(StaleException.class);
  }

  @Test
  void aConflictIsStaleAndNoError() {
    answers(OBJECT + "/status", 409);

    assertThatThrownBy(
            () ->
                writer.status(
                    Sample.move(Phase.Checking), LiveMigrationStatusBuilder.builder().build()))
        .isInstanceOf(StaleException.class);
  }

  @Test
  void whatWasWrittenIsSeenBeforeTheWatchBringsIt() throws Exception {
    answers(OBJECT + "/status", 200);
    var old = Migration.of(Sample.order("move", Sample.UID, "i-00000003", "host-c"));
    writer.status(old, LiveMigrationStatusBuilder.builder().phase(Phase.Checking).build());

    assertThat(cache.newest(old).resourceVersion()).isEqualTo("8");
    cache.forget("move");
    assertThat(cache.newest(old).resourceVersion()).isEqualTo("1");
  }
}
