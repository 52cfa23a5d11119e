package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * A domain as libvirt showed it at one moment.
 *
 * @param reason libvirt's reason of the state in the words of {@code virsh domstate --reason}
 * @param process its QEMU; null when inactive, or when the process has gone
 * @param incoming a copy that is still being received: paused, with an incoming job
 * @param persistent whether it has a definition that outlives its shutdown
 */
public record DomainFacts(
    String uuid,
    String name,
    DomainState state,
    String reason,
    @Nullable ProcessIdentity process,
    boolean incoming,
    boolean persistent,
    DomainDefinition definition) {

  /**
   * Whether it is one half of a guest in post-copy. libvirt answers most questions on the half that
   * is received only when the migration has ended.
   */
  public boolean inPostCopy() {
    return state.isActive()
        && (reason.equals(StateWords.POST_COPY) || reason.equals(StateWords.POST_COPY_FAILED));
  }

  /**
   * Uid of the attempt that made this copy; null: none did.
   *
   * @throws HypervisorException if the XML could not be read: it might be any attempt's
   */
  public @Nullable String attemptMark() {
    var trouble = definition.trouble();
    if (trouble != null) {
      throw HypervisorException.noAnswer(name + " cannot be read: " + trouble);
    }
    return definition.attemptMark();
  }
}
