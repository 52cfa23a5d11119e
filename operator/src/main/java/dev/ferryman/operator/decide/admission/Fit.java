package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.Reason;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Listing;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether an instance can go to a host: the same rules for one that was named and one to choose.
 */
sealed interface Fit {
  Host host();

  /** What the host was judged by. */
  List<Check> checks();

  /**
   * It can go there now.
   *
   * @param freeMemoryMiB what the host may still give away afterwards
   * @param freeVCPUs the same, of vCPUs times the overcommit
   * @param moves other moves that the host takes part in
   */
  record Fits(Host host, List<Check> checks, double freeMemoryMiB, double freeVCPUs, long moves)
      implements Fit {}

  /** Nothing stands in the way that would not go by itself. */
  record Waits(Host host, List<Check> checks, Reason reason, String message) implements Fit {}

  /** It cannot go there as things are. */
  record Unfit(Host host, List<Check> checks) implements Fit {}

  /** Judges one host; its liveness is known or waited for. */
  static Fit of(Admission.Question question, Listing instance, Host host) {
    var checks = new ArrayList<Check>();
    checks.add(HostRules.destination(host));
    checks.addAll(HostRules.pair(instance.host(), host));
    var need = Claim.of(instance.entry());
    var claimed = Claim.on(host, question.moves(), question.inventory());
    var held = Capacity.heldByClaims(host, need, claimed);
    // A wait for claims ends by itself; until then the room is judged without them.
    checks.addAll(Capacity.checks(host, need, held.isPresent() ? Claim.NONE : claimed));
    if (Checks.firstFailed(checks).isPresent()) {
      return new Unfit(host, List.copyOf(checks));
    }
    if (host.liveness() == Liveness.Unknown) {
      return new Waits(
          host,
          List.copyOf(checks),
          Reason.HostLivenessUnknown,
          "nothing was heard yet from " + host.name());
    }
    if (held.isPresent()) {
      return new Waits(
          host,
          List.copyOf(checks),
          Reason.CapacityClaimed,
          "waits for moves to " + host.name() + ": " + held.get().message());
    }
    if (hasNoSlot(host, question)) {
      return new Waits(host, List.copyOf(checks), Reason.NoFreeSlot, noSlot(host, question));
    }
    var all = need.plus(claimed);
    return new Fits(
        host,
        List.copyOf(checks),
        Capacity.freeMemoryMiB(host, all),
        Capacity.freeVCPUs(host, all),
        taken(host, question.moves()));
  }

  /** Whether the host takes part in as many moves as it may; a check takes no slot. */
  static boolean hasNoSlot(Host host, Admission.Question question) {
    return !question.migration().spec().onlyChecks()
        && taken(host, question.moves()) >= question.slots();
  }

  static String noSlot(Host host, Admission.Question question) {
    return host.name() + " takes part in " + question.slots() + " moves already";
  }

  private static long taken(Host host, List<Migration> moves) {
    return moves.stream().filter(Migration::isMoving).filter(m -> m.concerns(host.name())).count();
  }
}
