package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An order to check never becomes one to move. */
@ExtendWith(FerrymanServerExtension.class)
class CheckOnlyRulesIT {
  private final KubernetesClient admin;

  CheckOnlyRulesIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  @ParameterizedTest
  @EnumSource(names = {"Preparing", "Migrating"})
  void neverMoves(Phase phase) {
    var check = Move.orderCheck(admin).checking();

    assertInvalid("a LiveMigration with checkOnly moves nothing", () -> check.phase(phase));
  }

  @Test
  void endsByWayOfSettling() {
    var check = Move.orderCheck(admin).checking().phase(Phase.Settling).phase(Phase.Succeeded);

    assertThat(check.read().getStatus().phase()).isEqualTo(Phase.Succeeded);
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "null"})
  void staysACheck(String checkOnly) {
    var check = Move.orderCheck(admin);

    assertInvalid(
        "spec is immutable, except that cancel may become true",
        () -> check.merge("{\"spec\":{\"checkOnly\":" + checkOnly + "}}"));
  }
}
