package dev.ferryman.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The operator's process against a real API server, with its own account's rights. */
@ExtendWith(FerrymanServerExtension.class)
class OperatorProcessIT {
  /** The next leader acts within this time when the one before is told to stop. */
  private static final Duration HAND_OVER = Duration.ofSeconds(2);

  /** The server itself takes a revoked token for good for ten seconds. */
  private static final Duration UNTIL_REFUSED = Duration.ofSeconds(30);

  /** Of orders that are made anew: it depends on when the operator hears of what. */
  private static final int ROUNDS = 30;

  @TempDir private Path folder;

  private final FerrymanServer server;
  private final KubernetesClient admin;
  private OperatorLogin login;

  OperatorProcessIT(FerrymanServer server) {
    this.server = server;
    this.admin = server.admin();
  }

  @BeforeEach
  void writeLogin() {
    login = OperatorLogin.write(server, folder);
  }

  @Test
  void handsTheLeadOverWithinTwoSecondsOfSigterm(TestReporter report) {
    try (var first = login.start("first")) {
      first.awaitSaid("leads as");
      try (var second = login.start("second")) {
        second.awaitSaid("the leader is");
        var leader = leader();
        assertThat(second.said()).doesNotContain("leads as");

        first.terminate();
        var begin = System.nanoTime();
        await("another leader")
            .atMost(Duration.ofSeconds(30))
            .pollInterval(Duration.ofMillis(20))
            .until(() -> !leader().equals(leader) && !leader().isEmpty());
        var took = Duration.ofNanos(System.nanoTime() - begin);

        report.publishEntry("hand-over", took.toMillis() + " ms");
        second.awaitSaid("leads as");
        assertThat(took).as("hand-over").isLessThan(HAND_OVER);
        assertAnswers();
        await("end of the process").until(() -> !first.isRunning());
      }
    }
  }

  @Test
  void takesTheLeadOfOneThatWasKilled() {
    try (var first = login.start("first")) {
      first.awaitSaid("leads as");
      first.kill();
      try (var second = login.start("second")) {
        second.awaitSaid("leads as");
        assertAnswers();
      }
    }
  }

  @Test
  void goesOnWithATokenThatReplacesItsOwn() {
    try (var operator = login.start("operator")) {
      operator.awaitSaid("leads as");
      assertAnswers();

      var old = login.replaceToken();
      old.revoke();
      try (var stranger = server.controlPlane().newClientWithToken(old.text())) {
        await("the old token is refused").atMost(UNTIL_REFUSED).until(() -> isRefused(stranger));
      }

      assertAnswers();
      assertThat(operator.said()).doesNotContain("the run is over");
    }
  }

  /** As 'kubectl replace --force' does it, while the operator is busy with the old one. */
  @Test
  void answersAnOrderMadeAnewUnderTheNameOfOneJustDeleted() {
    try (var operator = login.start("operator")) {
      operator.awaitSaid("leads as");
      for (int round = 0; round < ROUNDS; round++) {
        var name = "again-" + round;
        order(name);
        admin.resources(LiveMigration.class).withName(name).delete();
        order(name);
        awaitAnswer(name);
      }
    }
  }

  private String leader() {
    var lease =
        admin.leases().inNamespace(FerrymanServer.NAMESPACE).withName(OperatorLogin.ACCOUNT).get();
    var holder = lease == null ? null : lease.getSpec().getHolderIdentity();
    return holder == null ? "" : holder;
  }

  /** There is no host, so it says at once that there is no such instance. */
  private void assertAnswers() {
    var name = "order-" + UUID.randomUUID();
    order(name);
    awaitAnswer(name);
  }

  private void order(String name) {
    var order = Apply.named(new LiveMigration(), name);
    order.setSpec(LiveMigrationSpec.of("nobody", "host-x"));
    admin.resource(order).create();
  }

  private void awaitAnswer(String name) {
    await("answer to " + name)
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              var status = admin.resources(LiveMigration.class).withName(name).get().getStatus();
              return status != null && status.phase() == Phase.Failed;
            });
  }

  private static boolean isRefused(KubernetesClient client) {
    try {
      client.resources(LiveMigration.class).list();
      return false;
    } catch (KubernetesClientException e) {
      return true;
    }
  }
}
