package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a host has beside domains. Each call answers within a few seconds or throws {@link
 * HypervisorException}.
 */
public interface HostObjects {
  /** Whether a guest's interface can be attached to it here. */
  Presence network(NetworkNeed need);

  /** A network filter by its name; empty: there is none. */
  Optional<FilterFacts> nwfilter(String name);

  /**
   * Installs a network filter; never in the place of another of its name.
   *
   * @param uuid that it gets on this host
   * @throws HypervisorException with libvirt's words if it refuses
   */
  void defineNwfilter(String xml, String uuid);

  /**
   * Removes a network filter, if it is there.
   *
   * @return false if libvirt refuses, since a guest that runs uses it
   */
  boolean undefineNwfilter(String uuid);

  boolean hasSecret(SecretNeed need);

  Presence storagePool(String name);

  /**
   * A volume of a storage pool; empty: there is no such pool or volume, or the pool is not active.
   *
   * @param volume as pool/volume
   */
  Optional<VolumeFacts> storageVolume(String volume);

  /** The subnet of an address, as 10.0.0.0/24; empty if it is none of this host's. */
  Optional<String> subnetOf(String address);

  /** This host's address in a subnet. */
  Optional<String> addressIn(String subnet);

  /**
   * Why nothing can listen on an address here, or on a name's; empty: it can.
   *
   * @param port 0: any
   * @param udp else TCP
   */
  Optional<String> listenTrouble(String address, int port, boolean udp);

  /**
   * Whether this host's hypervisor can give a guest that CPU; never throws.
   *
   * @param cpuXml libvirt's element cpu, of a domain or of a host
   * @param arch null: the host's
   * @param machineType null: the default
   * @param domainType kvm, qemu; null: the default
   */
  CpuAnswer compareCpu(
      String cpuXml,
      @Nullable String arch,
      @Nullable String machineType,
      @Nullable String domainType);
}
