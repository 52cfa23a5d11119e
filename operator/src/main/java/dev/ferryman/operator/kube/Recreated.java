package dev.ferryman.operator.kube;

import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Has an object looked at that was made anew under the name of a deleted one.
 *
 * <p>A controller that asks for all events is called once more after a deletion (seen with 5.2.3,
 * the same in 5.3.2). What the framework hears of that name until this call is over it takes for
 * the deleted object's; then it forgets the name, and signals to a name that it does not know are
 * dropped. The new object would never be answered. Of the forgetting the framework tells nobody but
 * its metrics.
 */
final class Recreated implements Metrics {
  private final Map<String, Consumer<ResourceID>> forgotten = new HashMap<>();

  /**
   * @param controller by its name
   * @param action told of each name that the framework has forgotten
   */
  void whenForgotten(String controller, Consumer<ResourceID> action) {
    forgotten.put(controller, action);
  }

  @Override
  public void cleanupDoneFor(ResourceID name, Map<String, Object> metadata) {
    var action = forgotten.get(String.valueOf(metadata.get(Constants.CONTROLLER_NAME)));
    if (action != null) {
      action.accept(name);
    }
  }
}
