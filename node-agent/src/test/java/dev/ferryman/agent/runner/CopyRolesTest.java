package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk that the source alone has is copied into an image that the destination makes. */
class CopyRolesTest extends SceneTest {
  @BeforeEach
  void aGuestWithALocalDisk() {
    scene.withLocalDisk();
  }

  private FakeMigration start() throws InterruptedException {
    toPrepared();
    scene.api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Migrating)
                .switchover(SwitchoverMode.Strict)
                .build());
    return scene.hostB.migrations.await(scene.guest.uuid());
  }

  private void toPrepared() {
    scene.orderAndCheck();
    scene.enter(Phase.Preparing);
    awaitState(DestinationState.Prepared);
  }

  private void awaitState(DestinationState state) {
    scene.await(state.name(), status -> status.destination().state() == state);
  }

  /** All that is at the destination. */
  private List<String> there() {
    return files("host-c");
  }

  private List<String> files(String host) {
    var root = scene.localOn(host);
    try (var found = Files.walk(root)) {
      return found
          .filter(file -> !file.equals(root))
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void checkingMakesNothing() {
    scene.orderAndCheck();

    var report = scene.api.status().destination();
    assertThat(report.copies()).extracting(copy -> copy.target()).containsExactly("vdb");
    assertThat(report.imageLocks()).as("a copy has no lock in common").isFalse();
    assertThat(there()).isEmpty();
  }

  @Test
  void libvirtCopiesThatDiskAloneAndTheImageIsTheGuests() throws InterruptedException {
    var migration = start();
    assertThat(migration.request().copiedDisks()).containsExactly("vdb");
    assertThat(scene.api.status().destination().prepared())
        .containsExactly(directory.resolve("local/g1/local.qcow2").toString());

    migration.succeed();
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).containsExactly("g1", "g1/local.qcow2");
    assertThat(files("host-b")).as("left behind").containsExactly("g1", "g1/local.qcow2");
  }

  @Test
  void anEndBeforeTheStartLeavesNothing() {
    toPrepared();
    assertThat(there()).contains("g1/local.qcow2");

    scene.enter(Phase.Settling);
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).isEmpty();
    assertThat(files("host-b")).containsExactly("g1", "g1/local.qcow2");
  }

  @Test
  void aSourceThatDoesNotStartLeavesNothing() {
    toPrepared();
    scene.guest.crash();
    scene.enter(Phase.Migrating);
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).isEmpty();
  }

  @Test
  void aFailedCopyLeavesNothing() throws InterruptedException {
    var migration = start();
    migration.arrive();
    migration.failBeforeSwitchOver();
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).isEmpty();
  }

  @Test
  void aCopyIsNotTouchedWhileLibvirtWorksOnIt() throws InterruptedException {
    var migration = start();
    scene.enter(Phase.Settling);
    migration.arrive();
    scene.settle(1, SourceOrder.None, DestinationOrder.None);
    scene.await("told", status -> status.destination().done() != null);

    assertThat(scene.api.status().destination().state()).isEqualTo(DestinationState.Prepared);
    assertThat(there()).contains("g1/local.qcow2");
    migration.failBeforeSwitchOver();
  }

  @Test
  void anImageThatRanIsNeverRemoved() throws InterruptedException {
    var migration = start();
    migration.arrive();
    migration.switchOver();
    migration.finish();
    migration.breakOff();
    scene.hostC.resume(scene.guest.uuid());
    scene.hostC.destroy(scene.guest.uuid());
    scene.hostC.undefine(scene.guest.uuid());
    scene.awaitEvidence();
    scene.enter(Phase.Failed);
    scene.await("closed", status -> scene.journalIsClosed(Part.Destination));

    assertThat(there()).contains("g1/local.qcow2");
  }

  @Test
  void anotherAgentFinishesWhatOneHasBegun() {
    var dies = new CountDownLatch(1);
    scene.imageTool(
        (file, form) -> {
          try {
            dies.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new IOException("half made");
        });
    scene.orderAndCheck();
    scene.enter(Phase.Preparing);
    awaitState(DestinationState.Preparing);
    scene.killAgents();
    dies.countDown();
    scene.imageTool((file, form) -> Files.writeString(file, "an image"));
    scene.startAgentB();
    scene.startAgentC();

    awaitState(DestinationState.Prepared);
    assertThat(there()).contains("g1/local.qcow2");
  }

  @Test
  void anotherAgentRemovesWhatOneHasMadeInVain() {
    toPrepared();
    scene.killAgents();
    scene.enter(Phase.Failed);
    scene.startAgentB();
    scene.startAgentC();

    scene.await("closed", status -> scene.journalIsClosed(Part.Destination));
    assertThat(there()).isEmpty();
  }

  @Test
  void withoutItsObjectAnAttemptLeavesNothing() {
    toPrepared();
    scene.api.remove();
    scene.leaves();
    scene.await("orphaned", status -> !scene.orphaned.isEmpty());
    scene.pass(Duration.ofSeconds(61));

    scene.await("closed", status -> scene.journalIsClosed(Part.Destination));
    assertThat(there()).isEmpty();
  }

  @Test
  void aStrangersFileIsRefusedAndStays() throws IOException {
    Files.createDirectory(scene.localOn("host-c").resolve("g1"));
    Files.writeString(scene.localOn("host-c").resolve("g1/local.qcow2"), "a stranger's");
    scene.order();
    awaitRefusal("DiskExists");

    assertThat(scene.localOn("host-c").resolve("g1/local.qcow2")).hasContent("a stranger's");
  }

  @Test
  void aStrangersFileThatComesAfterTheCheckIsRefusedAndStays() throws IOException {
    scene.orderAndCheck();
    Files.createDirectory(scene.localOn("host-c").resolve("g1"));
    Files.writeString(scene.localOn("host-c").resolve("g1/local.qcow2"), "a stranger's");
    scene.enter(Phase.Preparing);
    awaitRefusal("DiskExists");

    assertThat(there()).containsExactly("g1", "g1/local.qcow2");
    assertThat(scene.localOn("host-c").resolve("g1/local.qcow2")).hasContent("a stranger's");
  }

  @Test
  void anImageThatCannotBeMadeLeavesNothing() {
    scene.imageTool(
        (file, form) -> {
          throw new IOException("no space left");
        });
    scene.orderAndCheck();
    scene.enter(Phase.Preparing);
    awaitRefusal("DiskNotCopyable");

    assertThat(there()).isEmpty();
    assertThat(scene.api.status().destination().checks())
        .extracting(Check::message)
        .anyMatch(message -> message.contains("no space left"));
  }

  private void awaitRefusal(String reason) {
    scene.await(
        "refused",
        status ->
            status.destination() != null
                && status.destination().state() == DestinationState.Refused);
    assertThat(scene.api.status().destination().checks())
        .extracting(Check::reason)
        .contains(reason);
  }
}
