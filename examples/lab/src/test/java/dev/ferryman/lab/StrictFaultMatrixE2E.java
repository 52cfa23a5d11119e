package dev.ferryman.lab;

import java.util.stream.Stream;

/**
 * Faults after the copy of a guest on a block device, which no lock keeps from a second writer: the
 * copy waits until the source is gone. Before that a strict move is like any other.
 */
class StrictFaultMatrixE2E extends FaultMatrix {
  private static final String TABLE =
      """
                                | SwitchingOver            | Settling
      OperatorKilled            | Migrated                 | Migrated
      SourceAgentKilled         | Migrated                 | Migrated
      DestinationAgentKilled    | Migrated                 | Migrated
      SourceLibvirtdKilled      | Migrated MigrationFailed | Migrated
      DestinationLibvirtdKilled | MigrationFailed          | Migrated
      SourceQemuKilled          | Migrated                 | -
      DestinationQemuKilled     | MigrationFailed          | GuestCrashed
      ApiServerKilled           | Migrated                 | Migrated
      EtcdKilled                | Migrated                 | Migrated
      LinkCut                   | MigrationFailed          | Migrated
      Cancelled                 | Migrated                 | Migrated
      Deleted                   | Migrated                 | Migrated
      """;

  static Stream<FaultTable.Cell> cells() {
    return wanted(TABLE);
  }

  @Override
  protected Guest createGuest(String name, String host) {
    return Guest.createOnBlockDevice(name, host);
  }
}
