package dev.ferryman.operator.kube;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.reconciler.MigrationReconciler;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;
import java.util.function.Predicate;

/**
 * Brings LiveMigrations to their reconciler: on what users and agents change, on objects marked for
 * deletion, and on signals. Labels and finalizer are one write of the reconciler's, so the
 * framework's own handling of finalizers is not used.
 */
@ControllerConfiguration(
    name = LiveMigrationController.NAME,
    generationAwareEventProcessing = false,
    triggerReconcilerOnAllEvents = true)
final class LiveMigrationController implements Reconciler<LiveMigration> {
  static final String NAME = "livemigration";

  private final MigrationReconciler reconciler;
  private final ClusterCache cache;
  private final InstanceUpkeep instances;
  private final Signals<LiveMigration> signals = new Signals<>("livemigration-signals");

  LiveMigrationController(
      MigrationReconciler reconciler, ClusterCache cache, InstanceUpkeep instances) {
    this.reconciler = reconciler;
    this.cache = cache;
    this.instances = instances;
  }

  @Override
  public List<EventSource<?, LiveMigration>> prepareEventSources(
      EventSourceContext<LiveMigration> context) {
    var primaries = context.getPrimaryCache();
    cache.migrationsFrom(primaries::list);
    return List.of(signals.to(primaries));
  }

  @Override
  public UpdateControl<LiveMigration> reconcile(
      LiveMigration resource, Context<LiveMigration> context) {
    if (context.isPrimaryResourceDeleted()) {
      cache.forget(resource.getMetadata().getName());
      wakeWaiting();
      instances.request();
      return UpdateControl.noUpdate();
    }
    var again = reconciler.reconcile(cache.newest(Migration.of(resource)));
    return again
        .map(d -> UpdateControl.<LiveMigration>noUpdate().rescheduleAfter(d))
        .orElseGet(UpdateControl::noUpdate);
  }

  /** Those that have not begun are judged anew, oldest first. */
  void wakeWaiting() {
    wake(m -> m.phase() == Phase.Pending);
  }

  /** What that host has to say may matter to these. */
  void hostChanged(String host) {
    wake(m -> m.phase() == Phase.Pending || m.concerns(host));
  }

  private void wake(Predicate<Migration> which) {
    cache.migrations().stream()
        .filter(m -> !m.phase().isTerminal())
        .filter(which)
        .sorted(Migration.OLDEST_FIRST)
        .forEach(m -> signals.wake(m.name()));
  }

  /** The framework knows that name no longer. */
  void forgotten(ResourceID name) {
    signals.introduce(name);
  }
}
