package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.Sample;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An order to check is judged like a move, and moves, claims and leaves nothing. */
class CheckOnlyTest extends MoveFixture {
  private static final String OTHER = "0a0a0a0a-1111-2222-3333-000000000004";

  @BeforeEach
  void onlyACheck() {
    api.create(check("move", Sample.UID));
  }

  private static LiveMigration check(String name, String uid) {
    var order = Sample.order(name, uid, "i-00000003", "host-c");
    order.setSpec(order.getSpec().asCheckOnly());
    return order;
  }

  @Test
  void endsWhenTheSourceHasTakenItsMarkersAway() {
    toChecked();
    reconcile();
    assertSays(Phase.Settling, "Unknown", "CheckPassed");

    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Settling);
    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "CheckPassed");
    assertThat(move().status().checks()).isNotEmpty();
    assertThat(move().status().switchover()).isNull();
    assertThat(move().held()).isFalse();
    assertThat(move().hostLabels()).isEmpty();
    assertThat(api.writes).containsExactly("hold", "Checking", "Settling", "Succeeded", "release");
  }

  @Test
  void failsWithTheFirstObstacleAndListsAll() {
    reconcile();
    api.source("move", Sample.source(SourceState.Checked).build());
    api.destination(
        "move",
        Sample.destination(DestinationState.Refused)
            .checks(
                List.of(
                    Check.fail(CheckName.NameFree, Reason.NameTaken, "host-c", "there is one"),
                    Check.pass(CheckName.SharedStorage, "host-c", "shared")))
            .build());
    reconcile();
    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();

    assertSays(Phase.Failed, "False", "NameTaken");
    assertThat(move().status().checks()).extracting(Check::host).contains("host-b", "host-c");
    assertThat(move().status().checks()).extracting(Check::message).contains("shared");
  }

  @Test
  void claimsNeitherRoomNorSlot() {
    api.host(Sample.host("host-b", Sample.instance(), Sample.instance("i-00000004", OTHER)));
    api.host(Sample.with(api.hosts.get("host-c"), s -> s.used(new Resources(4, 27000L, 0L))));
    reconciler = new MigrationReconciler(api, api, api, told::add, clock, 1);
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Checking);

    api.create(
        Sample.order("other", "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee", "i-00000004", "host-c"));
    reconciler.reconcile(api.get("other"));

    assertThat(api.get("other").phase()).isEqualTo(Phase.Checking);
  }

  @Test
  void takesNoSlotSoItWaitsForNone() {
    api.host(Sample.host("host-b", Sample.instance(), Sample.instance("i-00000004", OTHER)));
    reconciler = new MigrationReconciler(api, api, api, told::add, clock, 1);
    api.create(
        Sample.order("other", "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee", "i-00000004", "host-c"));
    reconciler.reconcile(api.get("other"));
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Checking);
  }

  @Test
  void aCheckThatWaitsHoldsNoMoveUp() {
    api.create(
        Sample.order("younger", "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee", "i-00000003", "host-c"));
    reconciler.reconcile(api.get("younger"));

    assertThat(api.get("younger").phase()).isEqualTo(Phase.Checking);
    reconcile();
    assertSays(Phase.Pending, "Unknown", "InstanceBusy");
  }
}
