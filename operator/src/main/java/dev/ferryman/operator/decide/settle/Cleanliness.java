package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts still have something of the attempt. A host that does not answer owes its clean-up by
 * its own journal and is not waited for.
 */
public final class Cleanliness {
  private Cleanliness() {}

  /** The hosts that have to clean up before the outcome may be written. */
  public static List<String> owing(
      Migration migration, Optional<Host> source, Optional<Host> destination) {
    var owing = new ArrayList<String>();
    source
        .filter(Cleanliness::isWaitedFor)
        .filter(h -> !isClean(migration.source()))
        .ifPresent(h -> owing.add(h.name()));
    destination
        .filter(Cleanliness::isWaitedFor)
        .filter(
            h -> !isClean(migration.destination(), migration.began(Phase.Preparing).isPresent()))
        .ifPresent(h -> owing.add(h.name()));
    return owing;
  }

  /** Also one of which nothing is known yet: that ends within a Lease's time. */
  private static boolean isWaitedFor(Host host) {
    return switch (host.liveness()) {
      case Unknown -> true;
      case Dead -> false;
      case Alive -> host.isReady();
    };
  }

  private static boolean isClean(@Nullable SourceReport report) {
    return report != null
        && (report.state() == SourceState.Refused || report.state() == SourceState.CleanedUp);
  }

  /**
   * @param asked whether the host was told to make something: then it has to say that it is gone
   */
  private static boolean isClean(@Nullable DestinationReport report, boolean asked) {
    if (report == null) {
      return false;
    }
    var domain = report.domain();
    return switch (report.state()) {
      case Refused, CleanedUp -> true;
      case Checked -> !asked && (domain == null || domain.state() == DomainState.Absent);
      case Checking, Preparing, Prepared -> false;
    };
  }
}
