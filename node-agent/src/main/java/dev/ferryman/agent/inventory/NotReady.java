package dev.ferryman.agent.inventory;

import dev.ferryman.crds.Reason;

/** Why a host takes no migrations now, for its condition Ready. */
public record NotReady(Reason reason, String message) {}
