package dev.ferryman.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.util.Set;

/** Wakes the reconciliation of an object for a reason that is no change of the object itself. */
final class Signals<P extends HasMetadata> extends AbstractEventSource<Void, P> {

  Signals(String name) {
    super(Void.class, name);
  }

  /** The object of that name is looked at again. */
  void wake(String name) {
    if (isRunning()) {
      getEventHandler().handleEvent(new Event(new ResourceID(name)));
    }
  }

  @Override
  public Set<Void> getSecondaryResources(P primary) {
    return Set.of();
  }
}
