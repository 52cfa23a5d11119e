package dev.ferryman.crds;

/**
 * Why a migration is where it is: the reasons of conditions, checks and events. Typed, so that
 * nobody parses messages; each is explained in the README's table of reasons.
 */
public enum Reason {
  // Under way.
  /** Not looked at yet, or waiting for a turn. */
  Pending,
  /** Both agents look for obstacles. */
  Checking,
  /** The destination makes images for disks that are copied, or installs network filters. */
  Preparing,
  /** libvirt copies the guest. */
  Migrating,
  /** The outcome is being proved, or cleaned up. */
  Settling,

  // Waits: each ends by itself or by a person's act.
  InstanceBusy,
  InventoryTruncated,
  HostLivenessUnknown,
  CapacityClaimed,
  NoFreeSlot,
  DestinationUnverified,
  SourceUnverified,
  OutcomeUnknown,
  SplitBrain,

  // Success.
  Migrated,
  AlreadyThere,
  /** {@code checkOnly}: nothing stands in the way; nothing was moved. */
  CheckPassed,

  // Refused: nothing was touched.
  InstanceNotFound,
  InstanceAmbiguous,
  InstanceNotRunning,
  InstanceUnreadable,
  SourceNotAlive,
  SourceNotReady,
  DestinationNotFound,
  DestinationNotAlive,
  DestinationNotReady,
  DestinationUnschedulable,
  /** The operator was to choose a destination, and no host is fit to be it. */
  NoDestinationFits,
  /** {@code destinationSelector} does not choose the host. */
  NotSelected,
  /** An earlier attempt of the same migration has failed on the host. */
  FailedBefore,
  /** Between two attempts somebody else has moved the instance. */
  InstanceMoved,
  SameHost,
  HypervisorMismatch,
  ArchitectureMismatch,
  HypervisorTooOld,
  MachineTypeUnknown,
  NotMigratable,
  CompressionUnsupported,
  PostCopyUnsupported,
  CPUIncompatible,
  NetworkMissing,
  NetworkFilterMissing,
  NetworkFilterDiffers,
  SecretMissing,
  StoragePoolMissing,
  ListenAddressUnavailable,
  LogPathMissing,
  HostFileMissing,
  InsufficientVCPUs,
  InsufficientMemory,
  InsufficientHugePages,
  StorageNotShared,
  StorageUnreachable,
  UnsafeCacheMode,
  DiskNotCopyable,
  DiskExists,
  InsufficientDisk,
  NameTaken,
  UUIDTaken,
  DestinationUnreachable,
  SourceNoAnswer,
  DestinationNoAnswer,
  AlreadyRan,

  // Ended otherwise.
  Cancelled,
  MigrationFailed,
  Stalled,
  TimedOut,
  DestinationLost,
  GuestStopped,
  GuestCrashed,
  /** In post-copy one of the two halves of the guest was lost. */
  GuestLost,

  // Risky, but allowed.
  SwitchoverUnprotected,
  IdentityUnproven,
  Unencrypted,
  SourceUnreachable,
  DiskOvercommitted,

  // Beside the outcome.
  CancelRefused,
  Conflict,
  HostUnreachable,
  OrphanedJob,

  // Hosts.
  AgentRunning,
  LibvirtUnreachable,
  CleaningUp,
  LeaseRenewed,
  LeaseExpired,
  LeaseNotSeenYet
}
