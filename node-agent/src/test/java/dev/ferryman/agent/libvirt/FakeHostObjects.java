package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Networks, filters, secrets and storage pools of a fake host, and what its CPU can. */
public final class FakeHostObjects implements HostObjects {
  private static final Pattern REFERENCE = Pattern.compile("<filterref filter='([^']*)'");

  public final Map<NetworkNeed, Presence> networks = new HashMap<>();
  public final Map<String, String> filters = new ConcurrentHashMap<>();

  /** Filters that libvirt does not take, and those that it does not give up. */
  public final Set<String> refused = new HashSet<>();

  public final Set<String> filtersInUse = new HashSet<>();

  /** Filters in the order in which they were installed. */
  public final List<String> installed = new ArrayList<>();

  public final Set<SecretNeed> secrets = new HashSet<>();
  public final Map<String, Presence> pools = new HashMap<>();

  /** By pool/volume. */
  public final Map<String, VolumeFacts> volumes = new HashMap<>();

  /** Subnets by the host's own addresses. */
  public final Map<String, String> addresses = new HashMap<>();

  /** Addresses of nobody's that can be listened on. */
  public final Set<String> bindable = new HashSet<>();

  /** Ports on which somebody listens already. */
  public final Set<Integer> taken = new HashSet<>();

  /** Filters in the order in which they were removed. */
  public final List<String> removed = new ArrayList<>();

  private final Runnable ask;
  private final Supplier<Stream<String>> guests;
  private CpuAnswer cpu = new CpuAnswer(CpuAnswer.Kind.Superset, "");

  /**
   * @param ask throws if the daemon does not answer
   * @param guests the XML of each guest that is active
   */
  FakeHostObjects(Runnable ask, Supplier<Stream<String>> guests) {
    this.ask = ask;
    this.guests = guests;
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

  /** Whether it has each filter that the XML refers to, itself or by another filter. */
  boolean hasFilters(String xml) {
    return referredTo(xml)
        .allMatch(name -> filters.containsKey(name) && hasFilters(filters.get(name)));
  }

  private static Stream<String> referredTo(String xml) {
    return REFERENCE.matcher(xml).results().map(found -> found.group(1));
  }

  private boolean isInUse(String name) {
    return filtersInUse.contains(name) || guests.get().anyMatch(xml -> uses(xml, name));
  }

  private boolean uses(String xml, String name) {
    return referredTo(xml)
        .anyMatch(other -> other.equals(name) || uses(filters.getOrDefault(other, ""), name));
  }

  @Override
  public Presence network(NetworkNeed need) {
    return answer(() -> networks.getOrDefault(need, Presence.Missing));
  }

  @Override
  public Optional<FilterFacts> nwfilter(String name) {
    return answer(() -> filterXml(name).map(xml -> FilterXml.facts(name, xml)));
  }

  @Override
  public void defineNwfilter(String xml, String uuid) {
    ask.run();
    var name = SafeXml.parse("network filter", xml).getAttribute("name");
    if (refused.contains(name) || filters.containsKey(name)) {
      throw new HypervisorException(9, 0, "filter '" + name + "' is refused");
    }
    filters.put(name, FilterXml.withUuid(xml, uuid));
    installed.add(name);
  }

  @Override
  public boolean undefineNwfilter(String uuid) {
    ask.run();
    var found =
        filters.entrySet().stream()
            .filter(filter -> FilterXml.facts("", filter.getValue()).uuid().equals(uuid))
            .map(Map.Entry::getKey)
            .findFirst();
    if (found.isPresent() && isInUse(found.get())) {
      return false;
    }
    found.ifPresent(filters::remove);
    found.ifPresent(removed::add);
    return true;
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
  public Optional<VolumeFacts> storageVolume(String volume) {
    return answer(() -> Optional.ofNullable(volumes.get(volume)));
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
  public Optional<String> listenTrouble(String address, int port, boolean udp) {
    if (taken.contains(port)) {
      return Optional.of("Address already in use");
    }
    return ListenXml.isEverywhere(address)
            || addresses.containsKey(address)
            || bindable.contains(address)
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
