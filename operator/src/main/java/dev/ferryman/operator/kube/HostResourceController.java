package dev.ferryman.operator.kube;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.operator.reconciler.HostReconciler;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;

/** Brings hosts to their reconciler, and tells moves and instances what may concern them. */
@ControllerConfiguration(
    name = HostResourceController.NAME,
    generationAwareEventProcessing = false,
    triggerReconcilerOnAllEvents = true)
final class HostResourceController implements Reconciler<HostResource> {
  static final String NAME = "hostresource";

  private final HostReconciler reconciler;
  private final ClusterCache cache;
  private final LiveMigrationController migrations;
  private final InstanceUpkeep instances;
  private final Signals<HostResource> signals = new Signals<>("hostresource-signals");

  HostResourceController(
      HostReconciler reconciler,
      ClusterCache cache,
      LiveMigrationController migrations,
      InstanceUpkeep instances) {
    this.reconciler = reconciler;
    this.cache = cache;
    this.migrations = migrations;
    this.instances = instances;
  }

  @Override
  public List<EventSource<?, HostResource>> prepareEventSources(
      EventSourceContext<HostResource> context) {
    var primaries = context.getPrimaryCache();
    cache.hostsFrom(primaries::list);
    return List.of(signals.to(primaries));
  }

  @Override
  public UpdateControl<HostResource> reconcile(
      HostResource resource, Context<HostResource> context) {
    var name = resource.getMetadata().getName();
    instances.request();
    migrations.hostChanged(name);
    if (context.isPrimaryResourceDeleted()) {
      return UpdateControl.noUpdate();
    }
    var again = reconciler.reconcile(resource);
    return again
        .map(d -> UpdateControl.<HostResource>noUpdate().rescheduleAfter(d))
        .orElseGet(UpdateControl::noUpdate);
  }

  /** The host's liveness may have changed. */
  void livenessChanged(String host) {
    signals.wake(host);
  }

  /** The framework knows that name no longer. */
  void forgotten(ResourceID name) {
    signals.introduce(name);
  }
}
