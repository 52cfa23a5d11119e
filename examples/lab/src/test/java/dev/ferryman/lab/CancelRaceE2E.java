package dev.ferryman.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A cancel that comes at any moment of a quick move, also just before its end and just after. */
class CancelRaceE2E extends LabTest {
  private static final Duration LATEST = Duration.ofSeconds(60);
  private static final Duration FIRST_STEP = Duration.ofMillis(200);

  /** So often a cancel has to come too late before later ones need no trial. */
  private static final int TOO_LATE = 3;

  @Test
  void endsInOneOutcomeAndThatIsTrue() throws Exception {
    var reasons = new ArrayList<String>();
    var timer = Executors.newSingleThreadScheduledExecutor();
    try (var guest = Guest.create("racing", "host-b").awaitBeating()) {
      for (var after = Duration.ZERO;
          after.compareTo(LATEST) <= 0 && Collections.frequency(reasons, "Migrated") < TOO_LATE;
          after = later(after)) {
        var move = Move.away(guest, migration + "-" + after.toMillis());
        var truth = Truth.before(move);
        move.order();
        timer
            .schedule(() -> Api.cancel(move.name()), after.toMillis(), TimeUnit.MILLISECONDS)
            .get();

        var end = Api.awaitEnd(move.name());

        truth.assertTold(end, List.of("Cancelled", "Migrated"));
        reasons.add(Api.reason(end));
        awaitHostsSchedulable();
      }
    } finally {
      timer.shutdownNow();
    }
    assertThat(reasons).as("outcomes, by when the cancel came").contains("Cancelled", "Migrated");
  }

  /** By a fifth, so that a machine which takes ten times as long does not need as many moves. */
  private static Duration later(Duration after) {
    var fifth = after.dividedBy(5);
    return after.plus(fifth.compareTo(FIRST_STEP) < 0 ? FIRST_STEP : fifth);
  }
}
