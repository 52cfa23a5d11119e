package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switchover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults with a story of their own: those in which another system was measured to tell an untruth,
 * and chains of faults that no single cell of the matrix is.
 */
class NamedFaultE2E extends MoveTest {
  /** How libvirt names a job, for as long as it is the same one. */
  private static final Pattern JOB = Pattern.compile("asyncStarted='(\\d+)'");

  /** A copy takes some twenty seconds. */
  private static final String MEDIUM = "40mbit";

  /** How virsh shows more than nothing. */
  private static final Pattern COPIED = Pattern.compile("Memory processed: +[1-9]");

  private static final Pattern ELAPSED = Pattern.compile("Time elapsed: +(\\d+) +ms");

  /** Nova aborts the healthy job and leaks its claims. */
  @Test
  void sourceAgentIsKilledAndBackAfterTwoSecondsAndTakesTheJobUp() {
    move.orderSlowly();
    var job = job();
    lab("kill", "agent", move.source());
    lab("start", "agent", move.source());
    var before = Api.status(move.name()).source().sequence();
    Api.awaitStatus(move.name(), "goes on", status -> status.source().sequence() > before);
    assertThat(job()).as("libvirt's job").isEqualTo(job);
    move.fast();
    assertTold(Api.awaitEnd(move.name()), List.of("Migrated"));
  }

  /** Nova goes on to say the old host for good, and would start a second copy there. */
  @Test
  void sourceAgentIsBackOnlyAfterTheJobHasEnded() {
    move.orderSlowly();
    lab("kill", "agent", move.source());
    move.fast();
    move.awaitGuest(move.source(), "");
    awaitReason("SourceUnverified");
    assertThat(Api.phase(move.name()).isTerminal()).as("an outcome without proof").isFalse();
    lab("start", "agent", move.source());
    var end = Api.awaitEnd(move.name());
    assertThat(Api.hostOf(move.guest().name())).isEqualTo(move.destination());
    assertTold(end, List.of("Migrated"));
  }

  /** Nova says completed while it shows the guest on its old host, until the agent is back. */
  @Test
  void destinationAgentIsAwayUntilItCountsAsDead() {
    move.orderSlowly();
    lab("kill", "agent", move.destination());
    move.fast();
    await(move.destination() + " counts as dead")
        .atMost(Duration.ofSeconds(120))
        .until(() -> Api.isHost(move.destination(), "Alive", "False"));
    awaitReason("DestinationUnverified");
    assertThat(Api.phase(move.name())).isEqualTo(Phase.Settling);
    lab("start", "agent", move.destination());
    assertTold(Api.awaitEnd(move.name()), List.of("Migrated"));
  }

  private void awaitReason(String reason) {
    Api.awaitStatus(
        move.name(),
        "says " + reason,
        status -> status.conditions().stream().anyMatch(each -> reason.equals(each.getReason())));
  }

  /** Nova says completed, and the guest is nowhere. */
  @Test
  void guestIsDestroyedAtTheSourceInMidCopy() {
    move.orderSlowly();
    lab("on", move.source(), "virsh", "destroy", move.guest().name());
    assertTold(Api.awaitEnd(move.name()), List.of("GuestStopped"));
  }

  /** Not even its definition is left, and so there is nothing to settle. */
  @Test
  void instanceIsDeletedInMidCopy() {
    move.orderSlowly();
    // libvirt undefines no domain that is being copied.
    lab("on", move.source(), "virsh", "destroy", move.guest().name());
    lab("on", move.source(), "virsh", "undefine", move.guest().name());

    var end = Api.awaitEnd(move.name());

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("GuestStopped");
    for (var host : Guest.COMPUTE_HOSTS) {
      assertThat(move.guest().stateOn(host)).as("domain on " + host).isEmpty();
      assertThat(move.guest().processesOn(host)).as("processes on " + host).isZero();
    }
    assertNothingLeft(end);
    await("the Instance goes as well")
        .atMost(Duration.ofSeconds(120))
        .until(() -> Api.hostOf(move.guest().name()).isEmpty());
  }

  /** As before, but the guest is ended at the destination, and nobody has asked for it. */
  @Test
  void guestCrashesAtTheDestinationBeforeTheSourceHasSaidThatItLeft() {
    move.orderSlowly();
    lab("stop", "agent", move.source());
    move.fast();
    move.awaitGuest(move.source(), "");
    lab("kill", "qemu", move.destination(), move.guest().name());
    lab("continue", "agent", move.source());
    assertTold(Api.awaitEnd(move.name()), List.of("GuestCrashed"));
  }

  /** Nova calls one and the same abort cancelled or failed, as it happens. */
  @ParameterizedTest(name = "at {0} %")
  @ValueSource(ints = {0, 30, 60, 90})
  void cancelEndsAsCancelledWheneverItComes(int percent) {
    move.limit(MEDIUM);
    move.order();
    Api.awaitCopying(move.name());
    Api.awaitStatus(
        move.name(), percent + " %", status -> status.source().progress().percent() >= percent);
    // What is left then lasts until the cancel has come.
    move.slow();
    Api.cancel(move.name());
    var end = Api.awaitEnd(move.name());
    move.fast();
    assertTold(end, List.of("Cancelled"));
  }

  /** The source's agent sees the cancel by itself. */
  @Test
  void cancelWorksWhileTheOperatorIsDead() {
    move.orderSlowly();
    lab("kill", "operator");
    Api.cancel(move.name());
    move.awaitSourceEnd();
    truth.assertRunsOn(move.source());
    lab("start", "operator");
    var end = Api.awaitEnd(move.name());
    move.fast();
    assertTold(end, List.of("Cancelled"));
  }

  /** Nova shows 0 for seconds, and no figure is left when the migration is over. */
  @Test
  void progressIsThatOfLibvirtAndTheFiguresStay() {
    move.limit(MEDIUM);
    move.order();
    await("libvirt copies")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> COPIED.matcher(jobInfo()).find());
    var since = elapsed();
    Api.awaitStatus(
        move.name(),
        "a reading of that time or later",
        status -> status.source().progress().elapsedMilliseconds() >= since);
    assertThat(progress().memoryProcessedBytes()).as("told as copied").isPositive();
    var seen = new ArrayList<Integer>();
    await("some progress")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              seen.add(progress().percent());
              return seen.get(seen.size() - 1) >= 30;
            });
    move.fast();
    var end = Api.awaitEnd(move.name());

    assertThat(seen).isSorted();
    assertThat(end.getStatus().source().progress().percent()).isEqualTo(100);
    var result = end.getStatus().result();
    assertThat(result.downtimeMilliseconds()).isPositive();
    assertThat(result.totalMilliseconds()).isGreaterThan(result.downtimeMilliseconds());
    assertThat(result.transferredBytes()).isPositive();
    assertThat(result.iterations()).isPositive();
    assertTold(end, List.of("Migrated"));
  }

  private String jobInfo() {
    return tryOn(move.source(), "virsh", "domjobinfo", move.guest().name()).output();
  }

  /** Age of the job by libvirt's own clock, in milliseconds. */
  private long elapsed() {
    var elapsed = ELAPSED.matcher(jobInfo());
    assertThat(elapsed.find()).as("a job on " + move.source()).isTrue();
    return Long.parseLong(elapsed.group(1));
  }

  private Progress progress() {
    return Api.status(move.name()).source().progress();
  }

  /** The guest runs nowhere, and libvirt on neither host would ever start it again. */
  @Test
  void bothLibvirtdDieAfterTheSourceStoppedAndBeforeTheDestinationStarted() {
    Moment.SwitchingOver.reach(move);
    // The other way round the source's would resume the guest by itself.
    lab("kill", "libvirtd", move.source());
    lab("kill", "libvirtd", move.destination());
    lab("start", "libvirtd", move.source());
    assertThat(move.guest().stateOn(move.source())).isEqualTo("paused");
    lab("start", "libvirtd", move.destination());
    var end = Api.awaitEnd(move.name());
    assertThat(end.getStatus().settlement().source()).isEqualTo(SourceOrder.Resume);
    assertTold(end, List.of("MigrationFailed"));
  }

  /** Image locks keep the source from going on; the guest runs at the destination. */
  @Test
  void replyOfTheSwitchOverIsLost() {
    assertThat(settledAfterLostReply("paused", "running")).isEqualTo(SourceOrder.Destroy);
    assertTold(Api.awaitEnd(move.name()), List.of("Migrated"));
  }

  /**
   * A copy that waits holds no lock yet: libvirt lets the source go on, and the copy is removed.
   */
  @Test
  void replyOfAStrictSwitchOverIsLost() {
    move = move.handedOver(Switchover.Strict);
    assertThat(settledAfterLostReply("running", "paused")).isEqualTo(SourceOrder.None);
    assertTold(Api.awaitEnd(move.name()), List.of("MigrationFailed"));
  }

  /** What was ordered of the source, where libvirt has left both copies like that. */
  private SourceOrder settledAfterLostReply(String source, String destination) {
    Moment.SwitchingOver.reach(move);
    Fault.LinkCut.strike(move);
    Moment.SwitchingOver.release(move, Fault.LinkCut);
    // Before libvirt on the source has given the other up, and there is something to settle.
    lab("stop", "operator");
    Fault.LinkCut.mend(move);
    assertThat(move.guest().stateOn(move.source())).isEqualTo(source);
    assertThat(move.guest().stateOn(move.destination())).isEqualTo(destination);
    assertThat(Api.status(move.name()).source().result().code()).isPositive();
    lab("continue", "operator");
    return Api.awaitEnd(move.name()).getStatus().settlement().source();
  }

  /** The API server allows no start any more, and so libvirt is not called. */
  @Test
  void sourceAgentIsFrozenFromBeforeTheStartUntilAfterTheCancel() {
    lab("stop", "agent", move.destination());
    move.order();
    Api.awaitStatus(
        move.name(),
        "source is ready",
        status -> status.source() != null && status.source().state() == SourceState.Checked);
    var calls = migrateCalls();
    lab("stop", "agent", move.source());
    lab("continue", "agent", move.destination());
    Api.awaitStatus(move.name(), "migrates", status -> status.phase() == Phase.Migrating);
    Api.cancel(move.name());
    Api.awaitStatus(move.name(), "over", status -> status.phase() == Phase.Cancelled);
    lab("continue", "agent", move.source());
    await(move.source() + " has seen it, and is back")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Api.isHost(move.source(), "Alive", "True"));
    var end = Api.awaitEnd(move.name());
    awaitHostsSchedulable();
    assertThat(migrateCalls()).as("calls of libvirt").isEqualTo(calls);
    assertTold(end, List.of("Cancelled"));
    assertThat(migrateCalls()).as("calls of libvirt, with the next move's").isEqualTo(calls + 1);
  }

  @Test
  void twoOrdersForOneInstanceRunOneAfterTheOther() {
    move.orderSlowly();
    var second = migration + "-second";
    Api.order(second, move.guest().name(), move.destination());
    Api.awaitStatus(
        second,
        "waits",
        status ->
            status.phase() == Phase.Pending
                && status.conditions().stream()
                    .anyMatch(condition -> "InstanceBusy".equals(condition.getReason())));
    move.fast();
    var end = Api.awaitEnd(move.name());
    assertThat(Api.reason(Api.awaitEnd(second))).isEqualTo("AlreadyThere");
    assertTold(end, List.of("Migrated"));
  }

  private String job() {
    var job = JOB.matcher(move.guest().libvirtRecordOn(move.source()));
    assertThat(job.find()).as("a migration job on " + move.source()).isTrue();
    return job.group(1);
  }

  /** How often libvirt on the source was ever asked to migrate the guest. */
  private long migrateCalls() {
    var log = "/var/log/libvirt/qemu/" + move.guest().name() + ".log";
    return tryOn(move.source(), "cat", log)
        .output()
        .lines()
        .filter(line -> line.contains("initiating migration"))
        .count();
  }
}
