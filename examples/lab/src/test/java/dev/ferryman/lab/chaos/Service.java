package dev.ferryman.lab.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A daemon of the lab.
 *
 * @param host empty for those of the control host, which the lab's commands call by name alone
 */
record Service(String name, String host) {
  private static final String CONTROL = "host-a";

  /** Every daemon that can fail, with those that others need first. */
  static List<Service> all(List<String> hosts) {
    var services = new ArrayList<Service>();
    services.add(new Service("etcd", ""));
    services.add(new Service("apiserver", ""));
    hosts.forEach(host -> services.add(new Service("libvirtd", host)));
    services.add(new Service("operator", ""));
    hosts.forEach(host -> services.add(new Service("agent", host)));
    return List.copyOf(services);
  }

  String runsOn() {
    return host.isEmpty() ? CONTROL : host;
  }

  /** {@code lab VERB SERVICE [HOST]}. */
  String[] command(String verb) {
    return host.isEmpty() ? new String[] {verb, name} : new String[] {verb, name, host};
  }

  /** Whether its process is there, by the lab's record of it. */
  boolean runs(Path state) {
    try {
      var stat = Files.readString(Path.of("/proc", pid(state), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /** Its process, which is its session, too. */
  String pid(Path state) throws IOException {
    var record = state.resolve("run").resolve(runsOn() + "-" + name + ".pid");
    return Files.readString(record).split(" ", 2)[0];
  }

  @Override
  public String toString() {
    return host.isEmpty() ? name : name + " of " + host;
  }
}
