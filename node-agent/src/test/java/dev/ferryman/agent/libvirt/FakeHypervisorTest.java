package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FakeHypervisorTest {
  private final FakeWorld world = new FakeWorld();
  private final FakeHypervisor b = world.host("host-b");
  private final FakeHypervisor c = world.host("host-c");
  private final FakeDomain guest = b.define("g1").project("p1").start();
  private final List<String> seen = new ArrayList<>();

  @Test
  void aDomainThatCannotBeReadMightBeAnyAttempts() {
    var b = new FakeWorld().host("host-b");
    var guest = b.define("g1").monstrous().start();

    assertThat(b.domain(guest.uuid()))
        .hasValueSatisfying(
            facts ->
                assertThatThrownBy(facts::attemptMark)
                    .isInstanceOf(HypervisorException.class)
                    .hasMessageStartingWith("g1 cannot be read: domain: the XML has"));
  }

  @Test
  void movesADomainInLibvirtsOrder() throws Exception {
    listen();
    var call = migrate();

    b.migrations.await(guest.uuid()).succeed();

    assertThat(outcome(call)).isEqualTo(CallOutcome.SUCCESS);
    assertThat(seen)
        .containsExactly(
            "c Started 1",
            "b Suspended 1",
            "c Defined 0",
            "c Resumed 1",
            "b Stopped 3",
            "b completed");
    assertThat(b.domain(guest.uuid())).isEmpty();
    assertThat(c.domainNamed("g1"))
        .hasValueSatisfying(
            copy -> {
              assertThat(copy.state()).isEqualTo(DomainState.Running);
              assertThat(copy.reason()).isEqualTo("migrated");
              assertThat(copy.persistent()).isTrue();
              assertThat(copy.definition().attemptMark()).isEqualTo("u/1");
            });
    assertThat(world.runningCopies(guest.uuid())).isEqualTo(1);
    assertThat(b.migrations.calls(guest.uuid())).isEqualTo(1);
  }

  @Test
  void showsACopyThatIsBeingReceived() throws Exception {
    var call = migrate();
    var migration = b.migrations.await(guest.uuid());

    migration.arrive();

    var copy = c.domain(guest.uuid()).orElseThrow();
    assertThat(copy.incoming()).isTrue();
    assertThat(copy.persistent()).isFalse();
    assertThat(copy.reason()).isEqualTo("migrating");
    assertThat(copy.definition().attemptMark()).isEqualTo("u/1");
    assertThat(b.job(guest.uuid()).migrating()).isTrue();
    assertThat(c.job(guest.uuid()).migrating()).isFalse();
    assertThatThrownBy(() -> c.diskCapacityBytes(guest.uuid(), "vda"))
        .isInstanceOf(AssertionError.class);

    migration.failBeforeSwitchOver();
    assertThat(outcome(call)).isEqualTo(FakeOutcomes.DESTINATION_QEMU_DIED);
    assertThat(c.domains()).isEmpty();
    assertThat(b.domain(guest.uuid()).orElseThrow().reason()).isEqualTo("booted");
  }

  @Test
  void leavesAPausedGuestPaused() throws Exception {
    guest.pause();
    var call = migrate();

    b.migrations.await(guest.uuid()).succeed();

    assertThat(outcome(call).succeeded()).isTrue();
    var copy = c.domain(guest.uuid()).orElseThrow();
    assertThat(copy.state()).isEqualTo(DomainState.Paused);
    assertThat(copy.reason()).isEqualTo("user");
  }

  @Test
  void letsTheSourceGoOnWhenTheDestinationCannotTakeOver() throws Exception {
    listen();
    var call = migrate();

    b.migrations.await(guest.uuid()).failAfterSwitchOver();

    assertThat(outcome(call).succeeded()).isFalse();
    assertThat(seen).containsExactly("c Started 1", "b Suspended 1", "c Stopped 5", "b Resumed 1");
    assertThat(b.domain(guest.uuid()).orElseThrow().reason()).isEqualTo("migration canceled");
  }

  @Test
  void runsTwoWhenTheReplyIsLost() throws Exception {
    var call = migrate();

    b.migrations.await(guest.uuid()).loseReplyAfterStart();

    assertThat(outcome(call)).isEqualTo(FakeOutcomes.SOCKET_CLOSED);
    assertThat(world.runningCopies(guest.uuid())).isEqualTo(2);
  }

  @Test
  void startsNothingTwiceWhereLocksHold() throws Exception {
    var call = migrate();

    b.migrations.await(guest.uuid()).loseReplyAfterStartWithLocks();

    assertThat(outcome(call)).isEqualTo(FakeOutcomes.SOCKET_CLOSED);
    assertThat(world.runningCopies(guest.uuid())).isEqualTo(1);
    assertThat(b.domain(guest.uuid()).orElseThrow().reason()).isEqualTo("migrating");
  }

  @Test
  void aCopyMayStartAfterTheCallHasFailed() throws Exception {
    var call = migrate();
    var migration = b.migrations.await(guest.uuid());

    migration.failWithFinishQueued();

    assertThat(outcome(call).succeeded()).isFalse();
    assertThat(c.domain(guest.uuid()).orElseThrow().incoming()).isTrue();
    migration.finishLate();
    assertThat(world.runningCopies(guest.uuid())).isEqualTo(2);
  }

  @Test
  void abortsOnlyBeforeTheSwitchOver() throws Exception {
    var first = migrate();
    b.migrations.await(guest.uuid()).arrive();
    b.abortJob(guest.uuid());
    assertThat(outcome(first)).isEqualTo(FakeOutcomes.ABORTED);

    var second = migrate();
    var migration = b.migrations.await(guest.uuid());
    migration.switchOver();
    b.abortJob(guest.uuid());
    migration.succeed();
    assertThat(outcome(second)).isEqualTo(CallOutcome.SUCCESS);
    assertThat(migration.abortRequested()).isTrue();
  }

  @Test
  void refusesWhatLibvirtRefuses() throws Exception {
    c.define("g1").uuid("4f9d6b0c-93f4-4f3a-9b0e-3f0f5b0a7c11");
    assertThat(outcome(migrate()).message()).contains("already exists with uuid");
    c.undefine("4f9d6b0c-93f4-4f3a-9b0e-3f0f5b0a7c11");

    world.cut("host-b", "host-c");
    assertThat(outcome(migrate()).code()).isEqualTo(38);
    assertThatThrownBy(() -> b.probe("qemu+tls://host-c/system"))
        .isInstanceOf(HypervisorException.class);
    world.mend("host-b", "host-c");

    var running = migrate();
    b.migrations.await(guest.uuid());
    assertThat(outcome(migrate()).message()).contains("another migration job");
    b.migrations.await(guest.uuid()).succeed();
    assertThat(outcome(running).succeeded()).isTrue();
    assertThat(outcome(migrate()).code()).isEqualTo(42);
    assertThat(b.migrations.calls(guest.uuid())).isEqualTo(5);
  }

  @Test
  void theSourcesDaemonDiesInMidCopy() throws Exception {
    listen();
    var call = migrate();
    b.migrations.await(guest.uuid()).arrive();
    var start = b.daemonStartTicks();

    b.daemon.kill();

    assertThat(outcome(call)).isEqualTo(FakeOutcomes.DAEMON_DIED);
    assertThat(b.daemonStartTicks()).isEmpty();
    assertThatThrownBy(b::domains).isInstanceOf(HypervisorException.class);
    assertThat(c.domains()).isEmpty();

    b.daemon.start();

    assertThat(b.daemonStartTicks()).isPresent().isNotEqualTo(start);
    assertThat(b.domain(guest.uuid()).orElseThrow().reason()).isEqualTo("booted");
    assertThat(seen)
        .containsExactly("c Started 1", "c Shutdown 2", "c Stopped 1", "b lost", "b connected");
  }

  @Test
  void theSourcesDaemonDiesAfterTheDestinationStarted() throws Exception {
    var call = migrate();
    b.migrations.await(guest.uuid()).finish();

    b.daemon.kill();
    b.daemon.start();

    assertThat(outcome(call)).isEqualTo(FakeOutcomes.DAEMON_DIED);
    assertThat(b.domain(guest.uuid()).orElseThrow().reason()).isEqualTo("migrating");
    assertThat(b.job(guest.uuid())).isEqualTo(JobFacts.NONE);
    assertThat(world.runningCopies(guest.uuid())).isEqualTo(1);
  }

  @Test
  void theDestinationsDaemonDiesBeforeItFinished() throws Exception {
    var call = migrate();
    b.migrations.await(guest.uuid()).switchOver();

    c.daemon.kill();

    assertThat(outcome(call)).isEqualTo(FakeOutcomes.SOCKET_CLOSED);
    assertThat(b.domain(guest.uuid()).orElseThrow().reason()).isEqualTo("migration canceled");
    c.daemon.start();
    assertThat(c.domains()).as("still there when the daemon answers").hasSize(1);
    listen();
    c.daemon.endOrphans();
    assertThat(c.domains()).isEmpty();
    assertThat(seen).doesNotContain("c Stopped 5");
  }

  @Test
  void holdsEventsBackWhileTheDaemonHangs() {
    listen();
    b.daemon.hang();
    guest.shutDown();

    assertThat(seen).isEmpty();
    assertThatThrownBy(b::domains).hasMessageContaining("no answer");

    b.daemon.goOn();
    assertThat(seen).containsExactly("b Stopped 0");
  }

  @Test
  void aListenerMayActOnWhatItIsTold() {
    b.addListener(
        new HypervisorListener() {
          @Override
          public void lifecycle(LifecycleEvent event) {
            if (event.kind() == LifecycleEvent.Kind.Suspended) {
              b.resume(event.uuid());
            }
          }
        });
    listen();

    guest.pause();

    assertThat(seen).containsExactly("b Suspended 0", "b Resumed 0");
    assertThat(guest.state()).isEqualTo(DomainState.Running);
  }

  @Test
  void aScriptCanSayBeforehandWhatBecomesOfMigrations() {
    b.migrations.onBegin(FakeMigration::succeed);

    assertThat(b.migrate(request())).isEqualTo(CallOutcome.SUCCESS);
  }

  @Test
  void destroyingTheIncomingCopyEndsTheMigration() throws Exception {
    var call = migrate();
    b.migrations.await(guest.uuid()).arrive();

    c.destroy(guest.uuid());

    assertThat(outcome(call)).isEqualTo(FakeOutcomes.DESTINATION_QEMU_DIED);
    assertThat(guest.state()).isEqualTo(DomainState.Running);
    assertThat(c.changes()).containsExactly("destroy " + guest.uuid());
  }

  private void listen() {
    b.addListener(noting("b"));
    c.addListener(noting("c"));
    seen.clear();
  }

  private HypervisorListener noting(String host) {
    return new HypervisorListener() {
      @Override
      public void lifecycle(LifecycleEvent event) {
        seen.add(host + " " + event.kind() + " " + event.detail());
      }

      @Override
      public void jobCompleted(String uuid, MigrationStatistics statistics) {
        seen.add(host + " completed");
      }

      @Override
      public void connected() {
        seen.add(host + " connected");
      }

      @Override
      public void disconnected() {
        seen.add(host + " lost");
      }
    };
  }

  private MigrationRequest request() {
    var mark = "<f:attempt xmlns:f='https://ferryman.dev/attempt' uid='u/1'/></metadata>";
    return new MigrationRequest(
        guest.uuid(),
        "qemu+tls://host-c/system",
        "",
        guest.liveXml.replace("</metadata>", mark),
        guest.liveXml.replace("</metadata>", mark),
        true,
        false);
  }

  private CompletableFuture<CallOutcome> migrate() {
    var request = request();
    return CompletableFuture.supplyAsync(() -> b.migrate(request));
  }

  private static CallOutcome outcome(CompletableFuture<CallOutcome> call) throws Exception {
    return call.get(10, TimeUnit.SECONDS);
  }
}
