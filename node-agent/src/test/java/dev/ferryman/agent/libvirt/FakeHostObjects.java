package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Networks, filters, secrets and storage pools of a fake host, and what its CPU can. */
public final class FakeHostObjects implements HostObjects {
  public final Map<NetworkNeed, Presence> networks = new HashMap<>();
  public final Map<String, String> filters = new HashMap<>();
  public final Set<SecretNeed> secrets = new HashSet<>();
  public final Map<String, Presence> pools = new HashMap<>();

  /** Subnets by the host's own addresses. */
  public final Map<String, String> addresses = new HashMap<>();

  /** Addresses of nobody's that can be listened on. */
  public final Set<String> bindable = new HashSet<>();

  private final Runnable ask;
  private CpuAnswer cpu = new CpuAnswer(CpuAnswer.Kind.Superset, "");

  FakeHostObjects(Runnable ask) {
    this.ask = ask;
  }

  /** What it says of each CPU from now on. */
  public void saysOfCpus(CpuAnswer answer) {
    cpu = answer;
  }

  private <T> T answer(Supplier<T> answer) {
    ask.run();
    return answer.get();
  }

  Optional<String> filterXml(String name) {
    return Optional.ofNullable(filters.get(name));
  }

  @Override
  public Presence network(NetworkNeed need) {
    return answer(() -> networks.getOrDefault(need, Presence.Missing));
  }

  @Override
  public Optional<String> nwfilterHash(String name) {
    return answer(() -> filterXml(name).map(xml -> FilterXml.hash(name, xml)));
  }

  @Override
  public boolean hasSecret(SecretNeed need) {
    return answer(() -> secrets.contains(need));
  }

  @Override
  public Presence storagePool(String name) {
    return answer(() -> pools.getOrDefault(name, Presence.Missing));
  }

  @Override
  public Optional<String> subnetOf(String address) {
    return Optional.ofNullable(addresses.get(address));
  }

  @Override
  public Optional<String> addressIn(String subnet) {
    return addresses.entrySet().stream()
        .filter(own -> own.getValue().equals(subnet))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  @Override
  public Optional<String> listenTrouble(String address) {
    return addresses.containsKey(address) || bindable.contains(address)
        ? Optional.empty()
        : Optional.of("Cannot assign requested address");
  }

  @Override
  public CpuAnswer compareCpu(
      String cpuXml,
      @Nullable String arch,
      @Nullable String machineType,
      @Nullable String domainType) {
    return cpu;
  }
}
