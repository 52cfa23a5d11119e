package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.DestinationChecks;
import dev.ferryman.agent.kube.ApiUnavailableException;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.agent.storage.Markers;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the source does before a move: it tries the way to the destination, and marks the
 * directories that both must share.
 */
final class Preflight {
  private final Role role;
  private @Nullable CompletableFuture<Route> route;
  private boolean markersDown;
  private boolean removed;

  /**
   * How the destination is reached.
   *
   * @param address where its data stream goes; empty: libvirt's choice
   * @param trouble libvirt's words if its libvirt does not answer
   */
  record Route(String address, @Nullable String trouble) {}

  Preflight(Role role) {
    this.role = role;
  }

  /** Begins to try the way, which takes its time; the role is woken when it is known. */
  void begin() {
    if (route == null) {
      route = CompletableFuture.supplyAsync(this::findRoute, role.host.markers().threads());
      var unused = route.whenComplete((found, error) -> role.perform(() -> found(error)));
    }
  }

  private void found(@Nullable Throwable error) {
    if (error != null) {
      route = null;
      throw new ApiUnavailableException(
          "the way to " + role.destination() + " is not known yet", error);
    }
    role.proceed();
  }

  /** Whether this process has put markers down that are still there. */
  boolean hasMarkersDown() {
    return markersDown;
  }

  /** Whether the way is known, and ends nowhere. */
  boolean isBlocked() {
    return isDone() && route().trouble() != null;
  }

  boolean hasBegun() {
    return route != null;
  }

  boolean isDone() {
    return route != null && route.isDone();
  }

  /** The way to the destination, found now if nobody has tried it before. */
  Route route() {
    return route == null ? findRoute() : route.join();
  }

  private Route findRoute() {
    var destination = role.destination();
    try {
      role.host.hypervisor().probe(role.host.transport().uri(destination));
      var address = role.host.api().peer(destination).migrationAddress();
      return new Route(address == null ? "" : address, null);
    } catch (HypervisorException | IllegalArgumentException e) {
      return new Route("", String.valueOf(e.getMessage()));
    }
  }

  /**
   * What came of the markers.
   *
   * @param needs the needs, with what was found of the locks on the disks
   * @param failed a failed check for each marker that could not be made
   */
  record Marked(Needs needs, List<Check> failed) {}

  /** Puts one marker into each directory of the instance's files, journaled before it is made. */
  Marked putMarkers(Needs needs) {
    var directories = DiskLook.directories(needs).toList();
    var written = DiskLook.writtenDirectories(needs).collect(Collectors.toUnmodifiableSet());
    var markers = new ArrayList<Path>();
    var failed = new ArrayList<Check>();
    for (var directory : directories) {
      try {
        markers.add(Markers.in(Path.of(directory), role.attemptUID));
      } catch (InvalidPathException e) {
        failed.add(
            SourceChecks.markerTrouble(
                role.host.name(), directory, String.valueOf(e.getMessage())));
      }
    }
    markersDown = true;
    removed = false;
    role.record(entry -> entry.withMarkers(markers.stream().map(Path::toString).toList()));
    var locks = new HashMap<String, Boolean>();
    for (var marker : markers) {
      try {
        role.host.markers().put(marker, role.attemptUID);
        locks.put(
            DestinationChecks.directoryOf(marker.toString()), role.host.markers().hasLocks(marker));
      } catch (IOException e) {
        var directory = String.valueOf(marker.getParent());
        // One that is only read from may be read-only: the destination compares what is in it.
        if (written.contains(directory)) {
          failed.add(SourceChecks.markerTrouble(role.host.name(), directory, e.toString()));
        }
      }
    }
    return new Marked(withLocks(needs, locks), failed);
  }

  private static Needs withLocks(Needs needs, Map<String, Boolean> locks) {
    return NeedsBuilder.builder(needs)
        .disks(
            needs.disks().stream()
                .map(
                    disk ->
                        "file".equals(disk.type()) && disk.path() != null
                            ? disk.withLocks(locks.get(DestinationChecks.directoryOf(disk.path())))
                            : disk)
                .toList())
        .build();
  }

  /**
   * Removes the markers that the journal knows; tried again as long as one cannot be removed. That
   * they are gone needs no entry: removing one twice does no harm.
   */
  void removeMarkers() {
    var entry = role.entry();
    if (removed || entry == null) {
      return;
    }
    for (var marker : entry.markers()) {
      try {
        role.host.markers().remove(Path.of(marker));
      } catch (IOException e) {
        throw new ApiUnavailableException("marker " + marker + " is not removed yet: " + e, e);
      }
    }
    removed = true;
    markersDown = false;
  }
}
