package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import dev.ferryman.crds.livemigration.NetworkKind;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.StoragePoolPointer;

/** Asks this host's libvirt for networks, filters, secrets, storage pools and CPUs. */
final class LibvirtHostObjects implements HostObjects {
  /** libvirt's VIR_ERR_NO_SUPPORT: the daemon has no such driver, so it has none of its objects. */
  private static final int NO_SUPPORT = 3;

  /** libvirt's VIR_ERR_OPERATION_INVALID: the filter is in use. */
  private static final int OPERATION_INVALID = 55;

  private static final int NO_NETWORK = 43;
  private static final int NO_STORAGE_POOL = 49;
  private static final int NO_NWFILTER = 62;
  private static final int NO_SECRET = 66;
  private static final int CPU_INCOMPATIBLE = 91;

  /** libvirt's VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE: else it does not say why. */
  private static final int FAIL_INCOMPATIBLE = 1;

  private static final int CPU_IDENTICAL = 1;

  /** libvirt 4.4.0 came with virConnectCompareHypervisorCPU. */
  private static final long LIBVIRT_WITH_COMPARE = 4_004_000;

  /** libvirt's virSecretUsageType. */
  private static final Map<String, Integer> USAGE_TYPES =
      Map.of("volume", 1, "ceph", 2, "iscsi", 3, "tls", 4, "vtpm", 5);

  /** libvirt's handle of a thing; null if it leaves an error. */
  private interface Lookup<P> {
    @Nullable P find(ConnectionPointer connection);
  }

  private final Supplier<Connection> connections;
  private final BoundedCalls calls;

  LibvirtHostObjects(Supplier<Connection> connections, BoundedCalls calls) {
    this.connections = connections;
    this.calls = calls;
  }

  @Override
  public Presence network(NetworkNeed need) {
    if (need.kind() == NetworkKind.Interface) {
      return networkInterface(need.name());
    }
    return ask(
            "network " + need.name(),
            connection -> LIBVIRT.virNetworkLookupByName(connection, need.name()),
            NO_NETWORK,
            network -> {
              try {
                return presence(LIBVIRT.virNetworkIsActive(network), "virNetworkIsActive");
              } finally {
                LIBVIRT.virNetworkFree(network);
              }
            })
        .orElse(Presence.Missing);
  }

  /** A bridge needs no address, and libvirt brings up what is down. */
  private static Presence networkInterface(String name) {
    return NetworkLinks.exists(name) ? Presence.Active : Presence.Missing;
  }

  @Override
  public Optional<FilterFacts> nwfilter(String name) {
    var connection = connections.get();
    return calls
        .call("network filter " + name, () -> nwfilterXml(connection, name))
        .map(xml -> FilterXml.facts(name, xml));
  }

  @Override
  public void defineNwfilter(String xml, String uuid) {
    var connection = connections.get();
    var whole = FilterXml.withUuid(xml, uuid);
    calls.call(
        "definition of a network filter",
        () ->
            connection.use(
                handle -> {
                  var filter = LIBVIRT.virNWFilterDefineXML(handle, whole);
                  if (filter == null) {
                    throw LastError.read("virNWFilterDefineXML");
                  }
                  return LIBVIRT.virNWFilterFree(filter);
                }));
  }

  @Override
  public boolean undefineNwfilter(String uuid) {
    try {
      return ask(
              "network filter " + uuid,
              connection -> LIBVIRT.virNWFilterLookupByUUIDString(connection, uuid),
              NO_NWFILTER,
              filter -> {
                try {
                  return LastError.check(
                      LIBVIRT.virNWFilterUndefine(filter), "virNWFilterUndefine");
                } finally {
                  LIBVIRT.virNWFilterFree(filter);
                }
              })
          .map(result -> result == 0)
          .orElse(true);
    } catch (HypervisorException e) {
      if (e.code() == OPERATION_INVALID) {
        return false;
      }
      throw e;
    }
  }

  /** Not bounded: for a caller that is. */
  static Optional<String> nwfilterXml(Connection connection, String name) {
    return find(
        connection,
        "network filter " + name,
        handle -> LIBVIRT.virNWFilterLookupByName(handle, name),
        NO_NWFILTER,
        filter -> {
          try {
            return Connection.take(
                LIBVIRT.virNWFilterGetXMLDesc(filter, 0), "virNWFilterGetXMLDesc");
          } finally {
            LIBVIRT.virNWFilterFree(filter);
          }
        });
  }

  @Override
  public boolean hasSecret(SecretNeed need) {
    var uuid = need.uuid();
    var usage = need.usage();
    var type = USAGE_TYPES.getOrDefault(need.usageType() == null ? "" : need.usageType(), 0);
    return ask(
            "secret " + (uuid == null ? usage : uuid),
            connection ->
                uuid == null
                    ? LIBVIRT.virSecretLookupByUsage(connection, type, usage)
                    : LIBVIRT.virSecretLookupByUUIDString(connection, uuid),
            NO_SECRET,
            LIBVIRT::virSecretFree)
        .isPresent();
  }

  @Override
  public Presence storagePool(String name) {
    return inPool("storage pool " + name, name, LibvirtHostObjects::presence)
        .orElse(Presence.Missing);
  }

  @Override
  public Optional<VolumeFacts> storageVolume(String volume) {
    var end = volume.indexOf('/');
    return inPool(
            "storage volume " + volume,
            volume.substring(0, end),
            pool ->
                presence(pool) == Presence.Active
                    ? StorageVolumes.find(pool, volume.substring(end + 1))
                    : Optional.<VolumeFacts>empty())
        .flatMap(found -> found);
  }

  /** Empty if there is no such pool. */
  private <T> Optional<T> inPool(
      String what, String name, Function<StoragePoolPointer, T> question) {
    return ask(
        what,
        connection -> LIBVIRT.virStoragePoolLookupByName(connection, name),
        NO_STORAGE_POOL,
        pool -> {
          try {
            return question.apply(pool);
          } finally {
            LIBVIRT.virStoragePoolFree(pool);
          }
        });
  }

  private static Presence presence(StoragePoolPointer pool) {
    return presence(LIBVIRT.virStoragePoolIsActive(pool), "virStoragePoolIsActive");
  }

  @Override
  public Optional<String> subnetOf(String address) {
    return HostAddresses.subnetOf(address);
  }

  @Override
  public Optional<String> addressIn(String subnet) {
    return HostAddresses.addressIn(subnet);
  }

  /** A name may take its time to resolve. */
  @Override
  public Optional<String> listenTrouble(String address, int port, boolean udp) {
    try {
      return calls.call(address, () -> HostAddresses.listenTrouble(address, port, udp));
    } catch (HypervisorException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Presence presence(int active, String call) {
    return LastError.check(active, call) == 1 ? Presence.Active : Presence.Inactive;
  }

  @Override
  public CpuAnswer compareCpu(
      String cpuXml,
      @Nullable String arch,
      @Nullable String machineType,
      @Nullable String domainType) {
    try {
      var connection = connections.get();
      return calls.call(
          "comparison of a CPU",
          () -> {
            if (HostReader.libvirtVersion(connection) < LIBVIRT_WITH_COMPARE) {
              return new CpuAnswer(CpuAnswer.Kind.Unknown, "libvirt is older than 4.4.0");
            }
            var result =
                connection.use(
                    handle ->
                        LastError.check(
                            LIBVIRT.virConnectCompareHypervisorCPU(
                                handle,
                                null,
                                arch,
                                machineType,
                                domainType,
                                cpuXml,
                                FAIL_INCOMPATIBLE),
                            "virConnectCompareHypervisorCPU"));
            return new CpuAnswer(
                result == CPU_IDENTICAL ? CpuAnswer.Kind.Identical : CpuAnswer.Kind.Superset, "");
          });
    } catch (HypervisorException e) {
      return new CpuAnswer(
          e.code() == CPU_INCOMPATIBLE ? CpuAnswer.Kind.Incompatible : CpuAnswer.Kind.Unknown,
          String.valueOf(e.getMessage()));
    }
  }

  /** Empty if libvirt says that there is no such thing. */
  private <P, T> Optional<T> ask(
      String what, Lookup<P> lookup, int missing, Function<P, T> question) {
    var connection = connections.get();
    return calls.call(what, () -> find(connection, what, lookup, missing, question));
  }

  private static <P, T> Optional<T> find(
      Connection connection, String what, Lookup<P> lookup, int missing, Function<P, T> question) {
    return connection.use(
        handle -> {
          var found = lookup.find(handle);
          if (found != null) {
            return Optional.of(question.apply(found));
          }
          var error = LastError.read("lookup of " + what);
          if (error.code() == missing || error.code() == NO_SUPPORT) {
            return Optional.empty();
          }
          throw error;
        });
  }
}
