package dev.ferryman.lab;

import dev.ferryman.crds.livemigration.LiveMigration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Gives each test a guest of its own that goes on writing to its memory, and a move of it that is
 * not ordered yet.
 */
abstract class BusyGuestTest extends LabTest {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final int dirtyMiB;

  protected Guest guest;
  protected Move move;

  /**
   * @param name what its guests' names begin with
   * @param dirtyMiB how much memory they write to, over and over
   */
  BusyGuestTest(String name, int dirtyMiB) {
    this.name = name;
    this.dirtyMiB = dirtyMiB;
  }

  @BeforeEach
  void createGuest() {
    guest =
        Guest.create(
                name + "-" + COUNT.incrementAndGet(),
                "host-b",
                "--dirty",
                Integer.toString(dirtyMiB))
            .awaitBeating();
    move = Move.away(guest, migration);
  }

  @AfterEach
  void deleteGuest() {
    if (guest != null) {
      guest.close();
    }
  }

  /** It runs there alone, has lost nothing, and of its move nothing is left. */
  protected void assertRunsOn(String host, LiveMigration end) {
    move.fast();
    guest.assertRunsOnlyOn(host);
    guest.awaitBeating();
    guest.assertNoHeartbeatLost();
    guest.assertDiskComplete();
    assertNothingLeft(end);
  }
}
