package dev.ferryman.operator;

import dev.ferryman.operator.kube.OperatorProcess;
import dev.ferryman.operator.kube.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command line of the operator. */
@Command(
    name = "ferryman-operator",
    mixinStandardHelpOptions = true,
    version = "ferryman-operator 0.1.0",
    sortOptions = false,
    description = {
      "Judges, starts and settles live migrations of libvirt/KVM virtual machines.",
      "The API server is taken from KUBECONFIG, or from the pod's service account."
    })
public final class OperatorMain implements Callable<Integer> {
  private static final Duration STOP_WITHIN = Duration.ofSeconds(10);
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  @Spec private CommandSpec spec;

  @Option(
      names = "--namespace",
      defaultValue = "${env:FERRYMAN_NAMESPACE:-ferryman-system}",
      description = "holds the Leases of hosts and operator (FERRYMAN_NAMESPACE; ${DEFAULT-VALUE})")
  private String namespace;

  @Option(
      names = "--health-port",
      defaultValue = "${env:FERRYMAN_HEALTH_PORT:-8090}",
      description =
          "serves /healthz, /readyz and /metrics (FERRYMAN_HEALTH_PORT; ${DEFAULT-VALUE})")
  private int healthPort;

  @Option(
      names = "--host-dead-after-seconds",
      defaultValue = "${env:FERRYMAN_HOST_DEAD_AFTER_SECONDS:-40}",
      description =
          "a host whose Lease was not renewed for so long counts as dead"
              + " (FERRYMAN_HOST_DEAD_AFTER_SECONDS; ${DEFAULT-VALUE})")
  private int hostDeadAfterSeconds;

  @Option(
      names = "--max-migrations-per-host",
      defaultValue = "${env:FERRYMAN_MAX_MIGRATIONS_PER_HOST:-5}",
      description =
          "in and out of a host at once (FERRYMAN_MAX_MIGRATIONS_PER_HOST; ${DEFAULT-VALUE})")
  private int maxMigrationsPerHost;

  @Option(
      names = "--watch-reconnect-milliseconds",
      defaultValue = "${env:FERRYMAN_WATCH_RECONNECT_MILLISECONDS:-200}",
      description =
          "first pause before a lost watch is opened again"
              + " (FERRYMAN_WATCH_RECONNECT_MILLISECONDS; ${DEFAULT-VALUE})")
  private int watchReconnectMilliseconds;

  @Option(
      names = "--leader-lease-seconds",
      defaultValue = "${env:FERRYMAN_LEADER_LEASE_SECONDS:-15}",
      description =
          "so long a leader that has died is waited for"
              + " (FERRYMAN_LEADER_LEASE_SECONDS; ${DEFAULT-VALUE})")
  private int leaderLeaseSeconds;

  /** Filled in by picocli. */
  @SuppressWarnings("NullAway.Init")
  OperatorMain() {}

  public static void main(String[] args) {
    int code = commandLine().execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }

  static CommandLine commandLine() {
    return new CommandLine(new OperatorMain())
        .setParameterExceptionHandler(
            (e, unused) -> {
              e.getCommandLine().getErr().println("ferryman-operator: " + e.getMessage());
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (e, command, unused) -> {
              command.getErr().println("ferryman-operator: " + e.getMessage());
              return CommandLine.ExitCode.SOFTWARE;
            });
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var process = new OperatorProcess(settings());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process), "stop"));
    process.run(healthPort);
    return CommandLine.ExitCode.OK;
  }

  /** The settings, refused by name where they are wrong. */
  Settings settings() {
    require(NAMESPACE.matcher(namespace).matches(), "--namespace", namespace, "a namespace's name");
    between("--health-port", healthPort, 0, 65535);
    between("--host-dead-after-seconds", hostDeadAfterSeconds, 5, 3600);
    between("--max-migrations-per-host", maxMigrationsPerHost, 1, 1000);
    between("--watch-reconnect-milliseconds", watchReconnectMilliseconds, 10, 60000);
    between("--leader-lease-seconds", leaderLeaseSeconds, 3, 600);
    return new Settings(
        namespace,
        Duration.ofSeconds(hostDeadAfterSeconds),
        maxMigrationsPerHost,
        Duration.ofMillis(watchReconnectMilliseconds),
        Duration.ofSeconds(leaderLeaseSeconds));
  }

  private void between(String option, int value, int least, int most) {
    require(value >= least && value <= most, option, "" + value, least + " to " + most);
  }

  private void require(boolean fine, String option, String value, String allowed) {
    if (!fine) {
      throw new ParameterException(
          spec.commandLine(), option + " must be " + allowed + ", not '" + value + "'");
    }
  }

  private static void stop(OperatorProcess process) {
    try {
      process.stop(STOP_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
