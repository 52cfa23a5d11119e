package dev.ferryman.lab.chaos;

import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Switchover;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A guest that is moved about, and what the chaos has done to it. */
final class ChaosGuest {
  static final String PREFIX = "chaos-";

  /** The one that writes much and can go over to post-copy: with Fast, and so with image locks. */
  private static final int BUSY = 3;

  private final String name;
  private final String disk;
  private final boolean busy;
  private final GuestBeats beats;

  /** Times that a QEMU of it was killed which may have been the only copy, since it last booted. */
  private final AtomicInteger kills = new AtomicInteger();

  /** Times that it may have booted: a start whose answer is not known counts too. */
  private final AtomicInteger starts = new AtomicInteger(1);

  private volatile long killedMillis;
  private volatile long killedBeforeMillis;

  ChaosGuest(int number, Settings settings) {
    this.name = PREFIX + number;
    this.disk = settings.disks().ofGuest(number);
    this.busy = number == BUSY && disk.equals(Settings.Disks.shared.name());
    this.beats =
        new GuestBeats(
            settings.hostNames().stream()
                .collect(Collectors.toMap(host -> host, host -> settings.serial(host, name))));
  }

  String name() {
    return name;
  }

  /** As {@code lab guest create} takes them. */
  List<String> options() {
    return busy
        ? List.of("--disk", disk, "--memory", "256", "--dirty", "64")
        : List.of("--disk", disk);
  }

  /** What is ordered to have it moved. */
  LiveMigrationSpec order(String destination, boolean postCopy) {
    var spec = LiveMigrationSpec.of(name, destination);
    return busy && postCopy
        ? spec.handedOver(Switchover.Fast)
            .converging(
                ConvergenceBuilder.builder()
                    .bandwidthMiBPerSecond(60)
                    .completionTimeoutSeconds(1)
                    .onTimeout(OnTimeout.PostCopy)
                    .build())
        : spec;
  }

  GuestBeats beats() {
    return beats;
  }

  void aboutToBeKilled() {
    killedBeforeMillis = killedMillis;
    killedMillis = System.currentTimeMillis();
    kills.incrementAndGet();
  }

  /** There was nothing to kill. */
  void wasNotKilled() {
    kills.decrementAndGet();
    killedMillis = killedBeforeMillis;
  }

  int kills() {
    return kills.get();
  }

  boolean mayHaveBeenKilled() {
    return kills.get() > 0;
  }

  /** When it was last killed, in wall-clock milliseconds. */
  long killedMillis() {
    return killedMillis;
  }

  /** Whether a QEMU of it was killed since then, in wall-clock milliseconds. */
  boolean wasKilledSince(long millis) {
    return mayHaveBeenKilled() && killedMillis >= millis;
  }

  /** Unless libvirt has refused that for sure. */
  void mayHaveBeenStarted() {
    starts.incrementAndGet();
  }

  /**
   * It runs again.
   *
   * @param forgotten the kills that it was started again after
   */
  void runsAgain(int forgotten) {
    kills.addAndGet(-forgotten);
  }

  int starts() {
    return starts.get();
  }

  /** For the reader of the summary. */
  String facts() {
    var count = beats.stretches().stream().mapToLong(row -> row.last() - row.first() + 1).sum();
    return name + " (" + disk + " disk, " + count + " heartbeats, started " + starts + " times)";
  }

  @Override
  public String toString() {
    return name;
  }
}
