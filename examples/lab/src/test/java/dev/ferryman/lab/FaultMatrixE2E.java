package dev.ferryman.lab;

import java.util.stream.Stream;

/** Faults while a guest moves whose disk on shared storage is kept by image locks. */
class FaultMatrixE2E extends FaultMatrix {
  private static final String TABLE =
      """
                                | Checking                     | Copying                         | SwitchingOver            | Settling     | Ended
      OperatorKilled            | Migrated                     | Migrated                        | Migrated                 | Migrated     | Migrated
      SourceAgentKilled         | Migrated                     | Migrated                        | Migrated                 | Migrated     | Migrated
      DestinationAgentKilled    | Migrated                     | Migrated                        | Migrated                 | Migrated     | Migrated
      SourceLibvirtdKilled      | Migrated SourceNotReady      | MigrationFailed                 | Migrated MigrationFailed | Migrated     | Migrated
      DestinationLibvirtdKilled | Migrated DestinationNotReady | MigrationFailed DestinationLost | MigrationFailed          | Migrated     | Migrated
      SourceQemuKilled          | InstanceNotRunning           | GuestCrashed                    | Migrated                 | -            | -
      DestinationQemuKilled     | -                            | MigrationFailed                 | MigrationFailed          | GuestCrashed | GuestCrashed
      ApiServerKilled           | Migrated                     | Migrated                        | Migrated                 | Migrated     | Migrated
      EtcdKilled                | Migrated                     | Migrated                        | Migrated                 | Migrated     | Migrated
      LinkCut                   | Migrated                     | MigrationFailed                 | Migrated                 | Migrated     | Migrated
      Cancelled                 | Cancelled                    | Cancelled                       | Migrated                 | Migrated     | Migrated
      Deleted                   | Cancelled                    | Cancelled                       | Migrated                 | Migrated     | Migrated
      """;

  static Stream<FaultTable.Cell> cells() {
    return wanted(TABLE);
  }
}
