package dev.ferryman.agent.inventory;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.HostFacts;
import dev.ferryman.crds.hostresource.HugePagePool;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * All that the inventory is made of, as read at one time.
 *
 * @param diskBytes bytes that each domain's disks can fill, by uuid
 * @param storage null while the instances directory cannot be read
 * @param daemonStart of libvirt's daemon, in clock ticks since boot
 */
public record HostReadings(
    HostFacts host,
    List<DomainFacts> domains,
    Map<String, Long> diskBytes,
    Memory memory,
    List<HugePagePool> hugepages,
    Received received,
    StorageReader.@Nullable Reading storage,
    String bootID,
    OptionalLong daemonStart,
    Instant time) {}
