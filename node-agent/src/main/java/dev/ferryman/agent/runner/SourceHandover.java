package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.SwitchedEvidence;
import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.libvirt.LifecycleEvent;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source's copy at the switch-over: when it ends for good, and when libvirt has let it go on.
 */
final class SourceHandover {
  private static final Logger LOG = LoggerFactory.getLogger(SourceHandover.class);

  /** So long after libvirt has let it go on, what the copy has done since is little. */
  static final Duration JUST = Duration.ofSeconds(60);

  private final Role role;
  private @Nullable AutoCloseable watch;
  private boolean ended;
  private @Nullable Long resumedAt;

  SourceHandover(Role role) {
    this.role = role;
  }

  /**
   * Watches the QEMU process under a Strict call: its end, which is known some 200 ms before
   * libvirt tells of it, lets the destination go on.
   */
  void watch() {
    var entry = role.entry();
    var process = entry == null ? null : processBefore(entry);
    if (role.isStrict() && process != null && watch == null) {
      watch =
          role.host
              .hypervisor()
              .whenEnded(
                  process,
                  () ->
                      role.perform(
                          () -> {
                            ended = true;
                            role.proceed();
                          }));
    }
  }

  private static @Nullable ProcessIdentity processBefore(JournalEntry entry) {
    var baseline = entry.baseline();
    return baseline == null ? null : baseline.domain().process();
  }

  /** Whether the watched process has ended: nothing can run this copy any more. */
  boolean hasEnded() {
    return ended;
  }

  /** The call is over: its evidence tells all. */
  void close() {
    var watching = watch;
    watch = null;
    if (watching != null) {
      try {
        watching.close();
      } catch (Exception e) {
        LOG.debug("the watch of a process is left", e);
      }
    }
  }

  /** Notes when the copy, stopped before, went on. */
  void noticed(LifecycleEvent event, JournalEntry entry) {
    if (event.kind() == LifecycleEvent.Kind.Resumed && entry.suspended()) {
      resumedAt = role.host.nanoTime().getAsLong();
    }
  }

  /**
   * Whether the copy runs only since libvirt let it go on after a failed switch-over, less than a
   * minute ago, in the QEMU process of before. Unknown to an agent that was not there: then no.
   */
  boolean isJustResumed(DomainReport now) {
    var entry = role.entry();
    var since = resumedAt;
    return entry != null
        && since != null
        && now.state().runs()
        && SwitchedEvidence.MIGRATION_CANCELED.equals(now.reason())
        && now.process() != null
        && Objects.equals(now.process(), processBefore(entry))
        && role.host.nanoTime().getAsLong() - since < TimeUnit.SECONDS.toNanos(JUST.toSeconds());
  }
}
