package dev.ferryman.agent.kube;

import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.SourceReport;
import java.util.Optional;

/** LiveMigrations, as an agent may read and write them. */
public interface MigrationApi {
  /**
   * The object as the API server has it now; empty if there is none.
   *
   * @throws ApiUnavailableException if it cannot be told
   */
  Optional<LiveMigration> get(String name);

  /**
   * Replaces this host's word as the source.
   *
   * @throws ReportRefusedException if the API server does not accept it
   * @throws ApiUnavailableException if it is not known whether it has
   */
  void report(String name, SourceReport report);

  /** Replaces this host's word as the destination; throws as the other one. */
  void report(String name, DestinationReport report);

  /**
   * What another host has published of itself.
   *
   * @throws ApiUnavailableException if it cannot be told
   */
  Peer peer(String host);
}
