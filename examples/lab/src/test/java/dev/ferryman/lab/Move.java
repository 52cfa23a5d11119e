package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;

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
  /** Slow enough that a copy takes some twenty seconds: a fault hits its middle, and is over. */
  private static final String SLOW = "40mbit";

  /**
   * Carries less than a busy guest writes, and so little that the rest of it takes some seconds.
   */
  private static final String NARROW = "60mbit";

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

  /**
   * Orders it, of a busy guest, over a link that carries too little for it, and waits until it has
   * gone over to post-copy and both agents have said so.
   */
  void orderWithPostCopy() {
    lab("link", source, "rate", NARROW);
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
        status ->
            Boolean.TRUE.equals(status.source().postCopyStarted())
                && isSeenRunningAtDestination(status));
  }

  void slow() {
    lab("link", source, "rate", SLOW);
  }

  void fast() {
    lab("link", source, "rate", "none");
  }

  /** Waits until the source has stopped the guest, and libvirt there waits for the destination. */
  void awaitSwitchOver() {
    Awaitility.await("switch-over of " + name)
        .atMost(Duration.ofSeconds(12))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> guest.libvirtRecordOn(source).contains("phase='perform3_done'"));
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
