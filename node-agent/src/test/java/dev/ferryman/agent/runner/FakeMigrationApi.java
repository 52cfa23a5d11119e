package dev.ferryman.agent.runner;

import dev.ferryman.agent.kube.ApiUnavailableException;
import dev.ferryman.agent.kube.MigrationApi;
import dev.ferryman.agent.kube.Peer;
import dev.ferryman.agent.kube.ReportRefusedException;
import dev.ferryman.crds.livemigration.Convergence;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationSpecBuilder;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.StorageMode;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An API server with one LiveMigration; holds the rules that decide races. It tells its watchers in
 * the thread that writes.
 */
final class FakeMigrationApi implements MigrationApi {
  static final String UID = "3f1c5f0e-0000-4000-8000-000000000001";
  static final String NAME = "move";

  /** What becomes of a write. */
  enum Weather {
    Fine,
    /** Nothing gets through. */
    Down,
    /** The next write is taken, but its answer is lost, and the server is down from then on. */
    AnswerLost
  }

  private final List<Consumer<LiveMigration>> watchers = new ArrayList<>();
  private final List<SourceReport> sourceReports = new ArrayList<>();
  private Weather weather = Weather.Fine;
  private @Nullable Convergence convergence;
  private boolean cancelled;
  private StorageMode storage = StorageMode.Shared;
  private boolean checkOnly;
  private boolean exists;
  private boolean mistaken;
  private long version;
  private long reads;
  private LiveMigrationStatus status = LiveMigrationStatusBuilder.builder().build();

  synchronized void watch(Consumer<LiveMigration> watcher) {
    watchers.add(watcher);
    if (exists) {
      watcher.accept(object());
    }
  }

  synchronized void forgetWatchers() {
    watchers.clear();
  }

  synchronized void weather(Weather now) {
    weather = now;
    if (now == Weather.Fine) {
      tell();
    }
  }

  /** As the operator writes. */
  synchronized void operator(UnaryOperator<LiveMigrationStatus> change) {
    exists = true;
    status = change.apply(status);
    written();
  }

  synchronized void convergence(Convergence ordered) {
    convergence = ordered;
  }

  synchronized void cancel() {
    cancelled = true;
    written();
  }

  /** The order is to copy disks that are not shared. */
  synchronized void copyDisks() {
    storage = StorageMode.Copy;
  }

  /** The order is only to check. */
  synchronized void checkOnly() {
    checkOnly = true;
  }

  /** The hosts have published UUIDs that are not theirs. */
  synchronized void mistakeHosts() {
    mistaken = true;
  }

  synchronized void remove() {
    exists = false;
  }

  synchronized LiveMigrationStatus status() {
    return status;
  }

  synchronized LiveMigration object() {
    var migration = new LiveMigration();
    migration.setMetadata(
        new ObjectMetaBuilder()
            .withName(NAME)
            .withUid(UID)
            .withResourceVersion(String.valueOf(version))
            .build());
    migration.setSpec(
        LiveMigrationSpecBuilder.builder(LiveMigrationSpec.of("g1", "host-c"))
            .convergence(convergence)
            .cancel(cancelled)
            .storage(storage)
            .checkOnly(checkOnly)
            .build());
    migration.setStatus(status);
    return migration;
  }

  /** Every report of the source that was taken. */
  synchronized List<SourceReport> sourceReports() {
    return List.copyOf(sourceReports);
  }

  /** How many times the object was read by its name. */
  synchronized long reads() {
    return reads;
  }

  @Override
  public synchronized Optional<LiveMigration> get(String name) {
    requireUp();
    reads++;
    return exists && NAME.equals(name) ? Optional.of(object()) : Optional.empty();
  }

  @Override
  public synchronized void report(String name, SourceReport report) {
    requireUp();
    require(exists, "not found");
    requireCurrent(report.attemptUID());
    var last = status.source();
    var before = last != null && last.attemptUID().equals(report.attemptUID()) ? last : null;
    require(
        before == null || report.sequence() >= before.sequence(), "source.sequence may not fall");
    if (report.state() == SourceState.Starting) {
      require(
          before != null && before.state() == SourceState.Checked,
          "an attempt starts once, after Checked");
      require(
          status.phase() == Phase.Migrating && !cancelled, "only while Migrating, not cancelled");
    }
    require(
        before == null
            || before.state() != SourceState.CleanedUp
            || report.state() == SourceState.CleanedUp,
        "CleanedUp is its last word");
    sourceReports.add(report);
    status = LiveMigrationStatusBuilder.builder(status).source(report).build();
    taken();
  }

  @Override
  public synchronized void report(String name, DestinationReport report) {
    requireUp();
    require(exists, "not found");
    requireCurrent(report.attemptUID());
    var last = status.destination();
    var before = last != null && last.attemptUID().equals(report.attemptUID()) ? last : null;
    require(before == null || report.sequence() >= before.sequence(), "sequence may not fall");
    status = LiveMigrationStatusBuilder.builder(status).destination(report).build();
    taken();
  }

  private void requireCurrent(String attemptUID) {
    var attempt = status.attempt();
    require(attempt != null && attempt.uid().equals(attemptUID), "a report on another attempt");
  }

  private void taken() {
    version++;
    if (weather == Weather.AnswerLost) {
      weather = Weather.Down;
      throw new ApiUnavailableException("the answer is lost", new RuntimeException());
    }
    tell();
  }

  private void written() {
    version++;
    tell();
  }

  private void tell() {
    if (weather == Weather.Fine && exists) {
      var now = object();
      List.copyOf(watchers).forEach(watcher -> watcher.accept(now));
    }
  }

  private void requireUp() {
    if (weather == Weather.Down) {
      throw new ApiUnavailableException("down", new RuntimeException());
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new ReportRefusedException(message, new RuntimeException());
    }
  }

  @Override
  public synchronized Peer peer(String host) {
    return new Peer("10.0.0.3", mistaken ? "uuid-of-nobody" : "uuid-of-" + host);
  }
}
