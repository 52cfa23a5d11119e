package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.SourceStep.Call;
import dev.ferryman.agent.libvirt.AttemptMark;
import dev.ferryman.agent.libvirt.CallOutcome;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.agent.libvirt.JobFacts;
import dev.ferryman.agent.libvirt.MigrationRequest;
import dev.ferryman.agent.libvirt.XmlForm;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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

  /** libvirt sends the figures and returns from the call within some 20 ms of each other. */
  private static final Duration STATISTICS_PATIENCE = Duration.ofMillis(250);

  private final Role role;
  private final Consumer<Progress> progressSeen;
  private final Steering steering;
  private final CompletableFuture<MigrationStatistics> statistics = new CompletableFuture<>();

  private Call state = Call.None;

  /** Whether a thread of this process waits for libvirt's call. */
  private boolean waiting;

  /** Whether the guest stands still between two hosts. */
  private boolean handingOver;

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
            () -> makeUp(address, leftPaused), role.host.markers().threads());
  }

  private MigrationRequest makeUp(String address, boolean leftPaused) {
    var hypervisor = role.host.hypervisor();
    var transport = role.host.transport();
    var uuid = role.instanceUUID;
    var domain =
        hypervisor
            .domain(uuid)
            .orElseThrow(() -> HypervisorException.noAnswer("the domain has gone"));
    var convergence = role.migration.getSpec().convergenceOrDefault();
    return new MigrationRequest(
            uuid,
            transport.uri(role.destination()),
            dataUri(address),
            AttemptMark.put(hypervisor.migratableXml(uuid, XmlForm.Live), role.attemptUID),
            domain.persistent()
                ? AttemptMark.put(
                    hypervisor.migratableXml(uuid, XmlForm.Persistent), role.attemptUID)
                : "",
            transport.dataEncrypted(),
            leftPaused)
        .withConvergence(convergence)
        .withCopiedDisks(copies());
  }

  /** The disks for which the destination has made images. */
  private List<String> copies() {
    var destination = role.status().destination();
    if (destination == null || destination.copies().isEmpty()) {
      return List.of();
    }
    if (destination.state() != DestinationState.Prepared) {
      throw HypervisorException.noAnswer("the destination has not made the images of its disks");
    }
    return destination.copies().stream().map(DiskCopy::target).toList();
  }

  private static String dataUri(String address) {
    if (address.isEmpty()) {
      return "";
    }
    return address.contains(":") && !address.startsWith("[")
        ? "tcp://[" + address + "]"
        : "tcp://" + address;
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
    var job = job();
    var progress = job.progress();
    if (job.migrating() && progress != null) {
      steering.seen(progress);
      progressSeen.accept(progress);
    } else if (!job.isActive() && !waiting) {
      ended();
    }
    role.proceed();
  }

  /** libvirt may go on with the job when only the connection to it was lost. */
  private void returned(CallResult outcome) {
    waiting = false;
    result = outcome;
    if (outcome.code() == CallResult.SUCCESS || !job().migrating()) {
      ended();
    }
  }

  private void ended() {
    if (result == null) {
      result =
          new CallResult(
              CallResult.UNKNOWN, null, "the agent did not see how libvirt's call ended");
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
      // Only a migration: the request would end whatever job the domain has.
      if (job().migrating()) {
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
    var domain = role.host.hypervisor().domain(role.instanceUUID);
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
    return role.host.workers().await(statistics, STATISTICS_PATIENCE);
  }
}
