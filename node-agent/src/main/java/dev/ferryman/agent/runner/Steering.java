package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.convergence.Course;
import dev.ferryman.agent.decide.convergence.Limits;
import dev.ferryman.agent.decide.convergence.Reading;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.crds.livemigration.Progress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a job to its end: allows more downtime where that is needed, or gives the job up. */
final class Steering {
  private static final Logger LOG = LoggerFactory.getLogger(Steering.class);

  private final Role role;
  private @Nullable Course course;
  private long downtimeSet;

  Steering(Role role) {
    this.role = role;
  }

  /** Whether the job is to be ended; that outlives this process. */
  boolean hasGivenUp() {
    var entry = role.entry();
    return entry != null && entry.givenUp() != null;
  }

  void seen(Progress progress) {
    if (hasGivenUp() || role.isCancelled()) {
      return;
    }
    var limits = Limits.of(role.migration.getSpec().convergenceOrDefault());
    var now = Duration.ofNanos(role.host.nanoTime().getAsLong());
    var next = Course.next(course, Reading.of(progress, now), limits);
    if (next == null) {
      return;
    }
    course = next;
    if (next.givenUp() != null) {
      role.record(entry -> entry.withGivenUp(next.givenUp()));
    } else {
      allow(next.downtimeMilliseconds(limits));
    }
  }

  private void allow(long milliseconds) {
    if (milliseconds == downtimeSet) {
      return;
    }
    try {
      role.host.hypervisor().setMaxDowntime(role.instanceUUID, milliseconds);
      downtimeSet = milliseconds;
      LOG.info("{} may stand still for {} ms", role.attemptUID, milliseconds);
    } catch (HypervisorException notNow) {
      LOG.debug("libvirt does not take the downtime of {} now", role.attemptUID, notNow);
    }
  }
}
