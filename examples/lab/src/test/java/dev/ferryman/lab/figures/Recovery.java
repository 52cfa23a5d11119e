package dev.ferryman.lab.figures;

import static dev.ferryman.lab.Lab.lab;

import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switchover;
import dev.ferryman.lab.figures.Settings.Host;
import java.util.ArrayList;
import java.util.List;

/**
 * Kills agent and operator and measures how soon whoever comes back does its work again, and how
 * soon another operator leads when the leader is told to stop.
 */
final class Recovery {
  /** The guest's copy then takes some twenty seconds, so that an agent is killed in its middle. */
  private static final String SLOW = "40mbit";

  private static final String CONTROL = "host-a";
  private static final String OPERATOR = "operator";
  private static final String STANDBY = "standby";
  private static final double NANOS_PER_MILLISECOND = 1e6;

  private final Settings settings;
  private final Ferryman ferryman;

  /**
   * A process that was killed and started again; in milliseconds, from the start of the new one.
   *
   * @param ready until the lab has seen it ready, which may be 0.1 s late
   * @param atWork until the API shows that it does its work
   */
  record Restart(double ready, double atWork) {
    @Override
    public String toString() {
      return String.format("ready after %.0f ms, at work after %.0f ms", ready, atWork);
    }
  }

  /**
   * A leader that was told to stop while another waited; in milliseconds, from then.
   *
   * @param lead until the other has the lead
   * @param atWork until the other has answered an order that was sent after that
   */
  record HandOver(double lead, double atWork) {
    @Override
    public String toString() {
      return String.format("another leads after %.0f ms, at work after %.0f ms", lead, atWork);
    }
  }

  Recovery(Settings settings, Ferryman ferryman) {
    this.settings = settings;
    this.ferryman = ferryman;
  }

  /** The source's agent, in the middle of a copy: at work when it says how far the copy is. */
  List<Restart> agents() {
    var restarts = new ArrayList<Restart>();
    for (var i = 1; i <= settings.rounds().recoveries(); i++) {
      restarts.add(agent());
      say("agent killed in mid-copy " + i + ": " + restarts.get(i - 1));
    }
    return restarts;
  }

  /**
   * The only operator: at work when it has answered an order that was sent while there was none.
   */
  List<Restart> operators() {
    var restarts = new ArrayList<Restart>();
    for (var i = 1; i <= settings.rounds().recoveries(); i++) {
      restarts.add(operator());
      say("operator killed " + i + ": " + restarts.get(i - 1));
    }
    return restarts;
  }

  /**
   * One of two operators: they stop in turns, each when it has the lead. The other has heard of the
   * hosts by then, which takes it up to ten seconds after its own start.
   */
  List<HandOver> handOvers() {
    var handOvers = new ArrayList<HandOver>();
    if (settings.rounds().recoveries() == 0) {
      return handOvers;
    }
    lab("start", STANDBY);
    try (var leader = ferryman.leader(settings.namespace())) {
      for (var i = 1; i <= settings.rounds().recoveries(); i++) {
        settings.hosts().forEach(host -> ferryman.awaitHeartbeat(settings.namespace(), host));
        handOvers.add(handOver(i % 2 == 1 ? OPERATOR : STANDBY, leader));
        say("leader told to stop " + i + ": " + handOvers.get(i - 1));
      }
    } finally {
      lab("start", OPERATOR);
      lab("kill", STANDBY);
    }
    return handOvers;
  }

  private Restart agent() {
    var here = where();
    Restart restart;
    lab("link", here.name(), "rate", SLOW);
    var order = ferryman.order(settings.guest(), settings.otherThan(here), Switchover.Auto);
    try {
      ferryman.awaitCopying(order);
      lab("kill", "agent", here.name());
      var last = ferryman.sourceSequence(order);
      var next = ferryman.sight(order.name(), status -> status.source().sequence() > last);
      lab("start", "agent", here.name());
      var ready = System.nanoTime();
      var word = Waiting.get(next, "the next word of the agent on " + here);
      if (word.migration().getStatus().source().state() != SourceState.Running) {
        throw new MoveFailedException("the copy was over before the agent was back");
      }
      restart = restart(LabProcess.of(settings.state(), here.name(), "agent"), ready, word.seen());
    } finally {
      lab("link", here.name(), "rate", "none");
    }
    order.awaitSuccess();
    ferryman.awaitCleared(order);
    ferryman.awaitKnownOn(settings.guest(), settings.otherThan(here), here);
    return restart;
  }

  private Restart operator() {
    lab("kill", OPERATOR);
    var order = ferryman.orderOfNobody(settings.first());
    lab("start", OPERATOR);
    var ready = System.nanoTime();
    var answered = order.awaitFailure();
    ferryman.awaitCleared(order);
    return restart(LabProcess.of(settings.state(), CONTROL, OPERATOR), ready, answered);
  }

  private HandOver handOver(String leads, Leader leader) {
    var process = LabProcess.of(settings.state(), CONTROL, leads);
    var next = leader.next();
    var told = System.nanoTime();
    process.terminate();
    var taken = Waiting.get(next, "another leader than the " + leads);
    var order = ferryman.orderOfNobody(settings.first());
    var answered = order.awaitFailure();
    ferryman.awaitCleared(order);
    process.awaitEnd();
    lab("start", leads);
    return new HandOver(milliseconds(told, taken), milliseconds(told, answered));
  }

  private static Restart restart(LabProcess process, long ready, long atWork) {
    if (atWork < process.started()) {
      throw new MoveFailedException("the process before it has spoken after its end");
    }
    return new Restart(
        milliseconds(process.started(), ready), milliseconds(process.started(), atWork));
  }

  private Host where() {
    var name = ferryman.hostOf(settings.guest());
    return name.equals(settings.first().name()) ? settings.first() : settings.second();
  }

  private static double milliseconds(long from, long to) {
    return (to - from) / NANOS_PER_MILLISECOND;
  }

  private static void say(String what) {
    System.err.println("figures: " + what);
  }
}
