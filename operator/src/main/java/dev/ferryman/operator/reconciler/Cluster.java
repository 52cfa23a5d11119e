package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import java.util.List;

/** What the API server holds, as far as the operator has seen; its own last writes included. */
public interface Cluster {
  List<HostResource> hosts();

  /** All LiveMigrations, and the last move of each instance though its object be deleted. */
  List<Migration> migrations();

  List<KnownInstance> instances();

  /** Whether all of it is being watched now, so that what was taken back would have been heard. */
  boolean isHeard();
}
