package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import java.util.List;

/** What the API server holds, as far as the operator has seen; its own last writes included. */
public interface Cluster {
  List<HostResource> hosts();

  List<Migration> migrations();

  List<KnownInstance> instances();
}
