package dev.ferryman.agent;

import dev.ferryman.agent.AgentOptions.Settings;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ferryman-node-agent}: runs the agent of this host until it is told to stop. */
@Command(
    name = "ferryman-node-agent",
    mixinStandardHelpOptions = true,
    version = "ferryman-node-agent 0.1.0",
    sortOptions = false,
    description =
        "Publishes this host and runs live migrations on it, beside its libvirtd. The API server is"
            + " found by KUBECONFIG, or by the pod that the agent runs in.")
public final class AgentMain implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);

  @Mixin private final AgentOptions options = new AgentOptions();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new AgentMain()).execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = options.settings();
    var stopped = new CountDownLatch(1);
    try (var agent = Agent.start(settings)) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    LOG.info("stops; what libvirt runs goes on");
                    agent.close();
                  },
                  "stop"));
      stopped.await();
    } catch (IOException | IllegalStateException e) {
      System.err.println("ferryman-node-agent: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    return CommandLine.ExitCode.OK;
  }
}
