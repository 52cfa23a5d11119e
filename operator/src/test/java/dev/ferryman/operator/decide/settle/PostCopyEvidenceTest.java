package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What two hosts say of a guest of which each may have a half. */
class PostCopyEvidenceTest extends EvidenceFixture {
  @Test
  void aHalfOfAGuestIsKnownAsOne() {
    assertThat(standing("post-copy")).isEqualTo(Standing.PostCopy);
    assertThat(standing("post-copy failed")).isEqualTo(Standing.PostCopyFailed);
    assertThat(at(Started.Started, DomainState.Running, "post-copy"))
        .isEqualTo(new DestinationEvidence.RunningInPostCopy(false));
    assertThat(at(Started.Started, DomainState.Running, "post-copy failed"))
        .isEqualTo(new DestinationEvidence.RunningInPostCopy(true));
    assertThat(
            read(
                    Sample.ended(Switched.NeverStopped, DomainState.Paused, "post-copy").build(),
                    running)
                .source())
        .as("it has stopped, whatever else its host says")
        .isEqualTo(new MayHaveSwitched(Standing.PostCopy, false));
  }

  @Test
  void afterPostCopyOnlyAGuestThatHasArrivedOrLeftIsWhole() {
    var half =
        Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "post-copy failed").build();
    var stopped = Sample.ended(Switched.Gone, DomainState.ShutOff, "unknown");
    var left = Sample.ended(Switched.Gone, DomainState.ShutOff, "migrated");
    var arrived = Sample.saw(Started.Started, DomainState.Running, "migrated").build();
    var unpaused = Sample.saw(Started.Started, DomainState.Running, "unpaused").build();

    assertThat(read(half, arrived).destination()).isEqualTo(new DestinationEvidence.Running());
    assertThat(read(half, unpaused).destination()).isEqualTo(new DestinationEvidence.Unclear());
    assertThat(read(stopped.postCopyStarted(true).build(), unpaused).destination())
        .isEqualTo(new DestinationEvidence.Unclear());
    assertThat(read(stopped.postCopyStarted(null).build(), unpaused).destination())
        .isEqualTo(new DestinationEvidence.Running());
    assertThat(read(left.postCopyStarted(true).build(), unpaused).destination())
        .isEqualTo(new DestinationEvidence.Running());
  }

  @Test
  void aCopyThatEndsInPostCopyTakesTheGuestWithItUnlessItShutItselfDown() {
    var half =
        Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "post-copy failed").build();

    assertThat(
            read(half, Sample.saw(Started.Started, DomainState.ShutOff, "crashed").build())
                .destination())
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.InPostCopy, true));
    assertThat(
            read(half, Sample.saw(Started.Started, DomainState.Absent, null).build()).destination())
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.InPostCopy, false));
    assertThat(
            read(half, Sample.saw(Started.Started, DomainState.ShutOff, "shutdown").build())
                .destination())
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.Stopped, true));
  }

  @Test
  void thatTheGuestIsLostOutlivesWhatWasLeftOfIt() {
    assertThat(endAfter(Row.DiscardRemains, null, null)).isEqualTo(GuestEnd.InPostCopy);
    assertThat(endAfter(Row.LostLeftover, null, null)).isEqualTo(GuestEnd.InPostCopy);
    assertThat(endAfter(Row.LookForRest, null, null)).isEqualTo(GuestEnd.Stopped);
    assertThat(endAfter(Row.LookForRest, null, 1)).isEqualTo(GuestEnd.Stopped);
    assertThat(endAfter(Row.LookForRest, null, 2)).isEqualTo(GuestEnd.InPostCopy);
    assertThat(endAfter(Row.LookForRest, "migrated", 2)).isEqualTo(GuestEnd.Migrated);
    assertThat(endAfter(Row.PostCopyBroken, null, 2)).isEqualTo(GuestEnd.Stopped);
  }

  private GuestEnd endAfter(Row row, @Nullable String reason, @Nullable Integer done) {
    var source =
        Sample.ended(
                Switched.Gone, reason == null ? DomainState.Absent : DomainState.ShutOff, reason)
            .build();
    var settlement =
        new Settlement(
            Sample.ATTEMPT, 2, row.name(), SourceOrder.None, DestinationOrder.None, null);
    var destination =
        Sample.saw(Started.Started, DomainState.Running, "post-copy failed").done(done).build();
    var move =
        Sample.move(
            Phase.Settling, s -> s.source(source).destination(destination).settlement(settlement));
    var evidence = Evidence.of(move, Optional.of(b), Optional.of(c), false).orElseThrow();
    return ((Gone) evidence.source()).end();
  }
}
