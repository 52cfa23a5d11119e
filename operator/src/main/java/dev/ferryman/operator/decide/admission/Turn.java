package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whose turn it is where several LiveMigrations name one instance. */
final class Turn {
  private Turn() {}

  /** The move that goes before {@code migration}: one under way, else an older one. */
  static Optional<Migration> before(
      Migration migration,
      String uuid,
      List<Migration> moves,
      Inventory inventory,
      Map<String, String> instanceNames) {
    var others = moves.stream().filter(m -> !m.uid().equals(migration.uid())).toList();
    var underWay =
        others.stream()
            .filter(Migration::isUnderWay)
            .filter(m -> uuid.equals(m.status().instanceUID()))
            .findFirst();
    if (underWay.isPresent()) {
      return underWay;
    }
    return others.stream()
        .filter(m -> m.phase() == Phase.Pending && !m.isCancelRequested())
        // A check that waits holds no move up.
        .filter(m -> !m.spec().onlyChecks() || migration.spec().onlyChecks())
        .filter(m -> Migration.OLDEST_FIRST.compare(m, migration) < 0)
        .filter(m -> uuid.equals(instanceOf(m, inventory, instanceNames)))
        .min(Migration.OLDEST_FIRST);
  }

  private static String instanceOf(
      Migration move, Inventory inventory, Map<String, String> instanceNames) {
    return InstanceLookup.find(move.spec().instance(), inventory, instanceNames)
            instanceof InstanceLookup.Found found
        ? found.uuid()
        : "";
  }
}
