package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.HugePages;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

/** host-c has 32232 MiB, of which 512 are reserved and 8000 used when the order of 4096 begins. */
class RoomTest extends MoveFixture {
  private static final String OTHER = "0b0b0b0b-1111-2222-3333-000000000004";
  private static final String OTHER_UID = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee";

  /** The destination has read this while it checked. */
  private void reads(long usedMiB, long committedMiB, int committedVCPUs, HostInstance... lists) {
    api.host(
        Sample.with(
            Sample.host("host-c", lists),
            s ->
                s.sequence(2L)
                    .used(new Resources(4, usedMiB, 100L))
                    .committed(new Resources(committedVCPUs, committedMiB, 100L))));
    api.destination("move", Sample.destination(DestinationState.Checked).hostSequence(2L).build());
  }

  private String memory() {
    return move().status().checks().stream()
        .filter(check -> check.name().equals("Memory"))
        .map(Check::message)
        .reduce((a, b) -> a + " and " + b)
        .orElseThrow();
  }

  /** Another move to host-c, of an instance with 20000 MiB. */
  private void another(Phase phase) {
    another(phase, "host-b", "host-c");
  }

  private void another(Phase phase, String from, String to) {
    api.create(Sample.order("other", OTHER_UID, OTHER, "host-c"));
    var moving = Sample.move(phase, s -> s).status();
    api.has(
        "other",
        LiveMigrationStatusBuilder.builder(moving)
            .instanceUID(OTHER)
            .sourceHost(from)
            .destinationHost(to)
            .phaseTimes(List.of(new PhaseTime(phase, clock.instant().toString())))
            .source(
                Sample.source(phase.isTerminal() ? SourceState.CleanedUp : SourceState.Running)
                    .endSequence(phase.isTerminal() ? 9L : null)
                    .needs(
                        NeedsBuilder.builder(Sample.needs(false))
                            .domainName("i-00000004")
                            .memoryMiB(20_000L)
                            .build())
                    .build())
            .build());
  }

  private static HostInstance copy(Boolean incoming) {
    return HostInstanceBuilder.builder(Sample.instance("i-00000004", OTHER))
        .memoryMiB(20_000L)
        .incoming(incoming)
        .build();
  }

  @Test
  void roomIsJudgedByWhatTheDestinationReadWhileItChecked() {
    toChecked();
    reads(27_000, 8000, 4);
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Migrating);
    assertThat(memory()).isEqualTo("memory: 27000 used + 4096 <= 32232 - 512 MiB");
  }

  @Test
  void roomThatHasGoneSinceTheOrderBeganRefusesIt() {
    toChecked();
    reads(27_625, 8000, 4);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "InsufficientMemory");
    assertThat(memory()).isEqualTo("memory: 27625 used + 4096 > 32232 - 512 MiB");
  }

  @Test
  void vcpusAndWhatIsCommittedCountAsTheyAreThen() {
    toChecked();
    reads(8000, 27_625, 63);
    reconcile();

    assertThat(condition("Succeeded").getMessage())
        .contains("vCPUs: 63 committed + 2 > 16 x 4.0 - 0", "27625 committed + 4096 > 32232");
  }

  @Test
  void theGuestNeedsWhatItsSourceSaysNow() {
    reconcile();
    reads(8000, 8000, 4);
    api.source(
        "move",
        Sample.source(SourceState.Checked)
            .needs(NeedsBuilder.builder(Sample.needs(false)).memoryMiB(23_721L).build())
            .build());
    reconcile();

    assertSays(Phase.Settling, "Unknown", "InsufficientMemory");
  }

  @Test
  void hugePagesAreJudgedByWhatIsFreeThen() {
    reconcile();
    reads(8000, 8000, 4);
    api.host(
        Sample.with(
            api.hosts.get("host-c"),
            s -> s.hugepages(List.of(new HugePagePool(2048L, 4096L, 2047L)))));
    api.source(
        "move",
        Sample.source(SourceState.Checked)
            .needs(
                NeedsBuilder.builder(Sample.needs(false))
                    .hugepages(List.of(new HugePages(2048L, 2048L)))
                    .build())
            .build());
    reconcile();

    assertSays(Phase.Settling, "Unknown", "InsufficientHugePages");
    assertThat(memory()).contains("8000 used + 0 <=");
  }

  @Test
  void aMoveThatHasBegunToTakeItsRoomGoesFirst() {
    toChecked();
    another(Phase.Migrating);
    reads(8000, 8000, 4);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "InsufficientMemory");
    assertThat(memory()).contains("8000 used + 20000 claimed + 4096 > 32232");
  }

  @Test
  void aCopyThatIsBeingReceivedIsCountedByItsMoveAlone() {
    toChecked();
    another(Phase.Migrating);
    reads(7000, 7000, 4, copy(true));
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Migrating);
    assertThat(memory()).contains("7000 used + 20000 claimed + 4096 <= 32232");
  }

  @Test
  void oneThatTheHostCountsItselfIsNotCountedTwice() {
    toChecked();
    another(Phase.Migrating);
    reads(27_000, 27_000, 4, copy(null));
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Migrating);
    assertThat(memory()).doesNotContain("claimed");
  }

  @Test
  void oneThatHasArrivedSinceTheHostReadItsListIsCounted() {
    toChecked();
    another(Phase.Succeeded);
    reads(8000, 8000, 4);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "InsufficientMemory");
    assertThat(memory()).contains("20000 claimed");
  }

  @Test
  void oneThatHasLeftTheHostAndNotArrivedElsewhereIsNotCounted() {
    toChecked();
    another(Phase.Migrating, "host-c", "host-b");
    reads(8000, 8000, 4);
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Migrating);
    assertThat(memory()).doesNotContain("claimed");
  }

  @Test
  void ofTwoThatAreStillCheckedTheFirstToPassGetsTheRoom() {
    toChecked();
    another(Phase.Checking);
    reads(8000, 8000, 4);
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Migrating);
  }

  @Test
  void anOrderThatOnlyChecksIsJudgedTheSame() {
    var check = Sample.order("move", Sample.UID, "i-00000003", "host-c");
    check.setSpec(check.getSpec().asCheckOnly());
    api.create(check);
    toChecked();
    reads(27_625, 8000, 4);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "InsufficientMemory");
  }
}
