package dev.ferryman.agent.runner;

import dev.ferryman.crds.livemigration.LiveMigration;

/** Told what this host does in migrations, for events, logs and figures. */
public interface MigrationListener {
  /** libvirt's migrate call is about to be made. */
  void started(LiveMigration migration);

  /** The guest is about to be paused, so that its copying ends. */
  void paused(LiveMigration migration, String message);

  /** The guest is about to go on at the destination before the rest of it is copied. */
  void postCopy(LiveMigration migration, String message);

  /** libvirt's migrate call has ended. */
  void ended(LiveMigration migration, boolean succeeded, String message);

  /** The operator's order has been carried out, or refused. */
  void settled(LiveMigration migration, String message);

  /** A LiveMigration has gone while this host still had a part in it. */
  void orphaned(LiveMigration migration, String message);

  /** libvirt works on a migration on this host that no LiveMigration accounts for. */
  void stray(String message);
}
