package dev.ferryman.operator.decide.inventory;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.operator.decide.Host;

/** An instance on a host. */
public record Listing(Host host, HostInstance entry) {}
