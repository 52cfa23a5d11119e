package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.DestinationStep;
import dev.ferryman.agent.decide.DestinationStepViewBuilder;
import dev.ferryman.agent.decide.OrderGuard;
import dev.ferryman.agent.journal.Stage;
import dev.ferryman.agent.libvirt.LifecycleEvent;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The part of the host that the instance comes to: it checks, and tells what came of the copy. */
final class DestinationRole extends Role {
  /** The source's libvirt ends its call some 200 ms after the guest has started here. */
  private static final Duration END_OF_SOURCE = Duration.ofSeconds(2);

  private final DestinationHalf half = new DestinationHalf(this);
  private final DestinationHandover handover = new DestinationHandover(this, this::source);
  private final DestinationCopy copy = new DestinationCopy(this, handover, this::source);
  private final DestinationDisks disks = new DestinationDisks(this);
  private final DestinationChecking checking = new DestinationChecking(this, half, handover, disks);
  private final DestinationOrphan orphan = new DestinationOrphan(this, handover, copy, disks);
  private final Autostart autostart = new Autostart(this);
  private boolean evidenceChanged;
  private boolean warned;

  DestinationRole(HostContext host, LiveMigration migration, Mission mission) {
    super(host, migration, mission);
  }

  @Override
  protected void advance() {
    half.seen(status().destination());
    if (phase() == Phase.Checking && half.state() == null) {
      checking.begin();
    }
    switch (DestinationStep.next(view())) {
      case Wait -> {}
      case Check -> checking.check(Objects.requireNonNull(source()));
      case Prepare -> disks.prepare(half, Objects.requireNonNull(source()));
      case RefuseSecondRun ->
          half.say(
              half.next(DestinationState.Refused, null)
                  .checks(List.of(SourceChecks.alreadyRan(host.name()))));
      case ReportEvidence, CleanUp -> reportEvidence(orderDone());
      case Resume -> resume();
      case CarryOut -> carryOut();
      case Close -> close();
    }
  }

  private DestinationStep.View view() {
    var source = source();
    var entry = entry();
    return DestinationStepViewBuilder.builder()
        .phase(phase())
        .needsKnown(source != null && source.needs() != null)
        .state(half.state())
        .hasToPrepare(half.last() != null && half.last().hasToPrepare())
        .sourceOut(
            source != null
                && (source.state() == SourceState.Refused
                    || source.state() == SourceState.CleanedUp))
        .closed(entry != null && !entry.stage().isOpen())
        .sourceEnd(source == null ? null : source.endSequence())
        .peerSequence(half.peerSequence())
        .resumeDue(handover.isResumeDue())
        // Also an order of nothing: the operator asks for a new reading.
        .orderPending(orderedStep() > orderDone())
        .evidenceChanged(evidenceChanged)
        .build();
  }

  private @Nullable SourceReport source() {
    var status = migration.getStatus();
    var source = status == null ? null : status.source();
    return source != null && source.attemptUID().equals(attemptUID) ? source : null;
  }

  private DestinationOrder order() {
    var settlement = status().settlement();
    return settlement == null ? DestinationOrder.None : settlement.destination();
  }

  private void reportEvidence(int done) {
    // Before the reading: what the source says after it is not what this reading stands on.
    var source = source();
    var domain = host.hypervisor().domain(instanceUUID);
    var now = Domains.report(domain);
    var started = copy.started(now);
    noteDefinition(now);
    lookAgainWhileActive(now, () -> evidenceChanged = true);
    if ((started == Started.Started || copy.isLeftPaused(domain)) && copy.hasSourceGone()) {
      autostart.takeOver(source);
    }
    disks.settle(domain, started, copy.isGuest(domain), source);
    var state =
        disks.areOwed()
            ? DestinationState.Prepared
            : copy.isClean(domain, started) ? DestinationState.CleanedUp : DestinationState.Checked;
    if (isKnown(now, started, state, source, done)) {
      evidenceChanged = false;
      return;
    }
    half.say(
        handover
            .tellHowLongHeld(half.next(state, source))
            .domain(now)
            .started(started)
            .prepared(disks.told())
            .done(done == 0 ? null : done));
    evidenceChanged = false;
    proceed();
  }

  /** Whoever removes it: that there is none any more must not pass for that there never was one. */
  private void noteDefinition(DomainReport now) {
    var entry = entry();
    var inactive = now.state() == DomainState.ShutOff || now.state() == DomainState.Crashed;
    if (inactive && entry != null && !entry.definitionSeen()) {
      record(e -> e.withDefinitionSeen(true));
    }
  }

  /** Whether the last report says the same, and stands on the source's end. */
  private boolean isKnown(
      DomainReport now,
      Started started,
      DestinationState state,
      @Nullable SourceReport source,
      int done) {
    var last = half.last();
    if (last == null
        || last.started() == null
        || last.state() != state
        || !now.equals(last.domain())
        || !host.bootID().equals(last.bootID())
        || !Objects.equals(daemonStart(), last.libvirtdStartTime())) {
      return false;
    }
    var end = source == null ? null : source.endSequence();
    var peer = last.peerSequence();
    return started == last.started()
        && done == (last.done() == null ? 0 : last.done())
        && (end == null || (peer != null && peer >= end));
  }

  private void resume() {
    if (handover.resume() == OrderGuard.Permission.Act) {
      host.listener().settled(migration, "destination: the source is gone, the guest goes on here");
    }
    proceed();
  }

  private void carryOut() {
    var step = orderedStep();
    var order = order();
    var permission = order == DestinationOrder.Resume ? handover.resume() : remove(order);
    host.listener().settled(migration, "destination: " + order + ": " + permission);
    record(entry -> entry.withSettledStep(step));
    evidenceChanged = true;
    reportEvidence(step);
  }

  private OrderGuard.Permission remove(DestinationOrder order) {
    var domain = host.hypervisor().domain(instanceUUID);
    var now = Domains.report(domain);
    var permission = handover.permit(order, domain);
    if (permission == OrderGuard.Permission.Act) {
      if (copy.started(now) == Started.NeverStarted) {
        record(entry -> entry.withDiscarded(true));
      }
      remove(instanceUUID, now);
    }
    return permission;
  }

  private void remove(String uuid, DomainReport now) {
    if (now.state().isActive()) {
      host.hypervisor().destroy(uuid);
    }
    if (host.hypervisor().domain(uuid).isPresent()) {
      host.hypervisor().undefine(uuid);
    }
  }

  /** A host that was silent when the migration ended removes what its own journal proves idle. */
  private void close() {
    var entry = entry();
    boolean moved = phase() == Phase.Succeeded && !migration.getSpec().onlyChecks();
    if (moved && entry != null && entry.stage().isOpen()) {
      // This host's last word can be from before the source's copy was gone.
      autostart.takeOver(source());
    }
    if (phase() != Phase.Succeeded && !copy.isGuestAtSource() && handover.holdsCopy()) {
      // The API server was put back to before the move; the guest is owed this copy all the same.
      if (handover.isResumeDue()) {
        resume();
      } else {
        warnOfCopy();
        handover.look();
      }
      return;
    }
    if (phase() == Phase.Succeeded || hasRemovedWhatNeverRan()) {
      settleDisks(moved);
      record(e -> e.withStage(Stage.Closed));
      done();
    }
  }

  private void settleDisks(boolean moved) {
    if (disks.areOwed()) {
      var source = source();
      var domain = host.hypervisor().domain(instanceUUID);
      var started = copy.started(Domains.report(domain));
      // What is still here is kept.
      disks.settle(domain, started, moved || copy.isOfAttempt(domain), source);
      disks.leave();
    }
  }

  /**
   * False as long as a copy of the attempt stands still here that may be neither kept nor removed.
   */
  private boolean hasRemovedWhatNeverRan() {
    var domain = host.hypervisor().domain(instanceUUID);
    var now = Domains.report(domain);
    if (domain.isEmpty() || !attemptUID.equals(now.attemptMark())) {
      return true;
    }
    if (now.state().runs()) {
      autostart.takeOver(source());
      return true;
    }
    if (domain.get().incoming()) {
      return false;
    }
    var started = copy.started(now);
    if (!now.state().isActive() && started != Started.NeverStarted) {
      return removeIfSourceNeverStopped(now, started);
    }
    if (started != Started.NeverStarted) {
      warnOfCopy();
      return false;
    }
    if (copy.isLastDefinition(now.state())) {
      return true;
    }
    if (now.state().isActive() && !copy.isGuestAtSource()) {
      // The API server was put back to before the move, which ended as one that never began: this
      // copy may be all that there is of the guest.
      autostart.takeOver(source());
      return true;
    }
    remove(instanceUUID, now);
    host.listener().settled(migration, "destination: removed a copy that never ran");
    return true;
  }

  /**
   * A definition that is not proved idle by this host's own history: that the guest never stopped
   * at its source proves it. Else it may be the last one of the guest, and is kept.
   */
  private boolean removeIfSourceNeverStopped(DomainReport now, Started started) {
    if (started == Started.Unknown && copy.neverLeftSource()) {
      remove(instanceUUID, now);
      host.listener().settled(migration, "destination: removed a definition that never ran");
    }
    return true;
  }

  private void warnOfCopy() {
    if (!warned) {
      warned = true;
      host.listener()
          .settled(
              migration,
              "destination: a copy of the instance stands still here, and whether it ever ran is"
                  + " not known: it is left for a person to remove");
    }
  }

  @Override
  protected void advanceOrphaned() {
    var entry = entry();
    if (entry != null && entry.stage().isOpen()) {
      if (copy.neverLeftSource()) {
        if (!hasRemovedWhatNeverRan()) {
          lookAgainOrphaned(() -> {});
          return;
        }
        orphan.removeDisksOfOneThatStayed();
      } else if (handover.isResumeDue()) {
        resume();
        return;
      } else if (!orphan.isOver(entry)) {
        lookAgainOrphaned(handover::look);
        return;
      }
      if (copy.hasLeftSource()) {
        autostart.takeOver(source());
      }
      record(e -> e.withStage(Stage.Closed));
    }
    done();
  }

  @Override
  protected void forgetWords() {
    half.forget();
  }

  @Override
  protected void doubtEvidence() {
    evidenceChanged = entry() != null;
    if (evidenceChanged) {
      handover.look();
    }
  }

  @Override
  protected void noticed(LifecycleEvent event) {
    var entry = entry();
    if (entry == null || !entry.stage().isOpen()) {
      return;
    }
    switch (event.kind()) {
      case Resumed -> {
        if (!entry.resumed()) {
          record(e -> e.withResumed(true));
        }
        tell();
      }
      case Suspended -> {
        handover.paused();
        tell();
      }
      case Stopped, Undefined, Crashed -> tell();
      case Defined, Started, Shutdown, PMSuspended -> {}
    }
  }

  /**
   * At once when the source has ended. Before, its end is about to come and asks for a reading
   * anyway; telling of the arrival costs the guest time just as it starts here.
   */
  private void tell() {
    var source = source();
    if (source != null && source.endSequence() != null) {
      evidenceChanged = true;
    } else {
      wakeAfter(
          END_OF_SOURCE,
          () -> {
            evidenceChanged = true;
            proceed();
          });
    }
  }

  @Override
  protected void eventsMissed() {
    var entry = entry();
    if (entry != null && entry.stage().isOpen() && !entry.eventsMissed()) {
      record(e -> e.withEventsMissed(true));
    }
  }
}
