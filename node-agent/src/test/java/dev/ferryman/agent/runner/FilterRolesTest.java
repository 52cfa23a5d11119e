package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.journal.PreparedFilter;
import dev.ferryman.agent.journal.Stage;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.libvirt.Presence;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.NetworkKind;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Network filters that the destination has not are installed there, where that is allowed. */
class FilterRolesTest extends SceneTest {
  private static final String OTHERS_UUID = "5c6d49af-b071-6127-b4ec-6f8ed4b55335";
  private static final String NO_SPOOFING =
      "<filter name='no-spoofing'><uuid>%s</uuid><rule action='%s' direction='out'/></filter>";
  private static final String CLEAN =
      "<filter name='clean'><uuid>1</uuid><filterref filter='no-spoofing'/></filter>";

  @BeforeEach
  void aGuestWithFilters() {
    scene.guest.device(
        "<interface type='bridge'><source bridge='br0'/><filterref filter='clean'/></interface>");
    scene.hostB.objects.filters.put("clean", CLEAN);
    scene.hostB.objects.filters.put("no-spoofing", NO_SPOOFING.formatted("2", "drop"));
    scene.hostC.objects.networks.put(
        new NetworkNeed(NetworkKind.Interface, "br0"), Presence.Active);
  }

  private Map<String, String> there() {
    return scene.hostC.objects.filters;
  }

  private void toPrepared() {
    scene.installFilters();
    scene.orderAndCheck();
    scene.enter(Phase.Preparing);
    awaitState(DestinationState.Prepared);
  }

  private FakeMigration start() throws InterruptedException {
    toPrepared();
    scene.api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Migrating)
                .switchover(SwitchoverMode.Fast)
                .build());
    return scene.hostB.migrations.await(scene.guest.uuid());
  }

  private void awaitState(DestinationState state) {
    scene.await(state.name(), status -> status.destination().state() == state);
  }

  private List<String> refusals() {
    var status =
        scene.await(
            "refused",
            now ->
                now.destination() != null && now.destination().state() == DestinationState.Refused);
    return status.destination().checks().stream()
        .filter(check -> check.outcome() == CheckOutcome.Fail)
        .map(Check::reason)
        .toList();
  }

  @Test
  void checkingInstallsNothing() {
    scene.installFilters();
    scene.orderAndCheck();

    assertThat(scene.api.status().destination().filters()).containsExactly("no-spoofing", "clean");
    assertThat(there()).isEmpty();
  }

  @Test
  void whereItIsNotAllowedTheGuestIsRefused() {
    scene.order();

    assertThat(refusals()).containsExactly("NetworkFilterMissing");
    assertThat(scene.api.status().destination().checks().toString())
        .contains("--install-nwfilters");
    assertThat(there()).isEmpty();
  }

  @Test
  void filtersAreThereBeforeTheGuestAndStayWithIt() throws InterruptedException {
    var migration = start();
    assertThat(scene.hostC.objects.installed).containsExactly("no-spoofing", "clean");
    assertThat(scene.api.status().destination().prepared())
        .containsExactly("network filter no-spoofing", "network filter clean");

    migration.succeed();
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).containsOnlyKeys("no-spoofing", "clean");
    assertThat(scene.api.status().destination().prepared()).isEmpty();
  }

  @Test
  void afterAFailedMoveTheyAreGone() throws InterruptedException {
    var migration = start();
    migration.arrive();
    migration.failBeforeSwitchOver();
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).isEmpty();
    assertThat(scene.hostC.objects.removed).containsExactly("clean", "no-spoofing");
  }

  @Test
  void whatWasThereBeforeStays() throws InterruptedException {
    there().put("no-spoofing", NO_SPOOFING.formatted("3", "drop"));
    var migration = start();
    assertThat(scene.hostC.objects.installed).containsExactly("clean");

    migration.arrive();
    migration.failBeforeSwitchOver();
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).containsOnlyKeys("no-spoofing");
  }

  @Test
  void anotherContentIsNeverTouched() {
    var weaker = NO_SPOOFING.formatted("3", "accept");
    there().put("no-spoofing", weaker);
    scene.installFilters();
    scene.order();

    assertThat(refusals()).containsExactly("NetworkFilterDiffers");
    assertThat(there()).containsOnlyKeys("no-spoofing").containsValue(weaker);
  }

  @Test
  void whatLibvirtRefusesEndsTheMoveAndTakesTheOthersAway() {
    scene.hostC.objects.refused.add("clean");
    scene.installFilters();
    scene.orderAndCheck();
    scene.enter(Phase.Preparing);

    assertThat(refusals()).containsExactly("NetworkFilterMissing");
    assertThat(scene.hostC.objects.installed).containsExactly("no-spoofing");
    assertThat(there()).isEmpty();
  }

  @Test
  void whatAnotherGuestUsesByThenStays() {
    toPrepared();
    scene.hostC.objects.filtersInUse.add("no-spoofing");
    scene.enter(Phase.Settling);
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).containsOnlyKeys("no-spoofing");
  }

  @Test
  void whatSomebodyHasChangedStays() {
    toPrepared();
    there().computeIfPresent("no-spoofing", (name, xml) -> xml.replace("drop", "reject"));
    scene.enter(Phase.Settling);
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).containsOnlyKeys("no-spoofing");
  }

  @Test
  void anotherAgentRemovesWhatOneHasInstalledInVain() {
    toPrepared();
    scene.killAgents();
    scene.enter(Phase.Failed);
    scene.startAgentB();
    scene.startAgentC();
    scene.await("closed", status -> scene.journalIsClosed(Part.Destination));

    assertThat(there()).isEmpty();
  }

  @Test
  void theLastOfTheAttemptsThatRelyOnOneRemovesIt() {
    there().put("no-spoofing", NO_SPOOFING.formatted(OTHERS_UUID, "drop"));
    scene.installFilters();
    var other = reliedOnByAnother();
    scene.orderAndCheck();
    scene.enter(Phase.Preparing);
    awaitState(DestinationState.Prepared);
    assertThat(scene.api.status().destination().filters()).contains("no-spoofing");
    assertThat(scene.hostC.objects.installed).containsExactly("clean");

    scene.journalC().put(other.withFilters(List.of()).withStage(Stage.Closed));
    scene.enter(Phase.Settling);
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).isEmpty();
  }

  @Test
  void whatAnotherAttemptReliesOnStays() {
    there().put("no-spoofing", NO_SPOOFING.formatted(OTHERS_UUID, "drop"));
    scene.installFilters();
    var other = reliedOnByAnother();
    scene.orderAndCheck();
    scene.enter(Phase.Preparing);
    awaitState(DestinationState.Prepared);

    scene.enter(Phase.Settling);
    awaitState(DestinationState.CleanedUp);

    assertThat(there()).containsOnlyKeys("no-spoofing");
    scene.journalC().put(other.withStage(Stage.Closed));
  }

  private JournalEntry reliedOnByAnother() {
    var hash = scene.hostC.objects.nwfilter("no-spoofing").orElseThrow().hash();
    var uid = "3f1c5f0e-0000-4000-8000-00000000000b";
    return scene
        .journalC()
        .put(
            JournalEntry.open(
                    uid, "other", uid + "/1", Part.Destination, "other-guest", Instant.EPOCH)
                .withFilters(List.of(new PreparedFilter("no-spoofing", OTHERS_UUID, hash, false))));
  }
}
