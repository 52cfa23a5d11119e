package dev.ferryman.agent.libvirt;

import java.util.List;

/**
 * What libvirt says of its host (virConnectGetCapabilities, virConnectGetVersion).
 *
 * @param domainTypes libvirt's domain types that guests can have here, best first: kvm, qemu
 * @param hypervisorVersion dotted, e.g. 7.2.22
 * @param libvirtVersion dotted, e.g. 9.0.0
 */
public record HostFacts(
    String hostUUID,
    String arch,
    List<String> domainTypes,
    String hypervisorVersion,
    String libvirtVersion,
    String cpuModel,
    List<String> machineTypes,
    int cpus) {}
