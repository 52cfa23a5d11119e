package dev.ferryman.agent.decide.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.GivenUp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

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

  private record Point(Reading reading, Course course) {
    boolean isBefore(Duration at) {
      return reading.at().compareTo(at) < 0;
    }
  }

  private static Limits limits(int stallTimeout) {
    return Limits.of(ConvergenceBuilder.builder().stallTimeoutSeconds(stallTimeout).build());
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
