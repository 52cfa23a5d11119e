package dev.ferryman.operator.kube;

import java.time.Duration;

/**
 * What an administrator can set.
 *
 * @param namespace holds the hosts' Leases and the leader's
 * @param hostDeadAfter without a renewal of its Lease for so long a host counts as dead
 * @param slotsPerHost moves in and out of a host at once
 * @param watchReconnect first pause before a lost watch is opened again
 * @param leaderLease how long a leader that has died is waited for
 */
public record Settings(
    String namespace,
    Duration hostDeadAfter,
    int slotsPerHost,
    Duration watchReconnect,
    Duration leaderLease) {}
