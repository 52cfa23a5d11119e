package dev.ferryman.agent.decide.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Convergence;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.GivenUp;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** When a copying makes headway, as by one look a second. */
class CourseTest {
  private static final long MIB = 1 << 20;
  private static final Limits LIMITS = Limits.of(Convergence.DEFAULT);

  private final Limits limits;

  CourseTest() {
    this.limits = LIMITS;
  }

  @Test
  void beginsWithADowntimeThatIsShorterThanQemusOwn() {
    var course = Course.next(null, at(1, 1, 1024, 0), limits);

    assertThat(course.downtimeMilliseconds(limits)).isEqualTo(50);
    assertThat(course.givenUp()).isNull();
  }

  @Test
  void neverAllowsMoreThanTheAdministratorDoes() {
    var narrow = Limits.of(ConvergenceBuilder.builder().maxDowntimeMilliseconds(30).build());

    for (var step = 0; step <= Limits.LAST_STEP; step++) {
      assertThat(narrow.downtimeMilliseconds(step)).isEqualTo(30);
      assertThat(limits.downtimeMilliseconds(step)).isBetween(50L, 500L);
    }
    assertThat(limits.downtimeMilliseconds(Limits.LAST_STEP)).isEqualTo(500);
  }

  @Test
  void waitsForLibvirtToBegin() {
    assertThat(Course.next(null, new Reading(Duration.ZERO, Duration.ZERO, 1, 0, 0, 0, 0), limits))
        .isNull();
  }

  @Test
  void allowsMoreDowntimeWithEachPassThatIsNoBetter() {
    var better = run(5, second -> at(second, second, 1000 / second, 0));
    var flat = run(4, second -> at(second, second, 400, 0));

    assertThat(better.downtimeMilliseconds(limits)).isEqualTo(50);
    assertThat(flat.step()).isEqualTo(3);
    assertThat(flat.downtimeMilliseconds(limits)).isEqualTo(200);
  }

  /** A terabyte at 10 MiB/s: 4 % of it take more than an hour. */
  @Test
  void isNotStalledWhileALargeGuestIsCopiedOverASlowLink() {
    var course = run(7200, second -> at(second, 1, 1_048_576 - 10 * second, 0));

    assertThat(course.givenUp()).isNull();
    assertThat(course.step()).isZero();
  }

  /** Half a terabyte of memory after a disk of 10 MiB: what is left grows by far. */
  @Test
  void theMemoryIsNotMeasuredByTheDisksBeforeIt() {
    var course =
        run(
            3600,
            second ->
                second < 10
                    ? at(second, 0, 10 - second, 0)
                    : at(second, 1, 524_288 - 10 * second, 0));

    assertThat(course.givenUp()).isNull();
    assertThat(course.step()).isZero();
  }

  @Test
  void aDiskThatIsNotCopiedAnyFurtherIsStalled() {
    assertThat(run(200, second -> at(second, 0, 100, 0)).givenUp()).isEqualTo(GivenUp.Stalled);
  }

  @Test
  void disksAreThePassBeforeTheFirst() {
    var disks = ProgressBuilder.builder().percent(0).diskTotalBytes(9L).diskRemainingBytes(4L);
    var reading = Reading.of(disks.build(), Duration.ZERO);
    var memory = Reading.of(disks.memoryTotalBytes(7L).build(), Duration.ZERO);

    assertThat(reading.pass()).isZero();
    assertThat(reading.remainingBytes()).isEqualTo(4);
    assertThat(memory.pass()).isEqualTo(1);
    assertThat(memory.totalBytes()).isEqualTo(7);
  }

  /** The second pass begins with far more than the first one ended with, and takes minutes. */
  @Test
  void isNotStalledInALongPassThatBeganWithLess() {
    var course =
        run(
            260,
            second ->
                second < 60
                    ? at(second, 1, 6000 - 100 * second, 0)
                    : at(second, 2, 2660 - 10 * second, 0));

    assertThat(course.givenUp()).isNull();
  }

  /** As a guest behaves that writes as fast as it is copied: 76 to 671 MiB, up and down. */
  @Test
  void oscillationIsNeitherAFalseStallNorEndless() {
    var random = new Random(7);
    LongFunction<Reading> busy = second -> at(second, 1 + second, 76 + random.nextInt(671 - 76), 0);

    assertThat(run(40, busy).givenUp()).isNull();
    assertThat(endOf(busy)).isBetween(61L, 600L);
  }

  /** The whole downtime is tried first: it may be all that is missing. */
  @Test
  void givesUpOnlyAfterTheWholeDowntimeWasTried() {
    // A pass of ten minutes that is no better than the one before: no pass ends in which to step.
    LongFunction<Reading> slow =
        second -> second < 2 ? at(second, 1, 900, 0) : at(second, 2, 899, 0);

    assertThat(run(62, slow).downtimeMilliseconds(limits)).isEqualTo(500);
    assertThat(run(62, slow).givenUp()).isNull();
    assertThat(endOf(slow)).isBetween(119L, 125L);
  }

  @Test
  void nothingThatFlowsIsAStallToo() {
    assertThat(endOf(second -> at(second, 1, 500, 0))).isBetween(119L, 125L);
  }

  @Test
  void waitsWhileQemuSlowsTheGuestDownFurther() {
    LongUnaryOperator throttle = second -> Math.min(90, second / 40 * 10);

    assertThat(run(300, second -> at(second, second, 400, (int) throttle.applyAsLong(second))))
        .extracting(Course::givenUp)
        .isNull();
    assertThat(endOf(second -> at(second, second, 400, (int) throttle.applyAsLong(second))))
        .isEqualTo(360 + 60);
  }

  @Test
  void endsAfterTheTimeAllowedHoweverWellItGoes() {
    var timed = new Limits(500, Duration.ofSeconds(60), Duration.ofSeconds(30));
    var at29 = Course.next(null, at(29, 1, 500, 0), timed);
    var at30 = Course.next(at29, at(30, 1, 400, 0), timed);

    assertThat(at29.givenUp()).isNull();
    assertThat(at30.givenUp()).isEqualTo(GivenUp.TimedOut);
  }

  private Course run(long seconds, LongFunction<Reading> trace) {
    Course course = null;
    for (var second = 1L; second <= seconds; second++) {
      course = Course.next(course, trace.apply(second), limits);
    }
    return course;
  }

  /** The second in which the trace is given up as stalled. */
  private long endOf(LongFunction<Reading> trace) {
    Course course = null;
    for (var second = 1L; second <= 3600; second++) {
      course = Course.next(course, trace.apply(second), limits);
      if (course.givenUp() != null) {
        assertThat(course.givenUp()).isEqualTo(GivenUp.Stalled);
        return second;
      }
    }
    throw new AssertionError("endless");
  }

  private static Reading at(long second, long pass, long remainingMib, int throttle) {
    var moment = Duration.ofSeconds(second);
    return new Reading(moment, moment, pass, 1_048_576 * MIB, remainingMib * MIB, throttle, 0);
  }
}
