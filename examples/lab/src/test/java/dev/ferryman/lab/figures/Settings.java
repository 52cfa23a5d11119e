package dev.ferryman.lab.figures;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What to measure and where, as {@code lib/figures.sh} gives it.
 *
 * @param rounds how often each is measured
 * @param guest its name; the one that is moved
 * @param busyGuest name of the one that writes without pause
 * @param guestFacts how it is made and run, for the reader of the figures
 * @param lab the lab's command
 * @param state the directory of what the lab keeps
 * @param namespace of operator and agents
 * @param first the compute host where the guest is
 * @param second the one that it is moved to, and back
 */
record Settings(
    Rounds rounds,
    String guest,
    String busyGuest,
    String guestFacts,
    Path lab,
    Path state,
    String namespace,
    Host first,
    Host second) {

  /**
   * How often each is measured.
   *
   * @param moves for the overhead
   * @param verdicts of orders that only check
   * @param pairs of a raw move and one through Ferryman
   * @param switchovers pairs of a move with a Fast and one with a Strict switch-over
   * @param busies pairs of a raw move and one through Ferryman of a guest that writes faster than
   *     the link carries, for each way to end that
   * @param recoveries of each kind
   */
  record Rounds(int moves, int verdicts, int pairs, int switchovers, int busies, int recoveries) {}

  /**
   * A compute host.
   *
   * @param address where migrations to it send their data
   * @param socket of its libvirt daemon, as this machine sees it
   */
  record Host(String name, String address, String socket) {
    /** From {@code NAME,ADDRESS,SOCKET}. */
    static Host parse(String text) {
      var parts = text.split(",", 3);
      return new Host(parts[0], parts[1], parts[2]);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** From arguments {@code KEY=VALUE}. */
  static Settings parse(String[] arguments) {
    Map<String, String> given =
        Arrays.stream(arguments)
            .map(argument -> argument.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    Function<String, String> value =
        key -> {
          if (!given.containsKey(key)) {
            throw new IllegalArgumentException(key + "=... is missing");
          }
          return given.get(key);
        };
    return new Settings(
        new Rounds(
            Integer.parseInt(value.apply("moves")),
            Integer.parseInt(value.apply("verdicts")),
            Integer.parseInt(value.apply("pairs")),
            Integer.parseInt(value.apply("switchovers")),
            Integer.parseInt(value.apply("busies")),
            Integer.parseInt(value.apply("recoveries"))),
        value.apply("guest"),
        value.apply("busy-guest"),
        value.apply("guest-facts"),
        Path.of(value.apply("lab")),
        Path.of(value.apply("state")),
        value.apply("namespace"),
        Host.parse(value.apply("first")),
        Host.parse(value.apply("second")));
  }

  /** The file of a guest's heartbeats. */
  Path ticks(String guest) {
    return state.resolve("guests").resolve(guest).resolve("ticks");
  }

  List<Host> hosts() {
    return List.of(first, second);
  }

  Host otherThan(Host host) {
    return host.equals(first) ? second : first;
  }
}
