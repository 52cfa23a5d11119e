package dev.ferryman.operator.decide.inventory;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.instance.InstanceStatus;
import dev.ferryman.crds.instance.InstanceStatusBuilder;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the Instance objects should say.
 *
 * @param write objects that are missing or say something else
 * @param delete names of objects whose instance no host has
 */
public record InstanceProjection(List<KnownInstance> write, List<String> delete) {
  public static final String CONFLICT = "Conflict";
  public static final String HOST_UNREACHABLE = "HostUnreachable";

  /**
   * Compares the hosts' lists with the objects that are there.
   *
   * @param twice hosts that run an instance beyond doubt, by its libvirt UUID, where it is several
   */
  public static InstanceProjection project(
      Inventory inventory,
      List<Migration> moves,
      Map<String, Set<String>> twice,
      List<KnownInstance> known,
      Instant now) {
    return new Projector(inventory, moves, twice, now).project(known);
  }

  private record Projector(
      Inventory inventory, List<Migration> moves, Map<String, Set<String>> twice, Instant now) {

    InstanceProjection project(List<KnownInstance> known) {
      var byUUID = new HashMap<String, KnownInstance>();
      var taken = new HashSet<String>();
      for (var instance : known) {
        var uuid = instance.status().uuid();
        if (uuid != null) {
          byUUID.put(uuid, instance);
          taken.add(instance.name());
        }
      }
      var listed = new TreeMap<String, List<Listing>>();
      for (var listing : inventory.listings()) {
        listed.computeIfAbsent(listing.entry().uuid(), u -> new ArrayList<>()).add(listing);
      }
      var write = new ArrayList<KnownInstance>();
      listed.forEach((uuid, at) -> wanted(uuid, at, byUUID.get(uuid), taken, write));
      var delete = new ArrayList<String>();
      for (var instance : byUUID.values()) {
        if (!listed.containsKey(instance.status().uuid())) {
          unlisted(instance, write, delete);
        }
      }
      return new InstanceProjection(List.copyOf(write), List.copyOf(delete));
    }

    private void wanted(
        String uuid,
        List<Listing> at,
        @Nullable KnownInstance old,
        Set<String> taken,
        List<KnownInstance> write) {
      var presumed = inventory.presumedAt(uuid);
      if (old != null && presumed.isPresent() && underWay(uuid).isEmpty()) {
        keepAt(presumed.get(), old, write);
        return;
      }
      var chosen = choose(at, underWay(uuid), old);
      var name = old == null ? InstanceNames.of(chosen.entry().name(), uuid, taken) : old.name();
      taken.add(name);
      var status = status(chosen, at, old == null ? null : old.status());
      if (old == null || !old.status().equals(status)) {
        write.add(new KnownInstance(name, status));
      }
    }

    /** Kept between two lists, and where its host's list is not complete or not of now. */
    private void unlisted(KnownInstance instance, List<KnownInstance> write, List<String> delete) {
      var status = instance.status();
      var uuid = String.valueOf(status.uuid());
      var moving = underWay(uuid);
      var arrived = inventory.presumedAt(uuid);
      if (moving.isPresent()) {
        var kept = InstanceStatusBuilder.builder(status).migration(moving.get().name()).build();
        if (!kept.equals(status)) {
          write.add(new KnownInstance(instance.name(), kept));
        }
      } else if (arrived.isPresent()) {
        keepAt(arrived.get(), instance, write);
      } else if (inventory
          .host(status.host())
          .map(h -> h.hasReported() && !h.isTruncated() && h.liveness() != Liveness.Dead)
          .orElse(true)) {
        delete.add(instance.name());
      }
    }

    private Optional<Migration> underWay(String uuid) {
      return moves.stream()
          .filter(Migration::isUnderWay)
          .filter(m -> uuid.equals(m.status().instanceUID()))
          .findFirst();
    }

    /** At the host it has just moved to, with the figures it had. */
    private void keepAt(Host host, KnownInstance instance, List<KnownInstance> write) {
      var status = instance.status();
      var kept =
          InstanceStatusBuilder.builder(status)
              .host(host.name())
              .migration(null)
              .conditions(conditions(host, List.of(), Optional.empty(), status))
              .build();
      if (!kept.equals(status)) {
        write.add(new KnownInstance(instance.name(), kept));
      }
    }

    /** Where several hosts list it: the source of its move, else where it has been so far. */
    private static Listing choose(
        List<Listing> at, Optional<Migration> moving, @Nullable KnownInstance old) {
      var source = moving.map(m -> m.status().sourceHost());
      return at.stream()
          .filter(l -> Optional.of(l.host().name()).equals(source))
          .filter(l -> l.entry().state().isActive())
          .findFirst()
          .or(
              () ->
                  at.stream()
                      .filter(l -> old != null && l.host().name().equals(old.status().host()))
                      .filter(l -> l.entry().state().runs())
                      .findFirst())
          .or(() -> at.stream().filter(l -> l.entry().state().runs()).findFirst())
          .or(() -> at.stream().filter(l -> l.entry().state().isActive()).findFirst())
          .or(() -> at.stream().filter(l -> l.host().liveness() == Liveness.Alive).findFirst())
          .orElse(at.get(0));
    }

    private InstanceStatus status(Listing chosen, List<Listing> at, @Nullable InstanceStatus old) {
      var entry = chosen.entry();
      var moving = underWay(entry.uuid());
      return InstanceStatusBuilder.builder()
          .uuid(entry.uuid())
          .domainName(entry.name())
          .host(chosen.host().name())
          .state(entry.state())
          .project(entry.project())
          .vcpus(entry.vcpus())
          .memoryMiB(entry.memoryMiB())
          .diskGiB(entry.diskGiB())
          .addresses(entry.addresses())
          .addressText(addresses(entry.addresses()))
          .migration(moving.map(Migration::name).orElse(null))
          .conditions(conditions(chosen.host(), at, moving, old))
          .build();
    }

    private static @Nullable String addresses(List<String> addresses) {
      return addresses.isEmpty() ? null : Bounds.cut(String.join(",", addresses), Bounds.MESSAGE);
    }

    private List<Condition> conditions(
        Host host, List<Listing> at, Optional<Migration> moving, @Nullable InstanceStatus old) {
      var conditions = new ArrayList<Condition>();
      var copies = copies(at, moving, old);
      if (copies.size() > 1) {
        conditions.add(
            condition(
                CONFLICT,
                Reason.Conflict,
                "runs on "
                    + String.join(" and ", copies)
                    + ": end one of the two copies; Ferryman touches neither",
                old));
      }
      if (host.liveness() == Liveness.Dead) {
        conditions.add(
            condition(
                HOST_UNREACHABLE,
                Reason.HostUnreachable,
                host.name() + " does not renew its Lease; this is its last word",
                old));
      }
      return conditions;
    }

    /**
     * The hosts that run it, where that is proved: by the evidence of its move, by lists that have
     * said so for long, or, to an operator that has just begun to lead, by the one before.
     */
    private Set<String> copies(
        List<Listing> at, Optional<Migration> moving, @Nullable InstanceStatus old) {
      var running =
          at.stream()
              .filter(l -> l.entry().state().runs())
              .map(l -> l.host().name())
              .collect(Collectors.toCollection(TreeSet::new));
      if (moving.isPresent()) {
        return isSplit(moving.get()) ? running : Set.of();
      }
      boolean wasProved =
          old != null && old.conditions().stream().anyMatch(c -> c.getType().equals(CONFLICT));
      return wasProved || at.isEmpty()
          ? running
          : twice.getOrDefault(at.get(0).entry().uuid(), Set.of());
    }

    private static boolean isSplit(Migration move) {
      return move.condition("Succeeded")
          .map(c -> Reason.SplitBrain.name().equals(c.getReason()))
          .orElse(false);
    }

    private Condition condition(
        String type, Reason reason, String message, @Nullable InstanceStatus old) {
      var since =
          old == null
              ? Optional.<String>empty()
              : old.conditions().stream()
                  .filter(c -> c.getType().equals(type))
                  .map(Condition::getLastTransitionTime)
                  .findFirst();
      return new ConditionBuilder()
          .withType(type)
          .withStatus("True")
          .withReason(reason.name())
          .withMessage(message)
          .withLastTransitionTime(
              since.orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString()))
          .build();
    }
  }

  /** Instances that two hosts run, by name. */
  public static Map<String, String> conflicts(List<KnownInstance> instances) {
    var conflicts = new TreeMap<String, String>();
    for (var instance : instances) {
      instance.status().conditions().stream()
          .filter(c -> c.getType().equals(CONFLICT))
          .forEach(c -> conflicts.put(instance.name(), c.getMessage()));
    }
    return conflicts;
  }
}
