package dev.ferryman.lab.figures;

import dev.ferryman.crds.livemigration.OnTimeout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.libvirt.LibvirtException;

/** The program behind {@code lab figures}: measures, and prints what it found. */
public final class Figures {
  private Figures() {}

  /** Ends with 1 if a move or a recovery failed: there are no figures then. */
  public static void main(String[] arguments) {
    var settings = Settings.parse(arguments);
    var exitCode = 1;
    try {
      run(settings);
      exitCode = 0;
    } catch (MoveFailedException | ConditionTimeoutException | AssertionError e) {
      System.err.println("figures: " + e.getMessage());
    } catch (RuntimeException | LibvirtException | IOException e) {
      System.err.println("figures: " + e);
    }
    System.exit(exitCode); // whatever threads of libvirt and of the client are left
  }

  private static void run(Settings settings) throws LibvirtException, IOException {
    var load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    HostLibvirt.startEvents();
    Map<Settings.Host, HostLibvirt> libvirt = new HashMap<>();
    for (var host : settings.hosts()) {
      libvirt.put(host, HostLibvirt.open(host, settings.guest()));
    }
    try (var ferryman = new Ferryman()) {
      var measurement = new Measurement(settings, ferryman, libvirt);
      var first = measurement.warmUp();
      var overheads = measurement.overheads();
      var verdicts = measurement.verdicts();
      var pairs = measurement.pairs();
      var switchovers = measurement.switchovers();
      Map<OnTimeout, List<Busy.Pair>> ways;
      try (var busy = Busy.start(settings, ferryman)) {
        ways = busy.ways();
      }
      var recovery = new Recovery(settings, ferryman);
      var agents = recovery.agents();
      var operators = recovery.operators();
      var handOvers = recovery.handOvers();
      System.out.print(
          new Report()
              .fact("machine", machine() + ", load " + load + " before the first move")
              .fact("guest", settings.guestFacts())
              .fact(
                  "moves",
                  "back and forth, after a raw one and " + first.size() + " that are not counted")
              .fact("", "(to those Ferryman added " + sums(first) + " ms)")
              .fact(
                  "versions", libvirt.get(settings.first()).versions() + ", " + programs(ferryman))
              .overheads(overheads)
              .verdicts(verdicts)
              .pairs(pairs)
              .switchovers(switchovers)
              .busy(ways)
              .recoveries(agents, operators, handOvers));
    }
  }

  private static String sums(List<Measurement.Overhead> overheads) {
    return overheads.stream()
        .map(overhead -> String.format("%.0f", overhead.sum()))
        .collect(Collectors.joining(", "));
  }

  private static String machine() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      var model = lines.filter(line -> line.startsWith("model name")).findFirst().orElse(": CPU");
      return Runtime.getRuntime().availableProcessors()
          + " cores, "
          + model.substring(model.indexOf(':') + 1).strip();
    }
  }

  private static String programs(Ferryman ferryman) {
    return String.join(
        ", ",
        ferryman.version(),
        "Java " + System.getProperty("java.version"),
        "Linux " + System.getProperty("os.version"));
  }
}
