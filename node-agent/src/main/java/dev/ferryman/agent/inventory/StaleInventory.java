package dev.ferryman.agent.inventory;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host says of itself while its libvirt does not answer: what was last known, with its time.
 * An instance that is left out would be taken for gone.
 */
public final class StaleInventory {
  private StaleInventory() {}

  /**
   * @param known what was last known; null if nothing is
   * @param bootID of now: what ran in an earlier boot runs no more, but may have been started anew
   */
  public static HostResourceStatus of(@Nullable HostResourceStatus known, String bootID) {
    if (known == null) {
      return HostResourceStatusBuilder.builder().bootID(bootID).build();
    }
    var sameBoot = bootID.equals(known.bootID());
    return HostResourceStatusBuilder.builder(known)
        .observedGeneration(null)
        .schedulable(null)
        .conditions(List.of())
        .bootID(bootID)
        .libvirtdStartTime(null)
        .used(sameBoot ? known.used() : null)
        .hugepages(sameBoot ? known.hugepages() : List.of())
        .instances(
            sameBoot
                ? known.instances()
                : known.instances().stream().map(StaleInventory::unknown).toList())
        .build();
  }

  private static HostInstance unknown(HostInstance instance) {
    return HostInstanceBuilder.builder(instance).state(DomainState.NoState).build();
  }
}
