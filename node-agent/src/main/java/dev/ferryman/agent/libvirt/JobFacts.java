package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.Progress;
import org.jspecify.annotations.Nullable;

/**
 * The job of a domain (libvirt: virDomainGetJobStats).
 *
 * @param migrating whether an outgoing migration is under way
 * @param otherJob whether another job is, e.g. a dump: a migration that was asked for may wait for
 *     it
 * @param progress its figures; percent as this reading alone shows it
 */
public record JobFacts(boolean migrating, boolean otherJob, @Nullable Progress progress) {
  public static final JobFacts NONE = new JobFacts(false, false, null);

  /** Whether libvirt works on anything, or may yet begin what was asked of it. */
  public boolean isActive() {
    return migrating || otherJob;
  }

  /** A job that is no migration. */
  public static final JobFacts OTHER = new JobFacts(false, true, null);

  /** An outgoing migration. */
  public static JobFacts migration(Progress progress) {
    return new JobFacts(true, false, progress);
  }
}
