package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.Progress;
import org.jspecify.annotations.Nullable;

/**
 * The job of a domain (libvirt: virDomainGetJobStats).
 *
 * @param migrating whether an outgoing migration is under way
 * @param progress its figures; percent as this reading alone shows it
 */
public record JobFacts(boolean migrating, @Nullable Progress progress) {
  public static final JobFacts NONE = new JobFacts(false, null);
}
