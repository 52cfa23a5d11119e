package dev.ferryman.lab.chaos;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.lab.Api;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All LiveMigrations of the chaos, as the API server tells of them; each change goes to the
 * timeline.
 */
final class Migrations implements ResourceEventHandler<LiveMigration> {

  /**
   * The latest that was seen of one.
   *
   * @param seenMillis wall-clock time at which its phase or reason was first seen
   */
  record Seen(LiveMigration object, Word word, long seenMillis, boolean gone) {
    String instance() {
      return object.getSpec().instance();
    }

    boolean isOver() {
      return gone || (word.isTerminal() && word.cleared());
    }

    /** Whether the guest has been in two halves. */
    boolean wentOverToPostCopy() {
      var status = object.getStatus();
      return status != null
          && status.source() != null
          && Boolean.TRUE.equals(status.source().postCopyStarted());
    }

    /** Whether it may be so now. */
    boolean isInPostCopy() {
      return wentOverToPostCopy() && !gone && !word.isTerminal();
    }

    private boolean isCopying() {
      var status = object.getStatus();
      return !gone
          && !word.isTerminal()
          && status != null
          && status.source() != null
          && status.source().state() == SourceState.Running;
    }
  }

  private final Map<String, Seen> seen = new ConcurrentHashMap<>();
  private final Timeline timeline;

  private Migrations(Timeline timeline) {
    this.timeline = timeline;
  }

  /** Goes on through every death of the API server. */
  static Migrations watch(Timeline timeline) {
    var migrations = new Migrations(timeline);
    Api.CLIENT
        .resources(LiveMigration.class)
        .runnableInformer(0)
        .addEventHandler(migrations)
        .exceptionHandler((started, cause) -> true)
        .start()
        .toCompletableFuture()
        .join();
    return migrations;
  }

  @Override
  public void onAdd(LiveMigration migration) {
    accept(migration, false);
  }

  @Override
  public void onUpdate(LiveMigration before, LiveMigration migration) {
    accept(migration, false);
  }

  @Override
  public void onDelete(LiveMigration migration, boolean finalStateUnknown) {
    accept(migration, true);
  }

  private void accept(LiveMigration migration, boolean gone) {
    var name = migration.getMetadata().getName();
    if (!name.startsWith(ChaosGuest.PREFIX)) {
      return;
    }
    var word = Word.of(migration);
    var before = seen.get(name);
    if (before != null && before.word().isTerminal() && before.word().phase() != word.phase()) {
      timeline.violation(name + " was " + before.word() + " and is " + word);
    }
    var same = before != null && before.word().saysTheSameAs(word);
    if (!same || gone) {
      timeline.add(Timeline.Kind.PHASE, name + (gone ? " is gone, was " : " ") + word);
    }
    var since = same ? before.seenMillis() : System.currentTimeMillis();
    seen.put(name, new Seen(migration, word, since, gone));
  }

  Optional<Seen> get(String name) {
    return Optional.ofNullable(seen.get(name));
  }

  /** The order of a guest that is not over, if there is one. */
  Optional<LiveMigration> underWay(String guest) {
    return seen.values().stream()
        .filter(each -> each.instance().equals(guest) && !each.gone() && !each.word().isTerminal())
        .map(Seen::object)
        .filter(object -> object.getStatus() != null)
        .findFirst();
  }

  /** One whose guest is in two halves just now. */
  Optional<LiveMigration> inPostCopy() {
    return seen.values().stream().filter(Seen::isInPostCopy).map(Seen::object).findFirst();
  }

  /** One that libvirt carries out just now. */
  Optional<LiveMigration> copying() {
    return seen.values().stream().filter(Seen::isCopying).map(Seen::object).findFirst();
  }
}
