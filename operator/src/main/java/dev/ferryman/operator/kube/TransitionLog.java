package dev.ferryman.operator.kube;

import dev.ferryman.operator.reconciler.TransitionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each transition. */
final class TransitionLog implements TransitionListener {
  private static final Logger log = LoggerFactory.getLogger("dev.ferryman.operator.Migrations");

  @Override
  public void changed(Transition transition) {
    var after = transition.after();
    log.info(
        "migration={} instance={} attempt={} phase={} reason={} {}",
        after.name(),
        after.spec().instance(),
        after.attemptUID() == null ? "-" : after.attemptUID(),
        after.phase(),
        transition.reason(),
        transition.message());
  }
}
