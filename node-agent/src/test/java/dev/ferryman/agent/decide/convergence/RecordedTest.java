package dev.ferryman.agent.decide.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.GivenUp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What libvirt has really told of jobs, and what is made of it. */
class RecordedTest {

  /** The remaining bytes of a busy guest rise and fall with each pass. */
  @Test
  void oscillatingRemainingBytesAreNoFalseStall() {
    var end = last(run("busy.csv", 60));

    assertThat(end.course().pass()).isGreaterThan(20);
    assertThat(end.course().givenUp()).isNull();
    assertThat(end.course().downtimeMilliseconds(limits(60))).isEqualTo(500);
  }

  @Test
  void oscillatingRemainingBytesAreNoEndlessRunEither() {
    var stalled = last(run("busy.csv", 20));

    assertThat(stalled.course().givenUp()).isEqualTo(GivenUp.Stalled);
    // A pass that is first seen late seems to begin with less: that passes for headway a few times.
    assertThat(stalled.course().pass()).isLessThan(20);
    assertThat(stalled.reading().at()).isLessThan(Duration.ofSeconds(90));
  }

  @Test
  void aDroppedLinkIsNoHeadway() {
    var atItsEnd =
        run("drop.csv", 60).takeWhile(point -> point.isBefore(Duration.ofMillis(18_700)));

    assertThat(last(atItsEnd).course().lastHeadway()).isLessThanOrEqualTo(Duration.ofMillis(6700));
  }

  @Test
  void aDroppedLinkEndsNothingBeforeItsTimeout() {
    var patient = run("drop.csv", 15).takeWhile(point -> point.isBefore(Duration.ofSeconds(45)));
    var impatient = last(run("drop.csv", 5));

    assertThat(patient).allSatisfy(point -> assertThat(point.course().givenUp()).isNull());
    assertThat(impatient.course().givenUp()).isEqualTo(GivenUp.Stalled);
    assertThat(impatient.reading().at())
        .isBetween(Duration.ofMillis(16_500), Duration.ofMillis(18_800));
  }

  /** Whatever its timeouts: without a link the guest is not moved to its other end. */
  @ParameterizedTest
  @CsvSource({"2, 0", "4, 0", "8, 0", "8, 20"})
  void aLinkThatStaysDownStartsNoPostCopy(int stallTimeout, int completionTimeout) {
    var turns = turns("cut.csv", limits(stallTimeout, completionTimeout));

    assertThat(turns).extracting(Turn::turn).doesNotContain(PostCopyTurn.Start);
    var end = turns.get(turns.size() - 1);
    assertThat(end.turn()).isEqualTo(PostCopyTurn.GiveUp);
    assertThat(end.at()).isGreaterThan(Duration.ofMillis(16_200).plusSeconds(stallTimeout));
  }

  /** Nothing went over from 27.2 s to 39.6 s, in the fourth pass. */
  @ParameterizedTest
  @ValueSource(ints = {15, 20, 25})
  void aLinkThatComesBackIsGivenTheWholeOfTheTimeAnew(int stallTimeout) {
    var turns = turns("restored.csv", limits(stallTimeout, 0));

    var end = turns.get(turns.size() - 1);
    assertThat(end.turn()).isEqualTo(PostCopyTurn.Start);
    assertThat(end.at()).isGreaterThan(Duration.ofMillis(39_600 - 1_500).plusSeconds(stallTimeout));
  }

  /** It is back at 39.6 s; libvirt's own may be missed for 30 s more. */
  @Test
  void aLinkThatIsDownWhenTheTimeIsUpIsWaitedFor() {
    var turns = turns("restored.csv", limits(20, 30));

    var end = turns.get(turns.size() - 1);
    assertThat(end.turn()).isEqualTo(PostCopyTurn.Start);
    assertThat(end.at()).isBetween(Duration.ofMillis(69_600), Duration.ofMillis(71_000));
  }

  private record Turn(Duration at, PostCopyTurn turn) {}

  /** The turns of a job that may go over to post-copy, until it does or is given up. */
  private static List<Turn> turns(String name, Limits limits) {
    var turns = new ArrayList<Turn>();
    @Nullable Course course = null;
    @Nullable Flow flow = null;
    for (var reading : read(name)) {
      course = Course.next(course, reading, limits);
      if (course != null) {
        flow = Flow.next(flow, reading, course.lastHeadway());
        GivenUp because = course.givenUp();
        var turn =
            because == null
                ? PostCopyTurn.Wait
                : PostCopyTurn.judge(because, course, flow, reading, limits);
        turns.add(new Turn(reading.at(), turn));
        if (turn != PostCopyTurn.Wait) {
          break;
        }
      }
    }
    return turns;
  }

  private record Point(Reading reading, Course course) {
    boolean isBefore(Duration at) {
      return reading.at().compareTo(at) < 0;
    }
  }

  private static Limits limits(int stallTimeout) {
    return limits(stallTimeout, 0);
  }

  private static Limits limits(int stallTimeout, int completionTimeout) {
    return Limits.of(
        ConvergenceBuilder.builder()
            .stallTimeoutSeconds(stallTimeout)
            .completionTimeoutSeconds(completionTimeout)
            .build());
  }

  private static Point last(Stream<Point> points) {
    return points.reduce((before, next) -> next).orElseThrow();
  }

  /** The course of a recorded job, until it is given up. */
  private static Stream<Point> run(String name, int stallTimeout) {
    var limits = limits(stallTimeout);
    var points = Stream.<Point>builder();
    @Nullable Course course = null;
    for (var reading : read(name)) {
      course = Course.next(course, reading, limits);
      if (course != null) {
        points.add(new Point(reading, course));
        if (course.givenUp() != null) {
          break;
        }
      }
    }
    return points.build();
  }

  private static List<Reading> read(String name) {
    try (var file = Objects.requireNonNull(RecordedTest.class.getResourceAsStream(name), name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(RecordedTest::reading)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Reading reading(String line) {
    var figures = Stream.of(line.split(",", -1)).mapToLong(Long::parseLong).toArray();
    return new Reading(
        Duration.ofMillis(figures[0]),
        Duration.ofMillis(figures[1]),
        Math.max(1, figures[2]),
        figures[3],
        figures[4],
        Math.toIntExact(figures[5]),
        figures.length > 6 ? figures[6] : 0);
  }
}
