package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.agent.libvirt.CpuAnswer;
import dev.ferryman.agent.libvirt.Presence;
import dev.ferryman.agent.libvirt.VolumeFacts;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.HugePages;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.NetworkKind;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SourceState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a guest needs beside its disks, from its XML at the source to the destination's checks. */
class GuestNeedsTest extends SceneTest {
  private static final String FILTER =
      "<filter name='clean'><uuid>%s</uuid><rule action='%s' direction='out'/></filter>";

  @Test
  void theDestinationPublishesItsFiguresWhileItChecksAndNamesThem() {
    scene.orderAndCheck();

    assertThat(scene.figures.published()).isEqualTo(1);
    assertThat(scene.api.status().destination().hostSequence()).isEqualTo(1);
  }

  @Test
  void theSourceTellsWhatHugePagesItsGuestNeeds() {
    scene.guest.hugePages();

    scene.orderAndCheck();

    assertThat(scene.api.status().source().needs().hugepages())
        .containsExactly(new HugePages(2048L, 96L));
  }

  @Test
  void theDestinationAnswersOnlyWhenItsFiguresArePublished() throws InterruptedException {
    scene.figures.fail(true);
    scene.order();
    scene.figures.awaitFailures(2);
    assertThat(scene.api.status().destination()).isNull();

    scene.figures.fail(false);

    scene.await(
        "checked",
        status ->
            status.destination() != null
                && status.destination().state() == DestinationState.Checked);
    assertThat(scene.api.status().destination().hostSequence()).isEqualTo(1);
  }

  @Test
  void guestThatLibvirtWouldRefuseIsRefusedWithEachObstacle() {
    scene
        .guest
        .snapshots(1)
        .blockJob("vda")
        .device("<hostdev mode='subsystem' type='pci'><alias name='hostdev0'/></hostdev>");

    scene.order();

    var status = scene.await("refused", GuestNeedsTest::isRefusedBySource);
    assertThat(status.source().checks())
        .filteredOn(check -> check.outcome() == CheckOutcome.Fail)
        .extracting(Check::name, Check::reason)
        .hasSize(3)
        .containsOnly(tuple("Migratable", "NotMigratable"));
    assertThat(status.source().checks().toString())
        .contains("1 snapshot", "disk vda", "hostdev0", "DestinationReachable");
    assertThat(scene.hostB.changes()).isEmpty();
  }

  @Test
  void guestThatStandsByAnIoErrorIsRefused() {
    scene.guest.shows(DomainState.Paused, "I/O error");

    scene.order();

    var status = scene.await("refused", GuestNeedsTest::isRefusedBySource);
    assertThat(status.source().checks().toString()).contains("I/O error of a disk");
  }

  @Test
  void everythingThatIsMissingAtTheDestinationIsNamed() {
    fullGuest();
    scene.hostC.objects.saysOfCpus(
        new CpuAnswer(CpuAnswer.Kind.Incompatible, "unsupported features: avx2"));

    scene.order();

    var status =
        scene.await(
            "refused",
            now ->
                now.destination() != null && now.destination().state() == DestinationState.Refused);
    assertThat(failed(status.destination().checks()))
        .containsExactly(
            "CPUIncompatible",
            "NetworkMissing",
            "NetworkFilterMissing",
            "StoragePoolMissing",
            "StorageNotShared");
  }

  @Test
  void weakerFilterOfTheSameNameIsRefused() {
    fullGuest();
    offerAll();
    scene.hostC.objects.filters.put("clean", FILTER.formatted("2", "accept"));

    scene.order();

    var status =
        scene.await(
            "refused",
            now ->
                now.destination() != null && now.destination().state() == DestinationState.Refused);
    assertThat(failed(status.destination().checks())).containsExactly("NetworkFilterDiffers");
  }

  @Test
  void guestWhoseNeedsAreAllThereMoves() throws InterruptedException {
    fullGuest();
    offerAll();

    scene.orderAndStart().succeed();

    var status = scene.awaitEvidence();
    assertThat(failed(status.destination().checks())).isEmpty();
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
  }

  private void fullGuest() {
    scene
        .guest
        .cpu("<cpu mode='custom' check='full'><model>Skylake</model></cpu>")
        .device(
            "<interface type='bridge'><source bridge='br0'/><filterref filter='clean'/></interface>")
        .device("<disk type='volume'><source pool='fast' volume='a'/><target dev='vdb'/></disk>");
    scene.hostB.objects.filters.put("clean", FILTER.formatted("1", "drop"));
    scene.hostB.objects.volumes.put("fast/a", volume());
  }

  private VolumeFacts volume() {
    return new VolumeFacts("file", directory.resolve("a").toString());
  }

  private void offerAll() {
    scene.hostC.objects.networks.put(
        new NetworkNeed(NetworkKind.Interface, "br0"), Presence.Active);
    scene.hostC.objects.filters.put("clean", FILTER.formatted("2", "drop"));
    scene.hostC.objects.pools.put("fast", Presence.Active);
    scene.hostC.objects.volumes.put("fast/a", volume());
  }

  private static boolean isRefusedBySource(LiveMigrationStatus status) {
    return status.source() != null && status.source().state() == SourceState.Refused;
  }

  private static List<String> failed(List<Check> checks) {
    return checks.stream()
        .filter(check -> check.outcome() == CheckOutcome.Fail)
        .map(Check::reason)
        .toList();
  }
}
