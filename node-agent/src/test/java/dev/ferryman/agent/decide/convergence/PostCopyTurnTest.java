package dev.ferryman.agent.decide.convergence;

import static dev.ferryman.agent.decide.convergence.PostCopyTurn.GiveUp;
import static dev.ferryman.agent.decide.convergence.PostCopyTurn.Start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.GivenUp;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a guest that may goes over to post-copy, as by one look a second. */
class PostCopyTurnTest {
  private static final long MIB = 1 << 20;
  private static final int STALL = 60;
  private static final int MISSED = 30;
  private static final Limits LIMITS = new Limits(500, Duration.ofSeconds(STALL), Duration.ZERO);
  private static final Limits TIMED =
      new Limits(500, Duration.ofSeconds(STALL), Duration.ofSeconds(30));

  @Test
  void aGuestThatWritesAsFastAsItIsCopiedGoesOver() {
    var end = end(LIMITS, second -> copying(second, second, 400, second * 100));

    assertThat(end).isEqualTo(Map.entry(Start, 1L + STALL));
  }

  @Test
  void aLinkThatCarriesNothingEndsTheJobInstead() {
    var end = end(LIMITS, second -> copying(second, 3, 400, 10_000));

    assertThat(end).isEqualTo(Map.entry(GiveUp, 1L + STALL + STALL));
  }

  /** The link is gone for 40 s after a headway, and so is the time that counts. */
  @Test
  void theTimeOfADroppedLinkDoesNotCount() {
    var end =
        end(
            LIMITS,
            second ->
                second <= 20
                    ? copying(second, second, 2000 / second, second * 100)
                    : second <= 60
                        ? copying(second, 20, 100, 2000)
                        : copying(second, second, 400, second * 100));

    assertThat(end).isEqualTo(Map.entry(Start, 20L + 40 + STALL));
  }

  /** It comes and goes: what it has been gone for since there was headway is added up. */
  @Test
  void aLinkThatIsGoneMostOfTheTimeEndsTheJob() {
    var end =
        end(LIMITS, second -> copying(second, 2 + second / 10, 400, 10_000 + 50 * (second / 10)));

    assertThat(end.getKey()).isEqualTo(GiveUp);
  }

  @Test
  void aDropJustWhenItsTimeHasComeIsWaitedFor() {
    var end =
        end(
            LIMITS,
            second -> {
              var link = Math.min(second, 59) + Math.max(0, second - 80);
              return copying(second, link, 400, 100 * link);
            });

    assertThat(end).isEqualTo(Map.entry(Start, 80L + MISSED));
  }

  @Test
  void aTimeoutIsKeptAsSoonAsTheMemoryWasCopiedOnce() {
    LongFunction<Reading> trace =
        second -> copying(second, second < 45 ? 1 : 2, 5000 - 10 * second, second * 100);

    assertThat(end(TIMED, trace)).isEqualTo(Map.entry(Start, 45L));
  }

  @Test
  void aTimeoutWithoutALinkWaitsUntilLibvirtWouldHaveMissedIt() {
    LongFunction<Reading> trace =
        second ->
            copying(second, 2, 400, second < 25 ? second * 100 : second < 40 ? 2500 : second * 90);

    assertThat(end(TIMED, trace)).isEqualTo(Map.entry(Start, 39L + MISSED));
  }

  @Test
  void anAgentThatHasNotSeenTheLinkForLongLooksAtItFirst() {
    LongFunction<Reading> trace = second -> copying(40 + second, 2, 400, (40 + second) * 100);

    assertThat(end(TIMED, trace)).isEqualTo(Map.entry(Start, 1L + MISSED));
  }

  @Test
  void aTimeoutWhileTheDisksAreCopiedEndsTheJob() {
    assertThat(end(TIMED, second -> copying(second, 0, 5000 - 10 * second, second * 100)))
        .isEqualTo(Map.entry(GiveUp, 30L));
  }

  /** Nothing goes over in the first pass: that is a want of link, whatever it is called. */
  @Test
  void aStallInTheFirstPassEndsTheJob() {
    assertThat(end(LIMITS, second -> copying(second, 1, 400, 100)).getKey()).isEqualTo(GiveUp);
  }

  @Test
  void aTrickleIsNoLink() {
    var end = end(LIMITS, second -> copying(second, 3, 400, 100_000 + second));

    assertThat(end.getKey()).isEqualTo(GiveUp);
  }

  /** What is done in the end, and in which second. */
  private static Map.Entry<PostCopyTurn, Long> end(Limits limits, LongFunction<Reading> trace) {
    @Nullable Course course = null;
    @Nullable Flow flow = null;
    for (var second = 1L; second <= 3600; second++) {
      var now = trace.apply(second);
      course = Objects.requireNonNull(Course.next(course, now, limits));
      flow = Flow.next(flow, now, course.lastHeadway());
      GivenUp because = course.givenUp();
      if (because != null) {
        var turn = PostCopyTurn.judge(because, course, flow, now, limits);
        if (turn != PostCopyTurn.Wait) {
          return Map.entry(turn, second);
        }
      }
    }
    throw new AssertionError("endless");
  }

  private static Reading copying(long second, long pass, long remainingMib, long sentMib) {
    var moment = Duration.ofSeconds(second);
    return new Reading(moment, moment, pass, 1_048_576 * MIB, remainingMib * MIB, 0, sentMib * MIB);
  }
}
