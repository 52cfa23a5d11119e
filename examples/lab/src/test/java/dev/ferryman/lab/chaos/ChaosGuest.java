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

  /** The one that goes over to post-copy, if any does; that needs Fast, and so image locks. */
  private static final int SPLIT = 3;

  private final String name;
  private final String disk;
  private final boolean split;
  private final GuestBeats beats;

  /** Times that a QEMU of it was killed which may have been the only copy, since it last booted. */
  private final AtomicInteger kills = new AtomicInteger();

  /** Times that it may have booted: a start whose answer is not known counts too. */
  private final AtomicInteger starts = new AtomicInteger(1);

  private volatile long killedMillis;

  ChaosGuest(int number, Settings settings) {
    this.name = PREFIX + number;
    this.split = settings.postCopy() && number == SPLIT;
    this.disk = split ? Settings.Disks.shared.name() : settings.disks().ofGuest(number);
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
    return split
        ? List.of("--disk", disk, "--memory", "256", "--dirty", "64")
        : List.of("--disk", disk);
  }

  /** What is ordered to have it moved. */
  LiveMigrationSpec order(String destination) {
    var spec = LiveMigrationSpec.of(name, destination);
    return split
        ? spec.handedOver(Switchover.Fast)
            .converging(
                ConvergenceBuilder.builder()
                    .bandwidthMiBPerSecond(40)
                    .completionTimeoutSeconds(2)
                    .onTimeout(OnTimeout.PostCopy)
                    .build())
        : spec;
  }

  GuestBeats beats() {
    return beats;
  }

  void aboutToBeKilled() {
    killedMillis = System.currentTimeMillis();
    kills.incrementAndGet();
  }

  /** There was nothing to kill. */
  void wasNotKilled() {
    kills.decrementAndGet();
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
