package dev.ferryman.agent.decide.convergence;

import dev.ferryman.crds.livemigration.GivenUp;
import java.time.Duration;

/** What is done with a job that would be given up, where the guest may go over to post-copy. */
public enum PostCopyTurn {
  /** It is not the time for it, and too early to give the job up. */
  Wait,
  /** The guest goes on at the destination now. */
  Start,
  /** Post-copy is of no use: the job is ended, and the guest goes on at the source. */
  GiveUp;

  /** The pass by which all of the memory has been copied once (libvirt's advice). */
  private static final long SECOND_PASS = 2;

  /**
   * The turn that a job takes.
   *
   * <p>From then on the guest is lost with the link's other end, and stands still whenever it needs
   * memory that is not there: so not before most of it is, not while nothing goes over the link,
   * and not because of a time in which nothing did. Nor soon after one: where libvirt's connection
   * has not come back, too, it ends the copy before that runs, and the guest does not go back.
   *
   * @param because what ends the job otherwise
   */
  public static PostCopyTurn judge(
      GivenUp because, Course course, Flow flow, Reading now, Limits limits) {
    if (flow.silence().compareTo(limits.stallTimeout()) >= 0) {
      return GiveUp;
    }
    if (now.pass() < SECOND_PASS) {
      return because == GivenUp.Stalled || now.pass() == 0 ? GiveUp : Wait;
    }
    return flow.isSteady() && (because == GivenUp.TimedOut || isStalled(course, flow, now, limits))
        ? Start
        : Wait;
  }

  /** Whether it has stalled also without the time in which the link carried nothing. */
  private static boolean isStalled(Course course, Flow flow, Reading now, Limits limits) {
    Duration carried = now.at().minus(course.lastHeadway()).minus(flow.silence());
    return carried.compareTo(limits.stallTimeout()) >= 0;
  }
}
