package dev.ferryman.lab;

import java.util.stream.Stream;

/**
 * Faults while a busy guest is in post-copy, with a part of it on either host: it is lost with a
 * QEMU that holds one, and with nothing else.
 */
class PostCopyFaultMatrixE2E extends FaultMatrix {
  private static final String TABLE =
      """
                                | InPostCopy
      OperatorKilled            | Migrated
      SourceAgentKilled         | Migrated
      DestinationAgentKilled    | Migrated
      SourceLibvirtdKilled      | Migrated
      DestinationLibvirtdKilled | Migrated
      SourceQemuKilled          | GuestLost
      DestinationQemuKilled     | GuestLost
      ApiServerKilled           | Migrated
      EtcdKilled                | Migrated
      LinkCut                   | Migrated
      StreamBroken              | Migrated
      Cancelled                 | Migrated
      Deleted                   | Migrated
      """;

  static Stream<FaultTable.Cell> cells() {
    return wanted(TABLE);
  }

  @Override
  protected Guest createGuest(String name, String host) {
    return Guest.create(name, host, "--dirty", "64");
  }
}
