package dev.ferryman.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Wakes the reconciliation of an object for a reason that is no change of the object itself. */
final class Signals<P extends HasMetadata> extends AbstractEventSource<Void, P> {
  private volatile @Nullable Cache<P> primaries;

  Signals(String name) {
    super(Void.class, name);
  }

  /**
   * @param primaries the objects
   * @return this
   */
  Signals<P> to(Cache<P> primaries) {
    this.primaries = primaries;
    return this;
  }

  /** The object of that name is looked at again. */
  void wake(String name) {
    if (isRunning()) {
      getEventHandler().handleEvent(new Event(new ResourceID(name)));
    }
  }

  /** Takes an object of that name for new, if there is one. */
  void introduce(ResourceID name) {
    var cache = primaries;
    if (isRunning() && cache != null) {
      cache
          .get(name)
          .ifPresent(
              object ->
                  getEventHandler()
                      .handleEvent(new ResourceEvent(ResourceAction.ADDED, name, object)));
    }
  }

  @Override
  public Set<Void> getSecondaryResources(P primary) {
    return Set.of();
  }
}
