package dev.ferryman.operator.decide.inventory;

import dev.ferryman.crds.instance.InstanceStatus;

/** An Instance object: as it is, or as it should be. */
public record KnownInstance(String name, InstanceStatus status) {}
