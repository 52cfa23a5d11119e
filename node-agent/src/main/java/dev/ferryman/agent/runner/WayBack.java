package dev.ferryman.agent.runner;

import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Whether the destination reaches the source's libvirt by its name. libvirt's migration does not
 * need that; a strict switch-over asks there when the API server is away, and the guest's return
 * goes that way.
 */
final class WayBack {
  private final Role role;
  private @Nullable CompletableFuture<Optional<String>> trouble;

  WayBack(Role role) {
    this.role = role;
  }

  /** Begins to try the way, which takes its time. */
  void begin() {
    if (trouble == null) {
      trouble = CompletableFuture.supplyAsync(this::probe, role.host.markers().threads());
    }
  }

  private Optional<String> probe() {
    try {
      role.host.hypervisor().probe(role.host.transport().uri(source()));
      return Optional.empty();
    } catch (HypervisorException | IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private String source() {
    return Objects.requireNonNull(role.status().sourceHost(), "sourceHost of an attempt");
  }

  /** Waits for what came of it, some five seconds at most. */
  Check check() {
    begin();
    var found = Objects.requireNonNull(trouble, "begun").join();
    var host = role.host.name();
    var who = "libvirt of " + source();
    return found
        .map(
            words ->
                Check.warn(
                    CheckName.SourceReachable, Reason.SourceUnreachable, host, who + ": " + words))
        .orElseGet(() -> Check.pass(CheckName.SourceReachable, host, who + " answers"));
  }
}
