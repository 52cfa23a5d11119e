package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.Switched;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Judges whether the source's copy can have handed over to the destination. */
public final class SwitchedEvidence {
  /**
   * libvirt's reason of a guest that it has let go on after a failed switch-over. It stays until
   * the next suspend or resume, so that it can stem from an earlier migration: it never proves that
   * this one did not stop the guest.
   */
  public static final String MIGRATION_CANCELED = "migration canceled";

  private SwitchedEvidence() {}

  /**
   * What the source host itself can prove after libvirt's call has ended. A reason alone proves
   * nothing: libvirt writes it late when it dies in between, so the QEMU process and the daemon
   * must be the same ones too.
   *
   * @param before the domain as journaled before the call; null if it is not known
   * @param suspended whether libvirt reported meanwhile that the copy was stopped
   * @param sameDaemon whether libvirt has not been restarted since
   */
  public static Switched judge(
      @Nullable DomainReport before, DomainReport now, boolean suspended, boolean sameDaemon) {
    if (!now.state().isActive() || now.process() == null) {
      return Switched.Gone;
    }
    var untouched =
        before != null
            && before.state() == now.state()
            && Objects.equals(before.reason(), now.reason())
            && now.process().equals(before.process())
            && !MIGRATION_CANCELED.equals(now.reason())
            && !suspended
            && sameDaemon;
    return untouched ? Switched.NeverStopped : Switched.MayHaveSwitched;
  }
}
