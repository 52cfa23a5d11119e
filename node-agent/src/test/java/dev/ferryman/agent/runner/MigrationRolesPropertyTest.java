package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.runner.FakeMigrationApi.Weather;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.awaitility.Awaitility;

/** Whatever happens in whatever order: one call an attempt, and evidence that is true. */
class MigrationRolesPropertyTest {
  enum Event {
    AgentsRestart,
    ApiDown,
    ApiUp,
    Cancel,
    SourceDaemonRestarts,
    DestinationDaemonRestarts
  }

  enum Ending {
    Success,
    FailureBeforeSwitchOver,
    FailureAfterSwitchOver,
    LostReply
  }

  @Property(tries = 25)
  void oneCallAndTrueEvidence(@ForAll @Size(max = 5) List<Event> events, @ForAll Ending ending)
      throws IOException, InterruptedException {
    whatever(SwitchoverMode.Fast, events, ending);
  }

  @Property(tries = 25)
  void oneCallAndTrueEvidenceWhereTheCopyWaitsForTheSource(
      @ForAll @Size(max = 5) List<Event> events, @ForAll Ending ending)
      throws IOException, InterruptedException {
    whatever(SwitchoverMode.Strict, events, ending);
  }

  private static void whatever(SwitchoverMode mode, List<Event> events, Ending ending)
      throws IOException, InterruptedException {
    var directory = Files.createTempDirectory("roles");
    try (var scene = new Scene(directory)) {
      if (mode == SwitchoverMode.Strict) {
        scene.withoutImageLocks();
      }
      var migration = scene.orderAndStart(mode);
      migration.arrive();
      events.forEach(event -> happens(event, scene));
      end(mode, ending, scene, migration);
      scene.api.weather(Weather.Fine);

      scene.awaitEvidence();
      var uuid = scene.guest.uuid();
      Awaitility.await("a running copy").until(() -> scene.world.runningCopies(uuid) > 0);
      var runsThere = scene.hostC.stateOf(uuid) == DomainState.Running;
      assertTrue(
          scene.await(
              "word of the copy that was let go on",
              status -> !runsThere || status.destination().started() == Started.Started),
          scene);
    } finally {
      delete(directory);
    }
  }

  private static void happens(Event event, Scene scene) {
    switch (event) {
      case AgentsRestart -> {
        scene.killAgents();
        scene.api.weather(Weather.Fine);
        scene.startAgentB();
        scene.startAgentC();
      }
      case ApiDown -> scene.api.weather(Weather.Down);
      case ApiUp -> scene.api.weather(Weather.Fine);
      case Cancel -> scene.api.cancel();
      case SourceDaemonRestarts -> {
        scene.hostB.daemon.kill();
        scene.hostB.daemon.start();
      }
      case DestinationDaemonRestarts -> {
        scene.hostC.daemon.kill();
        scene.hostC.daemon.start();
      }
    }
  }

  private static void end(
      SwitchoverMode mode, Ending ending, Scene scene, FakeMigration migration) {
    migration.holdAborts();
    if (!isUnderWay(scene)) {
      return;
    }
    switch (ending) {
      case Success -> migration.succeed();
      case FailureBeforeSwitchOver -> migration.failBeforeSwitchOver();
      case FailureAfterSwitchOver -> migration.failAfterSwitchOver();
      case LostReply -> {
        if (mode == SwitchoverMode.Strict) {
          migration.loseReplyAfterStart();
        } else {
          migration.loseReplyAfterStartWithLocks();
        }
      }
    }
  }

  private static boolean isUnderWay(Scene scene) {
    return scene.hostB.job(scene.guest.uuid()).migrating();
  }

  private static void assertTrue(LiveMigrationStatus status, Scene scene) {
    var uuid = scene.guest.uuid();
    assertThat(scene.hostB.migrations.calls(uuid)).as("calls of libvirt").isEqualTo(1);
    assertThat(scene.world.runningCopies(uuid)).as("running copies").isEqualTo(1);
    assertThat(scene.hostB.changes()).noneMatch(change -> change.startsWith("destroy"));
    assertThat(scene.hostC.changes()).noneMatch(change -> change.startsWith("destroy"));
    var runsAtSource = scene.guest.state() == DomainState.Running;
    if (status.source().switched() == Switched.NeverStopped) {
      assertThat(runsAtSource).as("NeverStopped, so it runs at the source").isTrue();
    }
    if (status.source().switched() == Switched.Gone) {
      assertThat(runsAtSource).as("Gone, so it does not run at the source").isFalse();
    }
    if (status.destination().started() == Started.NeverStarted) {
      assertThat(runsAtSource).as("NeverStarted there, so it runs at the source").isTrue();
    }
    if (status.destination().started() == Started.Started) {
      assertThat(runsAtSource).as("Started there, so it does not run at the source").isFalse();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
