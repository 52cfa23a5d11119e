package dev.ferryman.agent.inventory;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.HostFacts;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.hostresource.MigrationEndpoint;
import dev.ferryman.crds.hostresource.ProjectUse;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.hostresource.Storage;
import dev.ferryman.crds.livemigration.HugePages;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a host publishes of itself, from what was read; without conditions. */
public final class HostInventory {
  private HostInventory() {}

  /**
   * @param status bounded as the schema is
   * @param gaps what the status does not say
   */
  public record Result(HostResourceStatus status, Gaps gaps) {}

  /** Puts the readings together. */
  public static Result of(HostReadings readings, MigrationEndpoint migration) {
    var instances =
        readings.domains().stream()
            .map(domain -> instance(domain, diskGiB(readings, domain)))
            .sorted(Comparator.comparing(HostInstance::name).thenComparing(HostInstance::uuid))
            .toList();
    // A copy that is being received is counted by whoever ordered the move, until it has come.
    var own = instances.stream().filter(instance -> instance.incoming() == null).toList();
    var projects = projects(own);
    var status =
        new HostResourceStatus(
            null,
            total(readings),
            used(readings),
            committed(own),
            cut(projects, Bounds.PROJECTS),
            hugepages(readings),
            hypervisor(readings.host()),
            migration,
            storage(readings),
            cut(instances, Bounds.INSTANCES),
            instances.size(),
            readings.bootID(),
            readings.daemonStart().isPresent() ? readings.daemonStart().getAsLong() : null,
            null,
            readings.time().toString(),
            null,
            List.of());
    return new Result(
        status,
        new Gaps(
            instances.size() > Bounds.INSTANCES || projects.size() > Bounds.PROJECTS,
            readings.domains().stream().flatMap(HostInventory::trouble).toList()));
  }

  private static HostInstance instance(DomainFacts domain, long diskGiB) {
    var definition = domain.definition();
    boolean known = definition.trouble() == null;
    return new HostInstance(
        Bounds.cut(domain.name(), Bounds.NAME),
        domain.uuid(),
        domain.state(),
        known ? definition.vcpus() : null,
        known ? definition.memoryMiB() : null,
        definition.hugePages(),
        known ? diskGiB : null,
        definition.project(),
        domain.incoming() ? true : null,
        definition.addresses());
  }

  private static Stream<String> trouble(DomainFacts domain) {
    return Stream.ofNullable(domain.definition().trouble())
        .map(trouble -> domain.name() + " (" + domain.uuid() + "): " + trouble);
  }

  private static long diskGiB(HostReadings readings, DomainFacts domain) {
    return Units.gibibytesTaken(readings.diskBytes().getOrDefault(domain.uuid(), 0L));
  }

  private static Resources total(HostReadings readings) {
    var storage = readings.storage();
    return new Resources(
        readings.host().cpus(),
        readings.memory().totalMiB(),
        storage == null ? null : Units.gibibytes(storage.totalBytes()));
  }

  private static Resources used(HostReadings readings) {
    var storage = readings.storage();
    var vcpus =
        readings.domains().stream()
            .filter(domain -> domain.state().runs())
            .mapToInt(domain -> domain.definition().vcpus())
            .sum();
    return new Resources(
        vcpus,
        // As for what may be used: whoever ordered the move counts a copy until it has come.
        Math.max(
            0,
            readings.memory().totalMiB()
                - readings.memory().availableMiB()
                - readings.received().memoryMiB()),
        storage == null ? null : Units.gibibytesTaken(storage.usedBytes()));
  }

  /** As for memory: what a copy has taken is counted by its move until it has come. */
  private static List<HugePagePool> hugepages(HostReadings readings) {
    return readings.hugepages().stream()
        .map(
            pool ->
                new HugePagePool(
                    pool.sizeKiB(),
                    pool.total(),
                    Math.min(
                        pool.total(), pool.free() + readings.received().pages(pool.sizeKiB()))))
        .toList();
  }

  private static Resources committed(List<HostInstance> instances) {
    var all = sum(instances);
    long ordinaryMiB = instances.stream().mapToLong(HostInventory::ordinaryMiB).sum();
    return new Resources(all.vcpus(), ordinaryMiB, all.diskGiB());
  }

  private static long ordinaryMiB(HostInstance instance) {
    var memory = instance.memoryMiB();
    return memory == null ? 0 : HugePages.ordinaryMiB(memory, instance.hugepages());
  }

  private static List<ProjectUse> projects(List<HostInstance> instances) {
    Map<String, List<HostInstance>> byProject =
        instances.stream()
            .filter(instance -> instance.project() != null)
            .collect(
                Collectors.groupingBy(
                    instance -> String.valueOf(instance.project()),
                    TreeMap::new,
                    Collectors.toList()));
    return byProject.entrySet().stream().map(HostInventory::project).toList();
  }

  private static ProjectUse project(Map.Entry<String, List<HostInstance>> project) {
    var sum = sum(project.getValue());
    return new ProjectUse(project.getKey(), sum.vcpus(), sum.memoryMiB(), sum.diskGiB());
  }

  private static Resources sum(Collection<HostInstance> instances) {
    return new Resources(
        instances.stream()
            .flatMap(instance -> Stream.ofNullable(instance.vcpus()))
            .mapToInt(Integer::intValue)
            .sum(),
        instances.stream()
            .flatMap(instance -> Stream.ofNullable(instance.memoryMiB()))
            .mapToLong(Long::longValue)
            .sum(),
        instances.stream()
            .flatMap(instance -> Stream.ofNullable(instance.diskGiB()))
            .mapToLong(Long::longValue)
            .sum());
  }

  private static Hypervisor hypervisor(HostFacts host) {
    return new Hypervisor(
        word(String.join(",", host.domainTypes())),
        word(host.hypervisorVersion()),
        word(host.libvirtVersion()),
        word(host.arch()),
        Bounds.cut(host.hostUUID(), Bounds.UUID),
        word(host.cpuModel()),
        cut(host.machineTypes().stream().map(HostInventory::word).toList(), Bounds.MACHINE_TYPES));
  }

  private static List<Storage> storage(HostReadings readings) {
    var storage = readings.storage();
    return storage == null ? List.of() : List.of(storage.storage());
  }

  private static String word(String text) {
    return Bounds.cut(text, Bounds.WORD);
  }

  private static <T> List<T> cut(List<T> list, int bound) {
    return list.size() <= bound ? list : list.subList(0, bound);
  }
}
