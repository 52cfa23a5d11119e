package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The source's copy ends after, or instead of, the switch-over: the destination's, which stands
 * still, is the guest only if the other did not run after it.
 */
class StaleCopyTest extends SceneTest {
  @BeforeEach
  void noImageLocks() {
    scene.withoutImageLocks();
  }

  @Test
  void copyIsNotResumedWhenTheGuestWentOnAtTheSourceAndDiedThere() throws InterruptedException {
    var migration = start();
    migration.loseReplyAfterStart();
    scene.awaitEvidence();

    scene.guest.crash();

    assertThat(awaitGone().source().sinceSwitchover()).isEqualTo(SinceSwitchover.WentOn);
    assertCopyIsLeft();
  }

  @Test
  void copyIsNotResumedWhenNobodyWatchedTheSourceUntilItDied() throws InterruptedException {
    var migration = start();
    migration.finish();
    scene.await("the guest was stopped", status -> status.source() != null);
    scene.killAgentB();
    migration.letSourceGoOn();
    scene.guest.crash();
    migration.breakOff();

    scene.startAgentB();

    assertThat(awaitGone().source().sinceSwitchover()).isEqualTo(SinceSwitchover.Unknown);
    assertCopyIsLeft();
  }

  @Test
  void copyIsNotResumedOnTheEndOfAProcessWhoseLastEventsAreStillToCome()
      throws InterruptedException {
    var migration = start();
    migration.finish();
    scene.hostB.daemon.hang();
    migration.letSourceGoOn();
    migration.endSourceProcess();
    scene.guest.crash();
    scene.hostB.daemon.goOn();
    migration.breakOff();

    assertThat(awaitGone().source().sinceSwitchover()).isEqualTo(SinceSwitchover.WentOn);
    assertCopyIsLeft();
  }

  @Test
  void copyIsNotResumedWhenTheProcessEndedWhileItsLivingDaemonWasNotHeard()
      throws InterruptedException {
    var migration = start();
    migration.finish();
    scene.hostB.daemon.loseConnection();

    scene.guest.crash();
    migration.breakOff();

    assertThat(awaitGone().source().sinceSwitchover()).isEqualTo(SinceSwitchover.Unknown);
    assertCopyIsLeft();
  }

  @Test
  void copyIsNotResumedWhenAPausedGuestWasLetGoOnAndDied() throws InterruptedException {
    scene.guest.pause();
    var migration = start();
    migration.finish();
    scene.hostB.resume(scene.guest.uuid());
    migration.breakOff();

    scene.guest.crash();

    assertThat(awaitGone().source().sinceSwitchover()).isEqualTo(SinceSwitchover.WentOn);
    assertThat(scene.hostC.changes()).isEmpty();
  }

  @Test
  void guestThatDiedWhileItStoodStillGoesOnAtTheDestination() throws InterruptedException {
    var migration = start();
    migration.finish();

    scene.guest.crash();

    await().until(() -> copyOnC() == DomainState.Running);
    migration.breakOff();
    assertThat(awaitGone().source().sinceSwitchover()).isEqualTo(SinceSwitchover.StoodStill);
  }

  @Test
  void guestGoesOnWhereItsProcessEndedUnderADeadDaemon() throws InterruptedException {
    var migration = start();
    migration.finish();
    scene.hostB.daemon.kill();

    scene.guest.crash();

    await().until(() -> copyOnC() == DomainState.Running);
  }

  @Test
  void twoThatStandStillAfterAGapAreToldApartByTheirReading() throws InterruptedException {
    var migration = start();
    migration.finish();
    scene.killAgentB();
    migration.breakOff();
    scene.startAgentB();
    scene.awaitEvidence();

    scene.guest.crash();

    assertThat(awaitGone().source().sinceSwitchover()).isEqualTo(SinceSwitchover.StoodStill);
  }

  private FakeMigration start() throws InterruptedException {
    return scene.orderAndStart(SwitchoverMode.Strict);
  }

  private LiveMigrationStatus awaitGone() {
    return scene.await(
        "the source is gone",
        status ->
            status.source().switched() == Switched.Gone
                && status.source().state() == SourceState.CleanedUp);
  }

  /** Also when its libvirt has been asked after that, and without any word of the operator. */
  private void assertCopyIsLeft() {
    var asked = scene.hostC.askedOthers();
    await().until(() -> scene.hostC.askedOthers() > asked);
    scene.awaitEvidence();
    assertThat(copyOnC()).isEqualTo(DomainState.Paused);
    assertThat(scene.hostC.changes()).isEmpty();
  }

  private DomainState copyOnC() {
    return scene.hostC.stateOf(scene.guest.uuid());
  }
}
