package dev.ferryman.lab;

import dev.ferryman.crds.livemigration.LiveMigration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * Gives each test a move that is not ordered yet, of a guest that runs. The guest is the one of the
 * test before, if that has proved it to be whole: it moves to and fro.
 */
abstract class MoveTest extends LabTest {
  private static Guest guest;
  private static boolean whole;

  protected Move move;
  protected Truth truth;

  @BeforeEach
  void prepareMove() {
    if (!whole) {
      deleteGuest();
      guest = createGuest("of-" + migration, "host-b");
    }
    whole = false;
    guest.awaitBeating();
    move = Move.away(guest, migration);
    truth = Truth.before(move);
  }

  /** By default one with a disk on shared storage, where image locks work. */
  protected Guest createGuest(String name, String host) {
    return Guest.create(name, host);
  }

  @AfterAll
  static void deleteGuest() {
    if (guest != null) {
      guest.close();
      guest = null;
      whole = false;
    }
  }

  /** The outcome is one of those reasons, all that it says is so, and the guest can move again. */
  protected void assertTold(LiveMigration end, List<String> reasons) {
    truth.assertTold(end, reasons);
    if (!Truth.hasGuestEnded(Api.reason(end))) {
      assertMovesAgain();
      whole = true;
    }
  }

  private void assertMovesAgain() {
    awaitHostsSchedulable();
    var next = Move.away(guest, migration + "-next");
    var same = Truth.before(next);
    next.order();
    same.assertTold(Api.awaitEnd(next.name()), List.of("Migrated"));
  }
}
