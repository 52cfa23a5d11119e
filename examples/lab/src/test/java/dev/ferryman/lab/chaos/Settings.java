package dev.ferryman.lab.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What to do and where, as {@code lib/chaos.sh} gives it.
 *
 * @param length how long orders and faults are given
 * @param seed of all that is drawn at random
 * @param disks of the guests
 * @param state the lab's state directory
 * @param hosts the compute hosts
 */
record Settings(Duration length, long seed, Disks disks, Path state, List<Host> hosts) {

  /** What the guests write to. */
  enum Disks {
    shared,
    block,
    both;

    /** Disk of the guest of that number, as {@code lab guest create} calls it. */
    String ofGuest(int number) {
      return this == both ? (number % 2 == 0 ? "block" : "shared") : name();
    }
  }

  /**
   * A compute host.
   *
   * @param socket of its libvirt daemon, as this machine sees it
   */
  record Host(String name, String socket) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** From arguments {@code KEY=VALUE}. */
  static Settings parse(String... arguments) {
    Map<String, String> given =
        Arrays.stream(arguments)
            .map(argument -> argument.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    var hosts =
        Arrays.stream(given.get("hosts").split(","))
            .map(host -> host.split("=", 2))
            .map(pair -> new Host(pair[0], pair[1]))
            .toList();
    return new Settings(
        Duration.ofSeconds(Long.parseLong(given.get("seconds"))),
        Long.parseLong(given.get("seed")),
        Disks.valueOf(given.get("disks")),
        Path.of(given.get("state")),
        hosts);
  }

  List<String> hostNames() {
    return hosts.stream().map(Host::name).toList();
  }

  Host host(String name) {
    return hosts.stream().filter(host -> host.name().equals(name)).findFirst().orElseThrow();
  }

  /** The compute host that is not this one. */
  String otherThan(String host) {
    return hostNames().stream().filter(name -> !name.equals(host)).findFirst().orElseThrow();
  }

  /** Where a host writes the serial output of its copy of a guest. */
  Path serial(String host, String guest) {
    return state.resolve(host).resolve("guests").resolve(guest + ".serial");
  }
}
