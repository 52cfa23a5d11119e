package dev.ferryman.agent.kube;

import java.util.concurrent.CompletableFuture;

/** What this host has, uses and holds, for whoever judges by it. */
public interface HostFigures {
  /**
   * Reads the host and publishes what was read, whether or not it differs from what was published
   * before. From any thread.
   *
   * @return the status's sequence once the API server has it; an {@link ApiUnavailableException} if
   *     it cannot be had now
   */
  CompletableFuture<Long> publish();
}
