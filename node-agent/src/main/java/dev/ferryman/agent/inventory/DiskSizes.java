package dev.ferryman.agent.inventory;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.Hypervisor;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.crds.livemigration.Disk;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Virtual sizes of the domains' disks. libvirt opens the image for it, so an answer is kept for a
 * while; a failure too, in place of which the last size counts.
 */
final class DiskSizes {
  private static final Logger LOG = LoggerFactory.getLogger(DiskSizes.class);
  private static final Duration KEPT = Duration.ofMinutes(5);

  private final Hypervisor hypervisor;
  private final Clock clock;
  private final Map<Key, Size> known = new HashMap<>();

  private record Key(String uuid, Disk disk) {}

  private record Size(long bytes, Instant readAt) {}

  DiskSizes(Hypervisor hypervisor, Clock clock) {
    this.hypervisor = hypervisor;
    this.clock = clock;
  }

  /** Bytes that each domain's disks can fill, by uuid. */
  Map<String, Long> read(List<DomainFacts> domains) {
    var read =
        domains.stream()
            .collect(Collectors.toUnmodifiableMap(DomainFacts::uuid, this::bytes, (a, b) -> a));
    forgetAllBut(read.keySet());
    return read;
  }

  private void forgetAllBut(Set<String> uuids) {
    known.keySet().removeIf(key -> !uuids.contains(key.uuid));
  }

  private long bytes(DomainFacts domain) {
    return domain.definition().disks().stream()
        .filter(DiskSizes::fillsTheInstancesDirectory)
        .mapToLong(disk -> bytes(domain, disk))
        .sum();
  }

  private static boolean fillsTheInstancesDirectory(Disk disk) {
    return disk.type().equals("file")
        && disk.path() != null
        && !Boolean.TRUE.equals(disk.readOnly());
  }

  private long bytes(DomainFacts domain, Disk disk) {
    var key = new Key(domain.uuid(), disk);
    var size = known.get(key);
    var now = clock.instant();
    if (domain.incoming()
        || domain.inPostCopy()
        || (size != null && now.isBefore(size.readAt.plus(KEPT)))) {
      return size == null ? 0 : size.bytes;
    }
    var bytes = ask(domain, disk, size == null ? 0 : size.bytes);
    known.put(key, new Size(bytes, now));
    return bytes;
  }

  private long ask(DomainFacts domain, Disk disk, long otherwise) {
    try {
      return Math.max(0, hypervisor.diskCapacityBytes(domain.uuid(), disk.target()));
    } catch (HypervisorException e) {
      LOG.info(
          "The size of {} of {} is not known: {}", disk.target(), domain.name(), e.getMessage());
      return otherwise;
    }
  }
}
