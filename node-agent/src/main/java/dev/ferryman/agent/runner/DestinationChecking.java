package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.CopyChecks;
import dev.ferryman.agent.decide.DestinationChecks;
import dev.ferryman.agent.decide.DestinationChecks.Directory;
import dev.ferryman.agent.decide.HostFileChecks;
import dev.ferryman.agent.decide.ListenChecks;
import dev.ferryman.agent.decide.OfferChecks;
import dev.ferryman.agent.decide.StorageChecks;
import dev.ferryman.agent.journal.Baseline;
import dev.ferryman.agent.kube.ApiUnavailableException;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.storage.Markers;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.SourceReport;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The destination's look at itself, by what the source says that the instance needs. */
final class DestinationChecking {
  /** libvirt and the API server each have five seconds for an answer. */
  private static final Duration PUBLISHED_WITHIN = Duration.ofSeconds(10);

  private final Role role;
  private final DestinationHalf half;
  private final DestinationHandover handover;
  private final DestinationDisks disks;
  private final WayBack wayBack;

  DestinationChecking(
      Role role, DestinationHalf half, DestinationHandover handover, DestinationDisks disks) {
    this.role = role;
    this.half = half;
    this.handover = handover;
    this.disks = disks;
    this.wayBack = new WayBack(role);
  }

  /** Begins what takes its time and needs no word of the source's. */
  void begin() {
    wayBack.begin();
  }

  /** Checks each need live, and answers. */
  void check(SourceReport source) {
    var needs = Objects.requireNonNull(source.needs());
    var host = role.host;
    var uuid = role.instanceUUID;
    // Read and published beside the checks: the operator judges this host's room by it.
    var figures = host.figures().publish();
    var here = host.hypervisor().domain(uuid);
    role.record(
        entry ->
            entry
                .withPersistent(Boolean.TRUE.equals(needs.persistent()))
                .withPaused(Boolean.TRUE.equals(needs.paused()))
                .withAutostart(Boolean.TRUE.equals(needs.autostart()))
                .withDefinitionSeen(here.isPresent())
                .withBaseline(
                    new Baseline(Domains.report(here), host.bootID(), role.daemonStart())));
    var facts = host.hypervisor().host();
    var seen =
        new DestinationChecks.Seen(
            host.name(),
            facts.domainTypes(),
            facts.machineTypes(),
            host.hypervisor().domainNamed(needs.domainName()).map(DomainFacts::uuid).orElse(null),
            here.map(DomainFacts::name).orElse(null),
            directories(needs));
    var filters = disks.lackingFilters(needs);
    var offer = Offers.of(host, needs, filters);
    var checks =
        new ArrayList<>(
            OfferChecks.join(
                OfferChecks.judge(needs, offer),
                DestinationChecks.judge(
                    needs, uuid, role.migration.getSpec().switchoverOrAuto(), seen)));
    var listening = ListenLook.look(needs, host);
    checks.add(ListenChecks.judge(needs, listening));
    checks.addAll(HostFileChecks.judge(needs, HostFileLook.look(needs, host)));
    var copying = role.migration.getSpec().copiesDisks();
    var copies = copying ? CopyChecks.copies(needs, seen.directories()) : List.<DiskCopy>of();
    var look = DiskLook.look(needs, seen.directories(), copying, disks.paths(), host);
    checks.add(wayBack.check());
    checks.addAll(disks.space(copies, look.places()));
    checks.addAll(StorageChecks.judge(needs, look, Bounds.CHECKS - checks.size()));
    var imageLocks = DestinationChecks.hasImageLocks(needs, seen);
    handover.prepare(needs, imageLocks);
    var refused = DestinationChecks.refuse(checks);
    half.say(
        half.next(refused ? DestinationState.Refused : DestinationState.Checked, source)
            .hostSequence(refused ? null : sequence(figures))
            .checks(checks)
            .copies(copies)
            .filters(filters)
            .imageLocks(imageLocks)
            .listenAddresses(ListenChecks.replacements(needs, listening))
            .domain(Domains.report(here)));
  }

  private static Long sequence(CompletableFuture<Long> figures) {
    try {
      return figures.get(PUBLISHED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      var cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new ApiUnavailableException(String.valueOf(cause.getMessage()), e);
    } catch (TimeoutException e) {
      throw new ApiUnavailableException("this host's figures are not published yet", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiUnavailableException("the agent ends", e);
    }
  }

  private Map<String, Directory> directories(Needs needs) {
    var found = new HashMap<String, Directory>();
    DiskLook.directories(needs).forEach(path -> found.put(path, directory(path)));
    return found;
  }

  private Directory directory(String path) {
    try {
      return switch (role.host
          .markers()
          .find(Markers.in(Path.of(path), role.attemptUID), role.attemptUID)) {
        case SharedWithLocks -> Directory.SharedWithLocks;
        case SharedWithoutLocks -> Directory.SharedWithoutLocks;
        case NotShared -> Directory.NotShared;
        case NoDirectory -> Directory.Missing;
      };
    } catch (IOException | InvalidPathException e) {
      return Directory.Silent;
    }
  }
}
