package dev.ferryman.agent.runner;

import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.HypervisorListener;
import dev.ferryman.agent.libvirt.LifecycleEvent;
import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives each attempt that concerns this host its {@link Role}, and tells it what happens. */
public final class MigrationRunner implements HypervisorListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationRunner.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final HostContext host;
  private final ConcurrentMap<Key, Role> roles = new ConcurrentHashMap<>();

  private final Strays strays;
  private boolean gapsNoted;

  private record Key(String attemptUID, Part part) {}

  public MigrationRunner(HostContext host) {
    this.host = host;
    this.strays = new Strays(host.hypervisor(), host.listener());
  }

  /**
   * Takes up what an agent before this one has left open. Called before anything else, so that old
   * attempts are known when new ones arrive.
   *
   * @throws dev.ferryman.agent.kube.ApiUnavailableException if the API server does not answer
   */
  public void settleFirst() {
    var open = host.journal().open();
    if (!gapsNoted) {
      open.forEach(entry -> host.journal().put(entry.withGap()));
      gapsNoted = true;
    }
    for (var entry : open) {
      var key = new Key(entry.attemptUID(), entry.part());
      if (!roles.containsKey(key)) {
        takeUp(key, entry);
      }
    }
  }

  /** Tells of migrations on this host that are none of its attempts; ends none of them. */
  public void lookForStrays() {
    strays.look(uuid -> roles.values().stream().anyMatch(role -> role.instanceUUID.equals(uuid)));
  }

  private void takeUp(Key key, JournalEntry entry) {
    var migration = current(entry);
    LOG.info(
        "takes up migration {} attempt {} as {}: {} in the journal, {}",
        entry.liveMigrationName(),
        entry.attemptUID(),
        entry.part(),
        entry.stage(),
        migration.isPresent() ? "known to the API" : "gone from the API");
    var role = role(key, entry.instanceUUID(), migration.orElseGet(() -> placeholder(entry)));
    if (migration.isPresent()) {
      role.refresh();
    } else {
      role.gone();
    }
  }

  /**
   * What carries this host's label now: the watch may have missed a word. An attempt that none of
   * these is about is read by itself.
   */
  public void look(List<LiveMigration> labelled) {
    labelled.forEach(this::changed);
    var current =
        labelled.stream()
            .map(LiveMigration::getStatus)
            .flatMap(status -> Stream.ofNullable(status == null ? null : status.attempt()))
            .map(Attempt::uid)
            .collect(Collectors.toSet());
    roles.forEach(
        (key, role) -> {
          if (!current.contains(key.attemptUID())) {
            role.reread();
          }
        });
  }

  /** Reads every object again that this host has a part in: what was seen is no longer so. */
  public void reread() {
    roles.values().forEach(Role::reread);
  }

  private Optional<LiveMigration> current(JournalEntry entry) {
    return host.api()
        .get(entry.liveMigrationName())
        .filter(found -> entry.liveMigrationUID().equals(found.getMetadata().getUid()));
  }

  private static LiveMigration placeholder(JournalEntry entry) {
    var migration = new LiveMigration();
    migration.getMetadata().setName(entry.liveMigrationName());
    migration.getMetadata().setUid(entry.liveMigrationUID());
    return migration;
  }

  /** A LiveMigration that carries this host's label is new, or has changed. */
  public void changed(LiveMigration migration) {
    var status = migration.getStatus();
    Attempt attempt = status == null ? null : status.attempt();
    if (status == null || attempt == null) {
      return;
    }
    if (!attempt.uid().equals(migration.getMetadata().getUid() + "/" + attempt.number())) {
      LOG.warn(
          "migration {}: attempt {} is not of this object",
          migration.getMetadata().getName(),
          attempt.uid());
      return;
    }
    // An attempt that another has followed is over, and its entry is in the way of that one.
    rolesOf(migration)
        .filter(role -> !role.attemptUID.equals(attempt.uid()))
        .forEach(role -> role.changed(migration));
    tell(migration, attempt, host.name().equals(status.sourceHost()), Part.Source);
    tell(migration, attempt, host.name().equals(status.destinationHost()), Part.Destination);
  }

  private void tell(LiveMigration migration, Attempt attempt, boolean concerned, Part part) {
    var key = new Key(attempt.uid(), part);
    var known = roles.get(key);
    if (known != null) {
      known.changed(migration);
    } else if (concerned && !isOver(migration, key)) {
      var instance = migration.getStatus().instanceUID();
      if (instance != null) {
        role(key, instance, migration).changed(migration);
      }
    }
  }

  private boolean isOver(LiveMigration migration, Key key) {
    var status = migration.getStatus();
    Phase phase = status == null ? null : status.phase();
    return phase == null
        || (phase.isTerminal()
            && host.journal()
                .find(key.attemptUID(), key.part())
                .filter(entry -> entry.stage().isOpen())
                .isEmpty());
  }

  private Role role(Key key, String instanceUUID, LiveMigration migration) {
    return roles.computeIfAbsent(
        key,
        unknown -> {
          var mission =
              new Role.Mission(
                  key.attemptUID(),
                  instanceUUID,
                  key.part(),
                  () -> roles.remove(key),
                  () -> rereadOthers(key, instanceUUID));
          return switch (key.part()) {
            case Source -> new SourceRole(host, migration, mission);
            case Destination -> new DestinationRole(host, migration, mission);
          };
        });
  }

  private void rereadOthers(Key asking, String instanceUUID) {
    roles.forEach(
        (key, role) -> {
          if (role.instanceUUID.equals(instanceUUID) && !key.equals(asking)) {
            role.reread();
          }
        });
  }

  /**
   * A LiveMigration has left the watch. That alone changes nothing: perhaps only its label is gone.
   */
  public void left(LiveMigration last) {
    rolesOf(last).forEach(Role::left);
  }

  private Stream<Role> rolesOf(LiveMigration migration) {
    var prefix = migration.getMetadata().getUid() + "/";
    return roles.values().stream().filter(role -> role.attemptUID.startsWith(prefix));
  }

  /** Number of attempts that this host has a part in now. */
  public int active() {
    return roles.size();
  }

  @Override
  public void lifecycle(LifecycleEvent event) {
    roles.values().stream()
        .filter(role -> role.instanceUUID.equals(event.uuid()))
        .forEach(role -> role.lifecycle(event));
  }

  @Override
  public void jobCompleted(String uuid, MigrationStatistics statistics) {
    roles.values().stream()
        .filter(role -> role.instanceUUID.equals(uuid))
        .forEach(role -> role.jobCompleted(statistics));
  }

  @Override
  public void connected() {
    roles.values().forEach(Role::refresh);
    host.markers().threads().execute(this::lookForStrays);
  }

  @Override
  public void disconnected() {
    roles.values().forEach(Role::disconnected);
  }

  /**
   * Stops to act, and waits until what was under way has stopped: the next agent must not meet it.
   * Jobs go on in libvirt; that agent takes them up from the journal.
   */
  @Override
  public void close() {
    roles.values().forEach(Role::abandon);
    try {
      for (var role : roles.values()) {
        if (!role.awaitEnd(PATIENCE)) {
          LOG.warn("a call of {} did not end within {} s", role.attemptUID, PATIENCE.toSeconds());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
