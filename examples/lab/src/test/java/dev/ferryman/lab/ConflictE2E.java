package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.Phase;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Somebody starts a second copy of a guest behind Ferryman's back. */
class ConflictE2E extends LabTest {
  private static final String NAME = "twin";
  private static final String DEFINITION = "/var/lib/ferryman/instances/twin.xml";

  @Test
  void secondCopyIsToldOnceAndNothingIsTouched() {
    try (var guest = Guest.create(NAME, "host-b", "--disk", "none").awaitBeating()) {
      assertThat(guest.stateOn("host-b")).isEqualTo("running");
      on("host-b", "sh", "-c", "virsh dumpxml --migratable " + NAME + " >" + DEFINITION);
      try {
        on("host-c", "virsh", "create", DEFINITION);

        await("alarm")
            .atMost(Duration.ofSeconds(60))
            .until(() -> conditions().contains("Conflict"));
        assertThat(Api.hostOf(NAME)).isEqualTo("host-b");
        Api.order(migration, NAME, "host-c");
        Api.awaitStatus(
            migration,
            "waits",
            status ->
                status.phase() == Phase.Pending
                    && status.conditions().stream()
                        .anyMatch(condition -> "Conflict".equals(condition.getReason())));
        assertThat(guest.stateOn("host-c")).isEqualTo("running");
      } finally {
        on("host-c", "virsh", "destroy", NAME);
        on("host-b", "rm", "-f", DEFINITION);
      }

      await("end of the alarm").atMost(Duration.ofSeconds(60)).until(() -> conditions().isEmpty());
      assertThat(Api.conflictEvents(NAME)).hasSize(1);
      assertThat(Api.reason(Api.awaitEnd(migration))).isEqualTo("Migrated");
      guest.assertRunsOnlyOn("host-c");
    }
  }

  private static List<String> conditions() {
    return Api.CLIENT
        .resources(Instance.class)
        .withName(NAME)
        .get()
        .getStatus()
        .conditions()
        .stream()
        .map(Condition::getType)
        .toList();
  }
}
