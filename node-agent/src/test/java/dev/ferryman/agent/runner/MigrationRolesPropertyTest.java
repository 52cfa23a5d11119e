package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.runner.FakeMigrationApi.Weather;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

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
    var directory = Files.createTempDirectory("roles");
    try (var scene = new Scene(directory)) {
      var migration = scene.orderAndStart();
      migration.arrive();
      events.forEach(event -> happens(event, scene));
      end(ending, scene, migration);
      scene.api.weather(Weather.Fine);

      assertTrue(scene.awaitEvidence(), scene);
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
        scene.hostB.killDaemon();
        scene.hostB.startDaemon();
      }
      case DestinationDaemonRestarts -> {
        scene.hostC.killDaemon();
        scene.hostC.startDaemon();
      }
    }
  }

  private static void end(Ending ending, Scene scene, FakeMigration migration) {
    migration.holdAborts();
    if (!isUnderWay(scene)) {
      return;
    }
    switch (ending) {
      case Success -> migration.succeed();
      case FailureBeforeSwitchOver -> migration.failBeforeSwitchOver();
      case FailureAfterSwitchOver -> migration.failAfterSwitchOver();
      case LostReply -> migration.loseReplyAfterStartWithLocks();
    }
  }

  private static boolean isUnderWay(Scene scene) {
    return scene.hostB.job(scene.guest.uuid()).migrating();
  }

  private static void assertTrue(LiveMigrationStatus status, Scene scene) {
    var uuid = scene.guest.uuid();
    assertThat(scene.hostB.migrateCalls(uuid)).as("calls of libvirt").isEqualTo(1);
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
