package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Switchover;
import java.time.Duration;
import org.awaitility.Awaitility;

/** One ordered move of a guest, and the hosts between which it goes. */
record Move(Guest guest, String name, String source, String destination, Switchover switchover) {
  /**
   * Slow enough that a copy takes a minute and more, and does not end at all as long as the guest
   * writes: a fault hits its middle, and is over.
   */
  private static final String SLOW = "10mbit";

  /** By which most of a copy takes seconds, and the last of it longer than word of it does. */
  private static final String MEDIUM = "120mbit";

  /** Carries less than a busy guest writes. */
  private static final String NARROW = "60mbit";

  /** So much is sent within seconds over a free link, by a busy machine, too. */
  private static final long LITTLE = 48L << 20;

  /** How libvirt notes that it moves a guest away. */
  private static final String JOB = "'migration out'";

  /** A move away from the host where the guest is. */
  static Move away(Guest guest, String name) {
    var source = guest.host();
    return new Move(guest, name, source, Guest.otherThan(source), Switchover.Auto);
  }

  Move handedOver(Switchover how) {
    return new Move(guest, name, source, destination, how);
  }

  void order() {
    Api.order(name, guest.name(), destination, switchover);
  }

  /** Orders it over a slow link, and waits until libvirt copies. */
  void orderSlowly() {
    slow();
    order();
    Api.awaitCopying(name);
  }

  /** The same when most is copied; the rest takes as long as any copy over a slow link. */
  void orderAndCopyMost() {
    limit(MEDIUM);
    order();
    awaitMostCopied();
    slow();
  }

  /** Waits until little is left to copy, for the first time or again. */
  void awaitMostCopied() {
    Api.awaitStatus(
        name,
        "most is copied",
        status ->
            status.source().progress().memoryProcessedBytes() > 0
                && status.source().progress().memoryRemainingBytes() < LITTLE);
  }

  /**
   * Orders it, of a busy guest, over a link that carries too little for it, and waits until it has
   * gone over to post-copy and both agents have said so. The rest of it comes slowly.
   */
  void orderWithPostCopy() {
    limit(NARROW);
    Api.order(
        name,
        LiveMigrationSpec.of(guest.name(), destination)
            .handedOver(Switchover.Fast)
            .converging(
                ConvergenceBuilder.builder()
                    .completionTimeoutSeconds(5)
                    .onTimeout(OnTimeout.PostCopy)
                    .build()));
    Api.awaitStatus(
        name,
        "it is in post-copy",
        status -> Boolean.TRUE.equals(status.source().postCopyStarted()));
    slow();
    Api.awaitStatus(name, "it is seen there", Move::isSeenRunningAtDestination);
  }

  void slow() {
    limit(SLOW);
  }

  void fast() {
    limit("none");
  }

  /** Lets the source send that much, in tc's words. */
  void limit(String rate) {
    lab("link", source, "rate", rate);
  }

  /** By libvirt's own record: whatever the agents last said, the copy has not ended. */
  void assertUnderWay() {
    assertUnderWay(guest.libvirtRecordOn(source));
  }

  private void assertUnderWay(String record) {
    assertThat(record).as("libvirt's record on %s, of a job that goes on", source).contains(JOB);
  }

  /** Waits until the source has stopped the guest, and libvirt there waits for the destination. */
  void awaitSwitchOver() {
    Awaitility.await("switch-over of " + name)
        .atMost(Duration.ofSeconds(12))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              var record = guest.libvirtRecordOn(source);
              assertUnderWay(record);
              return record.contains("phase='perform3_done'");
            });
  }

  /**
   * Waits until libvirt on a host shows the guest so.
   *
   * @param state in libvirt's words; empty: it is not there
   */
  void awaitGuest(String host, String state) {
    Awaitility.await(guest.name() + " on " + host + ": " + (state.isEmpty() ? "gone" : state))
        .atMost(Duration.ofSeconds(60))
        .until(() -> guest.stateOn(host).equals(state));
  }

  /** Waits until libvirt's call has ended and the source's agent has said how. */
  void awaitSourceEnd() {
    Api.awaitStatus(name, "source has ended", Move::hasSourceEnded);
  }

  static boolean hasSourceEnded(LiveMigrationStatus status) {
    return status.source() != null && status.source().endSequence() != null;
  }

  /** Whether the destination's agent has seen the guest run there. */
  static boolean isSeenRunningAtDestination(LiveMigrationStatus status) {
    var there = status.destination() == null ? null : status.destination().domain();
    return there != null && there.state() == DomainState.Running;
  }

  /** Waits until the destination has looked at its copy after the source's end. */
  void awaitBothEnds() {
    Api.awaitStatus(
        name,
        "both hosts have said how it ended",
        status ->
            hasSourceEnded(status)
                && status.destination().peerSequence() != null
                && status.destination().peerSequence() >= status.source().endSequence());
  }
}
