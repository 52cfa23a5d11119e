package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.CacheCheck;
import dev.ferryman.agent.decide.CompressionCheck;
import dev.ferryman.agent.decide.PostCopyCheck;
import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The source's look at the instance and at the way to the destination, before anything moves. */
final class SourceChecking {
  private static final Duration BUSY_LOOK = Duration.ofMillis(50);
  private static final int BUSY_LOOKS = 100;
  private static final int BUSY_LOOKS_A_SECOND = 20;

  private final Role role;
  private final SourceHalf half;
  private final Preflight preflight;
  private final Consumer<List<Check>> refuse;
  private int busyLooks;

  /**
   * @param refuse ends the attempt on this host with these checks
   */
  SourceChecking(Role role, SourceHalf half, Preflight preflight, Consumer<List<Check>> refuse) {
    this.role = role;
    this.half = half;
    this.preflight = preflight;
    this.refuse = refuse;
  }

  void begin() {
    preflight.begin();
    var other = otherAttempt();
    if (other != null) {
      awaitOther(other);
      return;
    }
    var host = role.host;
    var domain = host.hypervisor().domain(role.instanceUUID);
    var checks = new ArrayList<Check>();
    checks.add(SourceChecks.domain(host.name(), role.instanceUUID, domain));
    if (domain.isEmpty() || SourceChecks.refuse(checks)) {
      refuse.accept(checks);
      return;
    }
    var facts = host.hypervisor().moveFacts(role.instanceUUID);
    checks.add(SourceChecks.encryption(host.name(), role.destination(), host.transport()));
    checks.addAll(MoveChecks.judge(host.name(), domain.get(), facts));
    var told = MoveChecks.add(SourceChecks.needs(domain.get()), facts);
    var needs = sized(DiskLook.identified(DiskLook.located(told, host), host));
    var versions = host.hypervisor().host();
    checks.add(CacheCheck.judge(needs, host.name(), versions.hypervisorVersion()));
    CompressionCheck.judge(
            role.migration.getSpec().convergenceOrDefault().compressionOrNone(),
            host.name(),
            versions.libvirtVersion())
        .ifPresent(checks::add);
    PostCopyCheck.judge(
            role.migration.getSpec().convergenceOrDefault(),
            host.name(),
            domain.get().state() == DomainState.Paused,
            versions.hypervisorVersion())
        .ifPresent(checks::add);
    var marked = preflight.putMarkers(needs);
    // One more is to come, of the way to the destination.
    marked.failed().stream().limit(Bounds.CHECKS - 1L - checks.size()).forEach(checks::add);
    var ready = preflight.isDone() && !preflight.isBlocked() && !SourceChecks.refuse(checks);
    if (ready) {
      checks.add(reachable());
    }
    half.say(
        half.next(ready ? SourceState.Checked : SourceState.Checking)
            .needs(withAutostart(marked.needs()))
            .checks(checks)
            .domain(Domains.report(domain)));
    role.proceed();
  }

  private Needs sized(Needs needs) {
    return role.migration.getSpec().copiesDisks()
        ? DiskLook.sized(needs, role.instanceUUID, role.host)
        : needs;
  }

  private Needs withAutostart(Needs needs) {
    return Boolean.TRUE.equals(needs.persistent())
        ? NeedsBuilder.builder(needs)
            .autostart(role.host.hypervisor().autostart(role.instanceUUID))
            .build()
        : needs;
  }

  void finish() {
    var checks = new ArrayList<>(said());
    checks.add(reachable());
    if (SourceChecks.refuse(checks)) {
      refuse.accept(checks);
      return;
    }
    half.say(half.next(SourceState.Checked).checks(checks));
    role.proceed();
  }

  /** The checks that have been published. */
  List<Check> said() {
    var last = half.last();
    return last == null ? List.of() : last.checks();
  }

  private Check reachable() {
    return SourceChecks.reachable(
        role.host.name(), role.destination(), preflight.route().trouble());
  }

  private @Nullable String otherAttempt() {
    return role.host.journal().open().stream()
        .filter(entry -> entry.instanceUUID().equals(role.instanceUUID))
        .map(JournalEntry::attemptUID)
        .filter(other -> !other.equals(role.attemptUID))
        .findFirst()
        .orElse(null);
  }

  /** The attempt before this one may be about to close its entry. */
  private void awaitOther(String other) {
    if (++busyLooks > BUSY_LOOKS) {
      refuse.accept(List.of(SourceChecks.busy(role.host.name(), other)));
      return;
    }
    if (busyLooks % BUSY_LOOKS_A_SECOND == 0) {
      // Its watch may have missed the end: the operator admits one order at a time.
      role.rereadOthers();
    }
    role.wakeAfter(BUSY_LOOK, role::proceed);
  }
}
