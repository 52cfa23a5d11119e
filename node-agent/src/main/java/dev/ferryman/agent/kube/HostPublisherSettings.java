package dev.ferryman.agent.kube;

import dev.ferryman.agent.inventory.PublishDecision;
import dev.ferryman.crds.hostresource.MigrationEndpoint;
import java.time.Duration;

/**
 * What a host publishes of itself and how often.
 *
 * @param readEvery how often the host is read when libvirt tells of nothing
 * @param settle how long to wait after an event for those that come with it
 */
public record HostPublisherSettings(
    String host,
    MigrationEndpoint migration,
    Duration readEvery,
    Duration settle,
    PublishDecision.Rules rules) {

  /** With the design's periods. */
  public static HostPublisherSettings of(String host, MigrationEndpoint migration) {
    return new HostPublisherSettings(
        host,
        migration,
        Duration.ofSeconds(10),
        Duration.ofMillis(250),
        PublishDecision.Rules.DEFAULT);
  }
}
