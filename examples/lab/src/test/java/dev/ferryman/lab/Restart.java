package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.DomainState;
import java.time.Duration;

/** Starts a guest anew, of a definition that was edited while it was off. */
final class Restart {
  private Restart() {}

  /** The sed script edits the definition. That it runs again, the API knows afterwards. */
  static void withDefinition(Guest guest, String host, String sed) {
    on(host, "virsh", "-q", "destroy", guest.name());
    // That it runs is known of its first run, too, until the API has heard of the end of that.
    awaitState(guest, DomainState.ShutOff);
    on(
        host,
        "bash",
        "-c",
        "set -e; virsh dumpxml $1 | sed -e \"$2\" >/root/$1.xml;"
            + " virsh -q define /root/$1.xml; rm /root/$1.xml; virsh -q start $1",
        "bash",
        guest.name(),
        sed);
    awaitState(guest, DomainState.Running);
  }

  private static void awaitState(Guest guest, DomainState state) {
    await("Instance " + guest.name() + " " + state)
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                Api.CLIENT
                        .resources(Instance.class)
                        .withName(guest.name())
                        .get()
                        .getStatus()
                        .state()
                    == state);
  }
}
