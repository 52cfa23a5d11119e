package dev.ferryman.agent.kube;

import dev.ferryman.agent.inventory.PublishDecision;
import dev.ferryman.crds.hostresource.MigrationEndpoint;
import java.time.Duration;

/**
 * What a host publishes of itself and how often.
 *
 * @param readEvery how often the host is read when libvirt tells of nothing
 * @param settle how long to wait after an event for those that come with it
 * @param settleOfMoves the same after one of a migration: the host shall not work on its inventory
 *     in the moments in which a guest stands still
 */
public record HostPublisherSettings(
    String host,
    MigrationEndpoint migration,
    Duration readEvery,
    Duration settle,
    Duration settleOfMoves,
    PublishDecision.Rules rules) {

  /** A change that libvirt tells nothing of is published within ten seconds. */
  public static HostPublisherSettings of(String host, MigrationEndpoint migration) {
    return new HostPublisherSettings(
        host,
        migration,
        Duration.ofSeconds(9),
        Duration.ofMillis(50),
        Duration.ofSeconds(2),
        PublishDecision.Rules.DEFAULT);
  }
}
