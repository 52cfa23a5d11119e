package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.settle.Row;
import dev.ferryman.operator.decide.settle.Verdict;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** What a person reads who may have to act: what is known, and the ways out. */
final class SettlingMessages {
  private SettlingMessages() {}

  static String waiting(Migration migration, Verdict.Waits waits) {
    return waits.row().sentence() + ". " + known(migration) + " " + waysOut(migration, waits);
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

  private static String waysOut(Migration migration, Verdict.Waits waits) {
    var source = migration.status().sourceHost();
    var destination = migration.status().destinationHost();
    return switch (waits.row()) {
      case DestinationUnverified ->
          "It ends when " + destination + " answers; nothing is touched on " + source + ".";
      case SourceUnverified ->
          "It ends when "
              + source
              + " answers, or when that host is powered off and fenced (spec.fenced.bootID of its"
              + " HostResource).";
      case SourceSilent -> "It ends when " + source + " answers.";
      case SplitBrain ->
          "Two copies run: power one off ('virsh destroy' on "
              + source
              + " keeps what the guest did on "
              + destination
              + " since the switch-over, and the reverse). Ferryman touches neither.";
      case FinishQueued -> "It ends when libvirt on " + destination + " has finished.";
      default ->
          "Either end the copy on "
              + destination
              + " ('virsh destroy' there, then 'virsh resume' on "
              + source
              + "): the guest goes on as it was at the switch-over; or, if the guest runs on "
              + destination
              + ", end the copy on "
              + source
              + ". Ferryman settles on what it then sees.";
    };
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
