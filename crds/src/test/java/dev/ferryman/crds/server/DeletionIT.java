package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertConflict;
import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A LiveMigration that is deleted under way, and one that took the name of another. */
@ExtendWith(FerrymanServerExtension.class)
class DeletionIT {
  private static final String WITH_FINALIZER =
      "{\"metadata\":{\"finalizers\":[\"" + FerrymanApi.FINALIZER + "\"]}}";
  private static final String WITHOUT_FINALIZER = "{\"metadata\":{\"finalizers\":null}}";

  private final KubernetesClient admin;

  DeletionIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  @Test
  void isSettledBeforeItGoes() {
    var move = Move.order(admin).running().merge(WITH_FINALIZER).delete();

    move.source(SourceState.Running, 5)
        .source(SourceState.Ended, 6)
        .phase(Phase.Settling)
        .source(SourceState.CleanedUp, 7)
        .destination(DestinationState.CleanedUp, 2)
        .phase(Phase.Cancelled);
    assertThat(move.read().getStatus().phase()).isEqualTo(Phase.Cancelled);

    move.merge(WITHOUT_FINALIZER);
    assertThat(move.read()).isNull();
  }

  @Test
  void getsNoFinalizerAnyMore() {
    var move = Move.order(admin).merge(WITH_FINALIZER).delete();

    assertInvalid(
        "no new finalizers can be added if the object is being deleted",
        () -> move.merge(WITH_FINALIZER.replace("]", ",\"ferryman.dev/another\"]")));
  }

  @Test
  void aFinalizerDoesNotBringItBack() {
    var move = Move.order(admin).delete();

    assertInvalid("spec: Required value", () -> applyFinalizer(move.body(null)));
    assertThat(move.read()).isNull();
  }

  @Test
  void aFinalizerIsPutOnThatObjectOnly() {
    var move = Move.order(admin);
    var namesake = move.body(null);
    namesake.getMetadata().setUid(UUID.randomUUID().toString());

    assertInvalid("metadata.uid: Invalid value", () -> applyFinalizer(namesake));
  }

  @Test
  void aDecisionOnItIsNotWrittenToItsNamesake() {
    var move = Move.order(admin).checking();
    var decision = move.body(LiveMigrationStatusBuilder.builder(move.read().getStatus()).build());
    decision.getMetadata().setResourceVersion(move.read().getMetadata().getResourceVersion());
    var again = move.read();
    move.delete();
    again.getMetadata().setResourceVersion(null);
    again.getMetadata().setUid(null);
    again.getMetadata().setManagedFields(null);
    admin.resource(again).create();

    assertConflict(
        "the object has been modified", () -> Apply.status(admin, Apply.OPERATOR, decision));
  }

  private void applyFinalizer(LiveMigration body) {
    body.addFinalizer(FerrymanApi.FINALIZER);
    admin.resource(body).fieldManager(Apply.OPERATOR).forceConflicts().serverSideApply();
  }
}
