package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.settle.Evidence;
import dev.ferryman.operator.decide.settle.Row;
import dev.ferryman.operator.decide.settle.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a person reads who may have to act: what is known, and the ways out. */
final class SettlingMessages {
  private SettlingMessages() {}

  static String waiting(Migration migration, Verdict.Waits waits, Evidence evidence) {
    return waits.row().sentence()
        + ". "
        + known(migration)
        + " "
        + WaysOut.of(migration, waits.row(), evidence);
  }

  static String goingOn(Migration migration, Verdict.GoesOn goesOn) {
    return goesOn.row().sentence()
        + ". "
        + known(migration)
        + " It goes on by itself while both hosts reach each other: destroy neither copy, each is a"
        + " part of the guest.";
  }

  static String ordered(Migration migration, Settlement settlement, Row row) {
    var orders = new ArrayList<String>();
    if (settlement.source() != SourceOrder.None) {
      orders.add(settlement.source() + " on " + migration.status().sourceHost());
    }
    if (settlement.destination() != DestinationOrder.None) {
      orders.add(settlement.destination() + " on " + migration.status().destinationHost());
    }
    if (orders.isEmpty()) {
      orders.add(migration.status().destinationHost() + " to look at its copy again");
    }
    return row.sentence() + "; waits for " + String.join(" and ", orders);
  }

  /** Of hosts that answer, and have not done what is awaited of them for too long. */
  static String overdue(List<String> what) {
    return "waits for "
        + String.join(" and ", what)
        + " for more than "
        + Settler.OVERDUE.toMinutes()
        + " minutes: see the agent's log there, and restart it.";
  }

  private static String known(Migration migration) {
    var source = migration.source();
    var destination = migration.destination();
    return migration.status().sourceHost()
        + " last said "
        + (source == null
            ? "nothing"
            : domain(source.domain()) + " (" + source.switched() + ", " + source.state() + ")")
        + ", "
        + migration.status().destinationHost()
        + " "
        + (destination == null
            ? "nothing"
            : domain(destination.domain()) + " (" + destination.started() + ")")
        + ".";
  }

  private static String domain(@Nullable DomainReport domain) {
    if (domain == null) {
      return "no domain";
    }
    return domain.reason() == null
        ? domain.state().name()
        : domain.state() + " (" + domain.reason() + ")";
  }
}
