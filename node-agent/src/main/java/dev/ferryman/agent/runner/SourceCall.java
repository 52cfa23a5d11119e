package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.PostCopyState;
import dev.ferryman.agent.decide.SourceStep.Call;
import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.libvirt.CallOutcome;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.agent.libvirt.JobFacts;
import dev.ferryman.agent.libvirt.MigrationRequest;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Progress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's migrate call of one attempt: made once by one process, then watched to the end of the
 * job, by whichever process lives.
 */
final class SourceCall {
  private static final Logger LOG = LoggerFactory.getLogger(SourceCall.class);

  /** First look at a job: shorter ones end unseen and need no progress. */
  private static final Duration FIRST_LOOK = Duration.ofMillis(300);

  /** Progress is written at most so often. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private static final Duration ABORT_AGAIN = Duration.ofMillis(200);

  /**
   * libvirt sends the figures and returns from the call within some 20 ms of each other, but this
   * process may be slow to see them; nobody can ask for them later.
   */
  private static final Duration STATISTICS_PATIENCE = Duration.ofSeconds(2);

  /** They may have come before this process began. */
  private static final Duration STATISTICS_PATIENCE_IN_DOUBT = Duration.ofMillis(250);

  /** libvirt misses a host that does not answer within this. */
  private static final Duration PATIENCE_IN_VAIN = Duration.ofSeconds(45);

  private final Role role;
  private final Consumer<Progress> progressSeen;
  private final Steering steering;
  private final CompletableFuture<MigrationStatistics> statistics = new CompletableFuture<>();

  private Call state = Call.None;

  /** Whether a thread of this process waits for libvirt's call. */
  private boolean waiting;

  /** Whether the guest stands still between two hosts. */
  private boolean handingOver;

  /** Since when the call has nothing more to do here, by the role's clock. */
  private @Nullable Long waitingInVainSince;

  private boolean abortAccepted;
  private boolean abortTried;
  private @Nullable CompletableFuture<MigrationRequest> request;
  private @Nullable CallResult result;

  SourceCall(Role role, Consumer<Progress> progressSeen) {
    this.role = role;
    this.progressSeen = progressSeen;
    this.steering = new Steering(role);
  }

  Call state() {
    return state;
  }

  /** Whether another request to end the job would be of no use now. */
  boolean isAborting() {
    return abortAccepted || abortTried;
  }

  /** Whether the job makes no headway, or takes too long, and is to be ended. */
  boolean hasGivenUp() {
    return steering.hasGivenUp();
  }

  boolean isWaiting() {
    return waiting;
  }

  /**
   * Begins to make up what libvirt is asked for, beside the announcement of it; the copy is marked
   * in both of its definitions.
   */
  void prepare(String address, boolean leftPaused) {
    request =
        CompletableFuture.supplyAsync(
            () -> new CallRequest(role).makeUp(address, leftPaused), role.host.markers().threads());
  }

  /** The announcement goes out; from here on it may have been accepted. */
  void announce() {
    state = Call.Announced;
  }

  /** It has not been accepted, and never will be. */
  void notMade() {
    state = Call.None;
  }

  /** Makes the call on a thread of its own: it blocks for minutes. */
  void make() {
    state = Call.UnderWay;
    waiting = true;
    role.host.listener().started(role.migration);
    var asked = Objects.requireNonNull(request, "prepare comes before make");
    role.host
        .workers()
        .apart(
            "migrate " + role.attemptUID,
            () -> {
              var outcome = result(outcome(asked));
              role.perform(() -> returned(outcome));
            });
    role.wakeAfter(FIRST_LOOK, this::look);
  }

  /**
   * Takes over the call of an agent before this one: the job is libvirt's, so it is only watched.
   */
  void adopt() {
    state = Call.UnderWay;
    look();
  }

  private CallOutcome outcome(CompletableFuture<MigrationRequest> asked) {
    try {
      return role.host.hypervisor().migrate(asked.join());
    } catch (CompletionException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      return new CallOutcome(
          HypervisorException.NO_ANSWER, 0, "libvirt was not asked: " + cause.getMessage());
    }
  }

  private static CallResult result(CallOutcome outcome) {
    return outcome.succeeded()
        ? new CallResult(CallResult.SUCCESS, null, null)
        : new CallResult(
            outcome.code(), outcome.domain(), Bounds.cut(outcome.message(), Bounds.MESSAGE));
  }

  /** Publishes progress; finds the end of a job that no call of this process waits for. */
  private void look() {
    if (state != Call.UnderWay) {
      return;
    }
    role.wakeAfter(LOOK_AGAIN, this::look);
    if (waiting && handingOver) {
      // A question would wait in libvirt for the end of the domain, and with it all else here.
      return;
    }
    var domain = domain();
    var half = half(domain);
    var job = job(domain);
    var progress = job.progress();
    if (half == PostCopyState.Broken ? isWaitedForNoMore() : isLeftInPostCopy(domain)) {
      ended();
    } else if (job.migrating() && progress != null) {
      steering.seen(progress);
      progressSeen.accept(progress);
    } else if (!job.isActive() && !waiting) {
      ended();
    }
    role.proceed();
  }

  private boolean isLeftInPostCopy(Optional<DomainFacts> domain) {
    var entry = role.entry();
    return waiting
        && entry != null
        && entry.isInPostCopy()
        && domain.filter(d -> d.state().isActive()).isEmpty()
        && isWaitedForNoMore();
  }

  /**
   * Whether a call that can have nothing more to do here has had its time: it waits for the
   * destination's libvirt, which may wait for ever for a QEMU that waits for memory (seen).
   */
  private boolean isWaitedForNoMore() {
    var now = role.host.nanoTime().getAsLong();
    if (waitingInVainSince == null) {
      waitingInVainSince = now;
    }
    return !waiting || now - waitingInVainSince >= PATIENCE_IN_VAIN.toNanos();
  }

  /** libvirt may go on with the job when only the connection to it was lost. */
  private void returned(CallResult outcome) {
    waiting = false;
    if (state != Call.UnderWay) {
      // It was given up; what it has come to is told by what libvirt shows.
      return;
    }
    result = outcome;
    var domain = domain();
    if (outcome.code() == CallResult.SUCCESS
        || half(domain) == PostCopyState.Broken
        || !job(domain).migrating()) {
      ended();
    }
  }

  private void ended() {
    if (result == null) {
      result =
          new CallResult(
              CallResult.UNKNOWN,
              null,
              waiting
                  ? "libvirt's call does not come back"
                  : "the agent did not see how libvirt's call ended");
    }
    state = Call.Ended;
    role.proceed();
  }

  /** The guest has been stopped to be handed over: the end of the call is near. */
  void handsOver() {
    handingOver = true;
  }

  /** Asks libvirt to end the job, until it takes that or the job ends. */
  void abort() {
    try {
      // Only a migration: the request would end whatever job the domain has. In post-copy it would
      // be refused.
      var domain = domain();
      if (!half(domain).isHalf() && job(domain).migrating()) {
        role.host.hypervisor().abortJob(role.instanceUUID);
        abortAccepted = true;
        role.record(entry -> entry.withAbortRequested(true));
      }
    } catch (HypervisorException notYetOrNoMore) {
      LOG.debug("libvirt does not take the abort of {} now", role.attemptUID, notYetOrNoMore);
    }
    if (!abortAccepted) {
      abortTried = true;
      role.wakeAfter(
          ABORT_AGAIN,
          () -> {
            abortTried = false;
            role.proceed();
          });
    }
  }

  /** The domain's migration job as libvirt has it now. */
  JobFacts job() {
    return job(domain());
  }

  private Optional<DomainFacts> domain() {
    return role.host.hypervisor().domain(role.instanceUUID);
  }

  /** How the domain stands in post-copy; what libvirt shows of that is noted. */
  private PostCopyState half(Optional<DomainFacts> domain) {
    var half = domain.map(d -> PostCopyState.of(d.state(), d.reason())).orElse(PostCopyState.None);
    if (half.isHalf()) {
      notePostCopy();
    }
    return half;
  }

  /** libvirt has gone over to post-copy: the job cannot be ended any more. */
  void notePostCopy() {
    handingOver = false;
    var entry = role.entry();
    if (entry != null && !entry.isInPostCopy()) {
      role.record(JournalEntry::withPostCopyStarted);
    }
  }

  private JobFacts job(Optional<DomainFacts> domain) {
    return domain.isPresent() && domain.get().state().isActive()
        ? role.host.hypervisor().job(role.instanceUUID)
        : JobFacts.NONE;
  }

  /** How the call ended; only after its end. */
  CallResult result() {
    return Objects.requireNonNull(result, "the call has not ended");
  }

  /** The end is in the journal: nothing more is to be had from the call. */
  void reported() {
    state = Call.None;
  }

  void completed(MigrationStatistics figures) {
    statistics.complete(figures);
  }

  /** The job's final figures; null if libvirt has not sent any. */
  @Nullable MigrationStatistics statistics() {
    var hasSucceeded = result != null && result.code() == CallResult.SUCCESS;
    var patience = hasSucceeded ? STATISTICS_PATIENCE : STATISTICS_PATIENCE_IN_DOUBT;
    return role.host.workers().await(statistics, patience);
  }
}
