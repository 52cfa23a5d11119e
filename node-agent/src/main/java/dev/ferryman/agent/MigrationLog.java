package dev.ferryman.agent;

import dev.ferryman.agent.kube.AgentEvents;
import dev.ferryman.agent.runner.MigrationListener;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what this host does in migrations: a line in the log, an event, a figure. */
final class MigrationLog implements MigrationListener {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationLog.class);

  private final AgentEvents events;
  private final MeterRegistry metrics;

  MigrationLog(AgentEvents events, MeterRegistry metrics) {
    this.events = events;
    this.metrics = metrics;
  }

  @Override
  public void started(LiveMigration migration) {
    LOG.info("{} calls libvirt", about(migration));
    metrics.counter("ferryman.agent.calls").increment();
    events.normal(migration, "MigrationStarted", "libvirt is asked to migrate the instance");
  }

  @Override
  public void paused(LiveMigration migration, String message) {
    LOG.info("{} {}", about(migration), message);
    metrics.counter("ferryman.agent.pauses").increment();
    events.warning(migration, "GuestPaused", message);
  }

  @Override
  public void postCopy(LiveMigration migration, String message) {
    LOG.info("{} {}", about(migration), message);
    metrics.counter("ferryman.agent.postcopies").increment();
    events.warning(migration, "PostCopyOrdered", message);
  }

  @Override
  public void ended(LiveMigration migration, boolean succeeded, String message) {
    LOG.info("{} libvirt's call ended: {}", about(migration), succeeded ? "success" : message);
    metrics
        .counter("ferryman.agent.calls.ended", "outcome", succeeded ? "success" : "error")
        .increment();
    if (!succeeded) {
      events.warning(migration, Reason.MigrationFailed.name(), message);
    }
  }

  @Override
  public void settled(LiveMigration migration, String message) {
    LOG.info("{} {}", about(migration), message);
    events.normal(migration, Reason.Settling.name(), message);
  }

  @Override
  public void orphaned(LiveMigration migration, String message) {
    LOG.warn("{} {}", about(migration), message);
    metrics.counter("ferryman.agent.orphaned").increment();
    events.warning(migration, Reason.OrphanedJob.name(), message);
  }

  @Override
  public void stray(String message) {
    LOG.warn("{}", message);
    metrics.counter("ferryman.agent.strays").increment();
    events.warnOfHost(Reason.OrphanedJob.name(), message);
  }

  private static String about(LiveMigration migration) {
    var spec = migration.getSpec();
    var status = migration.getStatus();
    var attempt = status == null ? null : status.attempt();
    return "migration=%s instance=%s attempt=%s"
        .formatted(
            migration.getMetadata().getName(),
            spec == null ? "?" : spec.instance(),
            attempt == null ? "?" : attempt.uid());
  }
}
