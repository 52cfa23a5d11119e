package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.PostCopyState;
import dev.ferryman.agent.decide.ProgressTracker;
import dev.ferryman.agent.decide.SourceStep;
import dev.ferryman.agent.decide.SourceStep.Known;
import dev.ferryman.agent.decide.SourceStepViewBuilder;
import dev.ferryman.agent.journal.Baseline;
import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.journal.Stage;
import dev.ferryman.agent.kube.ReportRefusedException;
import dev.ferryman.agent.libvirt.LifecycleEvent;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switched;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The part of the host that the instance leaves: it owns the libvirt job. */
final class SourceRole extends Role {
  private final SourceHalf half = new SourceHalf(this);
  private final Preflight preflight = new Preflight(this);
  private final SourceOrders orders = new SourceOrders(this);
  private final SourceCall call = new SourceCall(this, this::progressed);
  private final SourceChecking checking = new SourceChecking(this, half, preflight, this::refuse);
  private final SourceHandover handover = new SourceHandover(this);
  private final Autostart autostart = new Autostart(this);
  private final SourceOrphan orphan = new SourceOrphan(this, call, orders, autostart);
  private final PostCopyRecovery recovery =
      new PostCopyRecovery(this, preflight, () -> evidenceChanged = true);
  private boolean evidenceChanged;
  private @Nullable MigrationStatistics statistics;

  SourceRole(HostContext host, LiveMigration migration, Mission mission) {
    super(host, migration, mission);
  }

  @Override
  protected void advance() {
    half.seen(status().source());
    switch (SourceStep.next(view())) {
      case Wait -> {}
      case BeginChecking -> checking.begin();
      case FinishChecking -> checking.finish();
      case RemoveMarkers -> preflight.removeMarkers();
      case RefuseSecondRun -> refuseSecondRun();
      case Start -> start();
      case AskWhetherStarted -> askWhetherStarted();
      case Adopt -> adopt();
      case TellGone -> tellGone();
      case Abort -> call.abort();
      case ReportEvidence -> reportEvidence(orderDone());
      case CarryOut -> carryOut();
      case CleanUp -> cleanUp();
      case Close -> close();
    }
  }

  private SourceStep.View view() {
    var destination = status().destination();
    return SourceStepViewBuilder.builder()
        .phase(phase())
        .cancelled(isCancelled() || call.hasGivenUp())
        .state(half.state())
        .peer(
            destination != null && destination.attemptUID().equals(attemptUID)
                ? destination.state()
                : null)
        .ownChecksBegun(preflight.hasBegun())
        .ownChecksDone(preflight.isDone())
        .ownChecksFail(preflight.isBlocked() || SourceChecks.refuse(checking.said()))
        .markersDown(preflight.hasMarkersDown())
        .known(known(entry()))
        .call(call.state())
        .goneUntold(handover.hasStoodStillToItsEnd() && !half.isGone())
        .daemonDead(daemonStart() == null)
        .abortAccepted(call.isAborting() || isInPostCopy(entry()))
        .orderPending(orderedStep() > orderDone() && order() != SourceOrder.None)
        .evidenceChanged(evidenceChanged)
        .build();
  }

  private static Known known(@Nullable JournalEntry entry) {
    if (entry == null) {
      return Known.Nothing;
    }
    return switch (entry.stage()) {
      case Checking -> Known.Checking;
      case Starting -> Known.Starting;
      case Ended -> Known.Ended;
      case Closed -> Known.Closed;
    };
  }

  private static boolean isInPostCopy(@Nullable JournalEntry entry) {
    return entry != null && entry.isInPostCopy();
  }

  private SourceOrder order() {
    var settlement = status().settlement();
    return settlement == null ? SourceOrder.None : settlement.source();
  }

  private void refuse(List<Check> checks) {
    preflight.removeMarkers();
    record(entry -> entry);
    half.say(half.next(SourceState.Refused).checks(checks));
  }

  /** Where the API server forgot how it ended, the destination is still owed a word on the copy. */
  private void refuseSecondRun() {
    preflight.removeMarkers();
    var refusal =
        half.next(SourceState.Refused).checks(List.of(SourceChecks.alreadyRan(host.name())));
    var entry = entry();
    if (entry != null && entry.stage() == Stage.Ended) {
      var now = Domains.report(host.hypervisor().domain(instanceUUID));
      handover.read(now);
      var switched = handover.switched(entry, now);
      refusal
          .domain(now)
          .switched(switched)
          .sinceSwitchover(
              switched == Switched.Gone ? handover.judge(now, half.isPersistent()) : null);
    }
    half.say(refusal);
  }

  /** Record before acting: the journal, then the API, which must accept it, then libvirt. */
  private void start() {
    preflight.removeMarkers();
    call.prepare(preflight.route().address(), isStrict());
    var domain = host.hypervisor().domain(instanceUUID);
    var check = SourceChecks.domain(host.name(), instanceUUID, domain);
    if (domain.isEmpty() || SourceChecks.refuse(List.of(check))) {
      refuse(List.of(check));
      return;
    }
    record(
        entry ->
            entry
                .withStage(Stage.Starting)
                .withSinceSwitchover(handover.atStart(domain.get()))
                .withBaseline(new Baseline(Domains.report(domain), host.bootID(), daemonStart())));
    call.announce();
    try {
      half.say(half.next(SourceState.Starting).domain(Domains.report(domain)));
    } catch (ReportRefusedException e) {
      notStarted();
      throw e;
    }
    call();
    proceed();
  }

  private void call() {
    if (half.isPersistent()) {
      autostart.takeOff();
    }
    handover.watch();
    call.make();
  }

  /** The announcement was sent, but no answer came: only what the API holds now counts. */
  private void askWhetherStarted() {
    var now = host.api().get(migration.getMetadata().getName());
    if (now.isEmpty()
        || !Objects.equals(now.get().getMetadata().getUid(), migration.getMetadata().getUid())) {
      notStarted();
      becomeOrphan();
      proceed();
      return;
    }
    migration = now.get();
    half.seen(status().source());
    if (half.state() == SourceState.Starting && phase() == Phase.Migrating && !isCancelled()) {
      call();
    } else {
      notStarted();
    }
    proceed();
  }

  private void notStarted() {
    call.notMade();
    record(entry -> entry.withStage(Stage.Checking));
  }

  private void adopt() {
    if (half.state() == SourceState.Checked && !call.job().isActive()) {
      // As far as the API knows the announcement was not accepted. Whether it never was, or the API
      // was restored from before it, nobody can tell.
      record(entry -> entry.withStage(Stage.Closed));
      refuse(List.of(SourceChecks.alreadyRan(host.name())));
      return;
    }
    record(entry -> entry.withStage(Stage.Starting));
    handover.watch();
    call.adopt();
  }

  private void tellGone() {
    if (handover.hasCaughtUp()) {
      half.say(
          half.next(SourceState.Running)
              .switched(Switched.Gone)
              .sinceSwitchover(SinceSwitchover.StoodStill));
      proceed();
    }
  }

  private void progressed(Progress reading) {
    if (isGone()) {
      return;
    }
    half.say(
        half.next(SourceState.Running)
            .jobActive(true)
            .progress(
                ProgressTracker.next(
                    reading, half.progress(), handover.standsStill(), half.memoryBytes())));
  }

  private void reportEvidence(int done) {
    var entry = Objects.requireNonNull(entry());
    if (entry.stage() == Stage.Starting) {
      entry = recordEnd();
    }
    call.reported();
    handover.close();
    preflight.removeMarkers();
    var now = Domains.report(host.hypervisor().domain(instanceUUID));
    lookAgainWhileActive(now, () -> evidenceChanged = true);
    handover.read(now);
    if (PostCopyState.of(now).isHalf()) {
      call.notePostCopy();
    }
    var switched = handover.switched(entry, now);
    if (switched == Switched.NeverStopped) {
      autostart.giveBack();
    } else if (switched == Switched.Gone && statistics == null && isInPostCopy(entry)) {
      // Its end may have come long after that of the call.
      statistics = call.statistics();
    }
    var since = switched == Switched.Gone ? handover.judge(now, half.isPersistent()) : null;
    if (!isSaid(now, switched, since, done)) {
      var evidence =
          half.nextAtEnd(switched)
              .domain(now)
              .jobActive(false)
              .switched(switched)
              .sinceSwitchover(since)
              .justResumed(handover.isJustResumed(now) ? true : null)
              .result(entry.result())
              .done(done == 0 ? null : done);
      if (statistics != null) {
        evidence.statistics(statistics);
      }
      if (switched == Switched.Gone
          && handover.hasAllLeft(entry, now, half.isPersistent(), order())) {
        evidence.progress(ProgressTracker.complete(half.progress()));
      }
      half.say(evidence);
    }
    evidenceChanged = false;
    proceed();
  }

  /** Journals how the call ended, before anything is said of it. */
  private JournalEntry recordEnd() {
    var outcome = call.result();
    if (outcome.code() <= CallResult.SUCCESS) {
      statistics = call.statistics();
    }
    var ended = record(entry -> entry.withStage(Stage.Ended).withResult(outcome));
    host.listener()
        .ended(migration, outcome.code() == CallResult.SUCCESS, String.valueOf(outcome.message()));
    return ended;
  }

  private boolean isSaid(
      DomainReport now, Switched switched, @Nullable SinceSwitchover since, int done) {
    var last = half.last();
    return last != null
        && last.endSequence() != null
        && last.state() == SourceState.CleanedUp
        && host.bootID().equals(last.bootID())
        && Objects.equals(daemonStart(), last.libvirtdStartTime())
        && now.equals(last.domain())
        && switched == last.switched()
        && since == last.sinceSwitchover()
        && (!handover.isJustResumed(now) || Boolean.TRUE.equals(last.justResumed()))
        && done == (last.done() == null ? 0 : last.done());
  }

  private void carryOut() {
    var step = orderedStep();
    if (order() == SourceOrder.ResumePostCopy && !recovery.isOver(orders.known())) {
      if (evidenceChanged) {
        reportEvidence(orderDone());
      }
      return;
    }
    orders.carryOut(order(), call.job().isActive(), handover::isJustResumed);
    record(e -> e.withSettledStep(step));
    evidenceChanged = true;
    reportEvidence(step);
  }

  private void cleanUp() {
    var entry = entry();
    if (entry != null && entry.stage() == Stage.Ended) {
      reportEvidence(orderDone());
      return;
    }
    preflight.removeMarkers();
    var now = Domains.report(host.hypervisor().domain(instanceUUID));
    half.say(half.next(SourceState.CleanedUp).domain(now).jobActive(false));
    proceed();
  }

  private void close() {
    preflight.removeMarkers();
    if (orders.oweUndefine()) {
      orders.undefineLeftover();
    } else {
      autostart.giveBack();
    }
    record(entry -> entry.withStage(Stage.Closed));
    done();
  }

  @Override
  protected void advanceOrphaned() {
    var entry = entry();
    if (entry == null || !entry.stage().isOpen()) {
      done();
    } else if (orphan.waits(entry)) {
      lookAgainOrphaned(() -> {});
    } else {
      preflight.removeMarkers();
      handover.close();
      orphan.close();
      done();
    }
  }

  @Override
  protected void forgetWords() {
    half.forget();
  }

  @Override
  protected void doubtEvidence() {
    var entry = entry();
    evidenceChanged = entry != null && entry.stage() == Stage.Ended;
    handover.reconnected();
  }

  @Override
  protected void eventsMissed() {
    handover.disconnected();
  }

  @Override
  protected void noticed(LifecycleEvent event) {
    var entry = entry();
    if (entry == null || !entry.stage().isOpen()) {
      return;
    }
    if (event.isOfPostCopySource()) {
      call.notePostCopy();
    } else if (event.kind() == LifecycleEvent.Kind.Suspended
        && entry.stage() == Stage.Starting
        && !entry.suspended()
        // A guest that was paused to be copied is still under way, and must not be left so; one
        // that is stopped for post-copy has a long way to go.
        && entry.pause() == null
        && entry.postCopy() == null
        && event.isOfMigration()) {
      call.handsOver();
    }
    handover.noticed(event, entry);
    evidenceChanged = evidenceChanged || entry.stage() == Stage.Ended;
  }

  @Override
  protected void completed(MigrationStatistics figures) {
    call.completed(figures);
  }
}
