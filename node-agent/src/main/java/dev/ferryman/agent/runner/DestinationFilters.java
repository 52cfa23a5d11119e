package dev.ferryman.agent.runner;

import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.journal.PreparedFilter;
import dev.ferryman.agent.libvirt.FilterFacts;
import dev.ferryman.agent.libvirt.FilterXml;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.FilterNeed;
import dev.ferryman.crds.livemigration.Needs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The network filters that this host installs for a guest that needs them, where its administrator
 * allows it. One that is there is never changed. What was installed stays if the guest comes; else
 * it goes again, unless somebody has changed it, or another guest uses it by then.
 */
final class DestinationFilters {
  private final Role role;

  DestinationFilters(Role role) {
    this.role = role;
  }

  /** Whether there may be some that are neither removed nor the guest's yet. */
  boolean areOwed() {
    return owed().findAny().isPresent();
  }

  /** What is told of those that are owed. */
  List<String> told() {
    return owed().map(filter -> "network filter " + filter.name()).toList();
  }

  private Stream<PreparedFilter> owed() {
    return noted().stream().filter(filter -> !filter.kept());
  }

  private List<PreparedFilter> noted() {
    var entry = role.entry();
    return entry == null ? List.of() : entry.filters();
  }

  /**
   * The names of those to install before the guest comes: they are not here, or only since another
   * attempt has installed them, which may take them away again.
   */
  List<String> lacking(Needs needs) {
    return role.host.installsFilters()
        ? FilterXml.installable(needs.nwfilters()).stream()
            .filter(need -> isLacking(need, find(need.name())))
            .map(FilterNeed::name)
            .toList()
        : List.of();
  }

  private boolean isLacking(FilterNeed need, Optional<FilterFacts> here) {
    return here.isEmpty()
        || (here.get().hash().equals(need.hash())
            && others(here.get().uuid()).anyMatch(filter -> !filter.kept()));
  }

  private Optional<FilterFacts> find(String name) {
    return role.host.hypervisor().objects().nwfilter(name);
  }

  /** Notes of other attempts on the same filter; those of one that is over have kept it. */
  private Stream<PreparedFilter> others(String uuid) {
    return role.host.journal().all().stream()
        .filter(entry -> !entry.attemptUID().equals(role.attemptUID))
        .map(JournalEntry::filters)
        .flatMap(List::stream)
        .filter(filter -> filter.uuid().equals(uuid));
  }

  /** What is to be noted before anything is made. */
  List<PreparedFilter> plan(Needs needs, List<String> names) {
    var planned = new ArrayList<PreparedFilter>();
    for (var need : FilterXml.installable(needs.nwfilters())) {
      var here = find(need.name());
      if (names.contains(need.name()) && isLacking(need, here)) {
        planned.add(
            new PreparedFilter(
                need.name(),
                here.map(FilterFacts::uuid).orElseGet(() -> uuid(need.name())),
                need.hash(),
                false));
      }
    }
    return List.copyOf(planned);
  }

  /** Derived, never random: the attempt knows its own filter also by that. */
  private String uuid(String name) {
    var whole = role.attemptUID + "/" + name;
    return UUID.nameUUIDFromBytes(whole.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /**
   * Installs what is noted and not there yet.
   *
   * @return why that is not possible, if it is not
   */
  Optional<Check> make(Needs needs) {
    for (var filter : owed().toList()) {
      var need = needs.nwfilters().stream().filter(n -> n.name().equals(filter.name())).findFirst();
      var trouble =
          need.isEmpty()
              ? Optional.of(
                  failed(Reason.NetworkFilterMissing, filter, "the source tells no more of it"))
              : make(filter, need.get());
      if (trouble.isPresent()) {
        return trouble;
      }
    }
    return Optional.empty();
  }

  private Optional<Check> make(PreparedFilter filter, FilterNeed need) {
    var here = find(filter.name());
    var xml = need.xml();
    if (here.isEmpty() && xml != null) {
      try {
        role.host.hypervisor().objects().defineNwfilter(xml, filter.uuid());
      } catch (HypervisorException e) {
        if (e.code() == HypervisorException.NO_ANSWER) {
          throw e;
        }
        return Optional.of(
            failed(
                Reason.NetworkFilterMissing, filter, "it cannot be installed: " + e.getMessage()));
      }
      here = find(filter.name());
    }
    if (here.map(FilterFacts::hash).filter(need.hash()::equals).isPresent()) {
      return Optional.empty();
    }
    here.filter(found -> found.uuid().equals(filter.uuid())).ifPresent(this::noteContent);
    return Optional.of(
        failed(
            Reason.NetworkFilterDiffers,
            filter,
            "what is here has another content than at the source"));
  }

  /** This libvirt writes it in its own way: it is of the attempt's making all the same. */
  private void noteContent(FilterFacts made) {
    role.record(
        entry ->
            entry.withFilters(
                entry.filters().stream()
                    .map(
                        filter ->
                            filter.uuid().equals(made.uuid())
                                ? new PreparedFilter(
                                    filter.name(), filter.uuid(), made.hash(), false)
                                : filter)
                    .toList()));
  }

  private Check failed(Reason reason, PreparedFilter filter, String message) {
    return Check.fail(
        CheckName.NetworkFilters,
        reason,
        role.host.name(),
        "network filter " + filter.name() + ": " + message);
  }

  /** They stay, whatever becomes of the attempt. */
  void keep() {
    if (areOwed()) {
      role.record(
          entry -> entry.withFilters(entry.filters().stream().map(PreparedFilter::keep).toList()));
    }
  }

  /** Removes those that nobody relies on; what refers to another first. */
  void remove() {
    synchronized (role.host.diskMaker()) {
      var owed = new ArrayList<>(owed().toList());
      while (!owed.isEmpty()) {
        remove(owed.remove(owed.size() - 1));
        var left = List.copyOf(owed);
        role.record(entry -> entry.withFilters(left));
      }
    }
  }

  private void remove(PreparedFilter filter) {
    var ours =
        find(filter.name())
            .filter(here -> here.uuid().equals(filter.uuid()))
            .filter(here -> here.hash().equals(filter.hash()));
    if (ours.isEmpty() || others(filter.uuid()).findAny().isPresent()) {
      return;
    }
    if (!role.host.hypervisor().objects().undefineNwfilter(filter.uuid())) {
      role.host
          .listener()
          .settled(
              role.migration,
              "destination: network filter "
                  + filter.name()
                  + " is used by another guest: it stays");
    }
  }
}
