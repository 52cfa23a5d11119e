package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.Reason;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a move that both agents have accepted still has room, by the figures that the destination
 * has read while it checked and by what the guest needs now. It was let in by older ones.
 */
public final class Room {
  private Room() {}

  /**
   * The same verdict with the checks of room made anew, or a refusal.
   *
   * @param destination as it is listed in the inventory
   * @param moves all of them
   */
  public static Preflight judge(
      Preflight.Accepted accepted,
      Migration migration,
      Host destination,
      List<Migration> moves,
      Inventory inventory) {
    var source = migration.source();
    var needs = source == null ? null : source.needs();
    var checks = new ArrayList<>(accepted.checks());
    if (needs != null) {
      var claimed = Claim.ofThoseThatPassed(destination, moves, inventory);
      Capacity.checks(destination, Claim.of(needs), claimed).forEach(anew -> renew(checks, anew));
    }
    DiskCapacity.check(migration, destination, moves).ifPresent(checks::add);
    var failed = Checks.firstFailed(checks);
    return failed.isEmpty()
        ? new Preflight.Accepted(List.copyOf(checks))
        : new Preflight.Refused(
            Checks.reasonOf(failed.get()).orElse(Reason.MigrationFailed),
            Checks.obstacles(checks),
            List.copyOf(checks));
  }

  /** In the place of the one by which the move was let in. */
  private static void renew(List<Check> checks, Check anew) {
    int at = checks.stream().map(Check::name).toList().indexOf(anew.name());
    if (at < 0) {
      checks.add(anew);
    } else {
      checks.set(at, anew);
    }
  }
}
