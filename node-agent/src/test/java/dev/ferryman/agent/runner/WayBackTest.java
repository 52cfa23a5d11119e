package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.DomainState;
import org.junit.jupiter.api.Test;

/** Whether the destination reaches its source, which the move itself does not need. */
class WayBackTest extends SceneTest {
  @Test
  void sourceThatAnswersIsSaidToDoSo() {
    scene.orderAndCheck();

    assertThat(wayBack().outcome()).isEqualTo(CheckOutcome.Pass);
    assertThat(wayBack().message()).contains("host-b");
  }

  @Test
  void sourceWhoseNameIsNotKnownIsAWarningAndTheGuestMoves() throws InterruptedException {
    scene.world.forgetName("host-c", "host-b");

    scene.orderAndStart().succeed();
    scene.awaitEvidence();

    assertThat(wayBack().outcome()).isEqualTo(CheckOutcome.Warn);
    assertThat(wayBack().reason()).isEqualTo("SourceUnreachable");
    assertThat(wayBack().message()).contains("libvirt of host-b: ");
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
  }

  private Check wayBack() {
    return scene.api.status().destination().checks().stream()
        .filter(check -> check.name().equals(CheckName.SourceReachable.name()))
        .findFirst()
        .orElseThrow();
  }
}
