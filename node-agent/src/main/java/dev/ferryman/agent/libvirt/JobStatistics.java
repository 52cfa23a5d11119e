package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Progress;

/**
 * Reads a migration job's figures (libvirt: VIR_DOMAIN_JOB_*, as virDomainGetJobStats has them).
 */
final class JobStatistics {
  /** VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT. */
  private static final long MIGRATION_OUT = 5;

  /** VIR_DOMAIN_JOB_BOUNDED and _UNBOUNDED: a job is under way. */
  private static final int BOUNDED = 1;

  private static final int UNBOUNDED = 2;

  private JobStatistics() {}

  static boolean isOutgoingMigration(TypedParameters job) {
    return job.number("operation").orElse(0L) == MIGRATION_OUT;
  }

  static JobFacts facts(int type, TypedParameters job) {
    if (type != BOUNDED && type != UNBOUNDED) {
      return JobFacts.NONE;
    }
    return isOutgoingMigration(job) ? JobFacts.migration(progress(job)) : JobFacts.OTHER;
  }

  static Progress progress(TypedParameters job) {
    var pageSize = job.number("memory_page_size").orElse(4096L);
    return new Progress(
        percent(job.number("data_total").orElse(0L), job.number("data_remaining").orElse(0L)),
        job.number("memory_total").orElse(null),
        job.number("memory_processed").orElse(null),
        job.number("memory_remaining").orElse(null),
        job.number("disk_total").orElse(null),
        job.number("disk_processed").orElse(null),
        job.number("disk_remaining").orElse(null),
        job.number("memory_bps")
            .map(memory -> memory + job.number("disk_bps").orElse(0L))
            .orElse(null),
        job.number("memory_dirty_rate").map(pages -> pages * pageSize).orElse(null),
        job.number("memory_iteration").orElse(null),
        job.number("downtime").orElse(null),
        job.number("time_elapsed").orElse(null),
        job.number("auto_converge_throttle").map(Math::toIntExact).orElse(null),
        null);
  }

  /** Nothing is known in the first moments of a job: all figures are 0 then. */
  private static int percent(long total, long remaining) {
    if (total <= 0) {
      return 0;
    }
    var done = 100.0 * (total - remaining) / total;
    return (int) Math.max(0, Math.min(100, done));
  }

  static MigrationStatistics completed(TypedParameters job) {
    return new MigrationStatistics(
        job.number("downtime").orElse(null),
        job.number("time_elapsed").orElse(null),
        job.number("data_processed").or(() -> job.number("memory_processed")).orElse(null),
        job.number("memory_iteration").orElse(null));
  }
}
