package dev.ferryman.simulation;

import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What the CRD's rules and the admission policy refuse; their words are those of the CRD. */
final class Rules {
  private static final Map<Phase, Set<Phase>> WAYS =
      Map.of(
          Phase.Pending, Set.of(Phase.Checking, Phase.Succeeded, Phase.Failed, Phase.Cancelled),
          Phase.Checking,
              Set.of(
                  Phase.Preparing,
                  Phase.Migrating,
                  Phase.Settling,
                  Phase.Succeeded,
                  Phase.Failed,
                  Phase.Cancelled),
          Phase.Preparing,
              Set.of(
                  Phase.Migrating, Phase.Settling, Phase.Succeeded, Phase.Failed, Phase.Cancelled),
          Phase.Migrating, Set.of(Phase.Settling, Phase.Succeeded, Phase.Failed, Phase.Cancelled),
          Phase.Settling, Set.of(Phase.Pending, Phase.Succeeded, Phase.Failed, Phase.Cancelled));

  private Rules() {}

  /** The message of the first rule that is broken. */
  static Optional<String> check(LiveMigration object, LiveMigrationStatus now) {
    var old =
        object.getStatus() == null
            ? LiveMigrationStatusBuilder.builder().phase(Phase.Pending).build()
            : object.getStatus();
    var before = Objects.requireNonNullElse(old.phase(), Phase.Pending);
    var phase = Objects.requireNonNullElse(now.phase(), Phase.Pending);
    if (phase != before && !WAYS.getOrDefault(before, Set.of()).contains(phase)) {
      return Optional.of("phase may not go from " + before + " to " + phase);
    }
    if (before != Phase.Pending
        && !(sameAttempt(old.attempt(), now.attempt())
            && Objects.equals(old.sourceHost(), now.sourceHost())
            && Objects.equals(old.destinationHost(), now.destinationHost()))) {
      return Optional.of("attempt and hosts are fixed from Checking on");
    }
    if (!sameAttempt(old.attempt(), now.attempt())
        && (phase != Phase.Checking || now.attempt().number() != number(old.attempt()) + 1)) {
      return Optional.of("attempts are counted one by one, on the way to Checking");
    }
    if (isCalling(now.source()) && isOver(phase) && !isFenced(now)) {
      return Optional.of("the source's libvirt call has not ended");
    }
    return halves(object, old, now, phase);
  }

  private static boolean sameAttempt(Attempt one, Attempt other) {
    return one == null ? other == null : other != null && one.uid().equals(other.uid());
  }

  private static int number(Attempt attempt) {
    return attempt == null ? 0 : attempt.number();
  }

  private static boolean isCalling(SourceReport source) {
    return source != null
        && (source.state() == SourceState.Starting || source.state() == SourceState.Running);
  }

  private static boolean isOver(Phase phase) {
    return phase == Phase.Pending || phase.isTerminal();
  }

  private static boolean isFenced(LiveMigrationStatus now) {
    return now.settlement() != null
        && now.source().bootID().equals(now.settlement().sourceFencedBootID());
  }

  private static Optional<String> halves(
      LiveMigration object, LiveMigrationStatus old, LiveMigrationStatus now, Phase phase) {
    var attempt = now.attempt() == null ? null : now.attempt().uid();
    var source = now.source();
    var destination = now.destination();
    if ((source == null && old.source() != null)
        || (destination == null && old.destination() != null)) {
      return Optional.of("a half is never removed");
    }
    if (destination != null && !destination.equals(old.destination())) {
      if (!destination.attemptUID().equals(attempt)) {
        return Optional.of("destination reports on another attempt");
      }
      if (old.destination() != null
          && old.destination().attemptUID().equals(attempt)
          && destination.sequence() < old.destination().sequence()) {
        return Optional.of("destination.sequence may not fall");
      }
    }
    if (source == null || source.equals(old.source())) {
      return Optional.empty();
    }
    if (!source.attemptUID().equals(attempt)) {
      return Optional.of("source reports on another attempt");
    }
    var before = old.source();
    return source(
        object,
        before != null && before.attemptUID().equals(attempt) ? before : null,
        source,
        phase);
  }

  private static Optional<String> source(
      LiveMigration object, SourceReport old, SourceReport now, Phase phase) {
    if (old != null && now.sequence() < old.sequence()) {
      return Optional.of("source.sequence may not fall");
    }
    if (old == null ? now.state() == SourceState.Starting : !mayFollow(old.state(), now.state())) {
      return Optional.of("an attempt starts once, after Checked, and CleanedUp is its last word");
    }
    var starts =
        now.state() == SourceState.Starting && (old == null || old.state() != SourceState.Starting);
    if (starts
        && (phase != Phase.Migrating
            || object.getSpec().cancelled()
            || object.getMetadata().getDeletionTimestamp() != null)) {
      return Optional.of("source.state may become Starting only while phase is Migrating");
    }
    return Optional.empty();
  }

  private static boolean mayFollow(SourceState old, SourceState now) {
    if (old == now) {
      return true;
    }
    return switch (now) {
      case Starting -> old == SourceState.Checked;
      case Checked -> old == SourceState.Checking;
      case Checking -> false;
      default -> old != SourceState.CleanedUp;
    };
  }
}
