package dev.ferryman.lab.chaos;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A guest that is moved about, and what the chaos has done to it. */
final class ChaosGuest {
  static final String PREFIX = "chaos-";

  private final String name;
  private final String disk;
  private final GuestBeats beats;

  /** Times that a QEMU of it was killed which may have been the only copy, since it last booted. */
  private final AtomicInteger kills = new AtomicInteger();

  /** Times that it may have booted: a start whose answer is not known counts too. */
  private final AtomicInteger starts = new AtomicInteger(1);

  private volatile long killedMillis;

  ChaosGuest(int number, Settings settings) {
    this.name = PREFIX + number;
    this.disk = settings.disks().ofGuest(number);
    this.beats =
        new GuestBeats(
            settings.hostNames().stream()
                .collect(Collectors.toMap(host -> host, host -> settings.serial(host, name))));
  }

  String name() {
    return name;
  }

  String disk() {
    return disk;
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
