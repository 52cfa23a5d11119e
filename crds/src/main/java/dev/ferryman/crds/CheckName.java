package dev.ferryman.crds;

/** The checks that are made before anything moves; their names in {@code status.checks}. */
public enum CheckName {
  // The operator's, from what the hosts publish.
  Instance,
  SourceHost,
  DestinationHost,
  Placement,
  DifferentHosts,
  Hypervisor,
  Architecture,
  Versions,
  VCPUs,
  Memory,
  HugePages,

  // The source agent's.
  FirstRun,
  Domain,
  DiskCache,
  Migratable,
  Encryption,
  Compression,
  PostCopy,
  DestinationReachable,

  // The destination agent's.
  MachineType,
  NameFree,
  UUIDFree,
  SharedStorage,
  DiskImage,
  BlockDevice,
  NetworkStorage,
  DiskCopy,
  DiskSpace,
  Switchover,
  CPU,
  Networks,
  NetworkFilters,
  Secrets,
  StoragePools,
  ListenAddresses,
  LogPaths,
  HostFiles,
  SourceReachable
}
