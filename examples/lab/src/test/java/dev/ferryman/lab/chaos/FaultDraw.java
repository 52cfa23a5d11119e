package dev.ferryman.lab.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Draws faults. How often each comes, and for how long, is decided here. */
final class FaultDraw {
  /** libvirt takes a connection for lost after 15 s of silence: some silences are longer. */
  private static final int LONG_MILLIS = 20_000;

  /** Leases of the operator and of hosts last 15 s and 40 s. */
  private static final int CONTROL_PLANE_MILLIS = 12_000;

  private static final int SHORT_MILLIS = 6_000;

  /**
   * The network that breaks is that of the storage, too, which gives its files up after 42 s of
   * silence: the guests would lose writes then, with or without Ferryman.
   */
  private static final int CUT_MILLIS = 17_000;

  private static final Duration REST_AFTER_CUT = Duration.ofSeconds(35);

  private final Random random;
  private final List<String> hosts;
  private final List<Service> services;
  private final int guests;
  private Duration nextCut = Duration.ZERO;

  FaultDraw(Random random, List<String> hosts, int guests) {
    this.random = random;
    this.hosts = hosts;
    this.services = Service.all(hosts);
    this.guests = guests;
  }

  Duration pause() {
    return between(1_500, 7_500);
  }

  Plan.PlannedFault next(Duration at) {
    var kind = random.nextInt(100);
    if (kind < 30) {
      return new Plan.PlannedFault(at, new Fault.Kill(any(services)), between(0, SHORT_MILLIS));
    }
    if (kind < 54) {
      var service = any(services);
      var longest = service.host().isEmpty() ? CONTROL_PLANE_MILLIS : LONG_MILLIS;
      return new Plan.PlannedFault(at, new Fault.Freeze(service), between(1_000, longest));
    }
    if (kind < 63 && at.compareTo(nextCut) >= 0) {
      var cut = new Plan.PlannedFault(at, new Fault.Cut(any(hosts)), between(1_000, CUT_MILLIS));
      nextCut = at.plus(cut.held()).plus(REST_AFTER_CUT);
      return cut;
    }
    if (kind < 75) {
      var slow = new Fault.Slow(any(hosts), 100 + random.nextInt(200));
      return new Plan.PlannedFault(at, slow, between(6_000, LONG_MILLIS));
    }
    if (kind < 86) {
      return new Plan.PlannedFault(at, new Fault.KillIncoming(), between(5_000, LONG_MILLIS));
    }
    if (kind < 93) {
      return new Plan.PlannedFault(at, new Fault.HangAtSwitchover(), between(5_000, LONG_MILLIS));
    }
    if (kind < 96) {
      return new Plan.PlannedFault(
          at, new Fault.KillLeftHalf(), between(LONG_MILLIS, 3 * LONG_MILLIS));
    }
    return new Plan.PlannedFault(at, new Fault.KillGuest(random.nextInt(guests)), Duration.ZERO);
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Duration between(int fromMillis, int toMillis) {
    return Duration.ofMillis(fromMillis + random.nextInt(toMillis - fromMillis));
  }
}
