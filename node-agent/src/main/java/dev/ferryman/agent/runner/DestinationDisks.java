package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.CopyChecks;
import dev.ferryman.agent.decide.DestinationChecks;
import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.journal.PreparedDisk;
import dev.ferryman.agent.kube.ApiUnavailableException;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.storage.DiskMaker;
import dev.ferryman.agent.storage.ImageTool;
import dev.ferryman.agent.storage.Markers;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What this host makes for a guest before it comes: images for disks that are copied, and, as the
 * first of it, network filters. Until that is the guest's, or removed, the journal knows it; only
 * what it knows is ever removed.
 */
final class DestinationDisks {
  private final Role role;
  private final DestinationFilters filters;

  /** Images that a person has to look at. */
  private List<String> left = List.of();

  DestinationDisks(Role role) {
    this.role = role;
    this.filters = new DestinationFilters(role);
  }

  /** Whether there may be something that is neither removed nor the guest's yet. */
  boolean areOwed() {
    return !prepared().isEmpty() || filters.areOwed();
  }

  /** What is owed, or left to a person. */
  List<String> told() {
    return areOwed() ? owed() : left;
  }

  private List<String> owed() {
    return Stream.concat(paths().stream(), filters.told().stream()).toList();
  }

  /** The names of the network filters that are to be installed here. */
  List<String> lackingFilters(Needs needs) {
    return filters.lacking(needs);
  }

  /** The paths of the images that the journal knows. */
  List<String> paths() {
    return prepared().stream().map(PreparedDisk::path).toList();
  }

  /**
   * Notes, tells, then makes: each before the next. What an agent before this one has begun is
   * finished.
   */
  void prepare(DestinationHalf half, SourceReport source) {
    var last = Objects.requireNonNull(half.last(), "the check comes before");
    var needs = Objects.requireNonNull(source.needs(), "needs of a checked instance");
    var lacking = plan(last, needs);
    if (lacking.isPresent()) {
      refuse(half, source, lacking.get());
      return;
    }
    if (half.state() != DestinationState.Preparing) {
      half.say(half.next(DestinationState.Preparing, source).prepared(owed()));
    }
    var trouble = make(needs);
    if (trouble.isPresent()) {
      refuse(half, source, trouble.get());
    } else {
      half.say(half.next(DestinationState.Prepared, source));
    }
  }

  private static void refuse(DestinationHalf half, SourceReport source, Check why) {
    var checks = new ArrayList<Check>();
    checks.add(why);
    var last = half.last();
    if (last != null) {
      last.checks().stream().limit(Bounds.CHECKS - 1L).forEach(checks::add);
    }
    half.say(half.next(DestinationState.Refused, source).checks(checks).prepared(List.of()));
  }

  /** One attempt after the other, so that no room is given twice. */
  private Optional<Check> plan(DestinationReport checked, Needs needs) {
    synchronized (role.host.diskMaker()) {
      if (areOwed()) {
        return Optional.empty();
      }
      var copies = checked.copies();
      var places = places(copies);
      var lacking =
          space(copies, places).stream()
              .filter(check -> check.outcome() == CheckOutcome.Fail)
              .findFirst();
      if (lacking.isEmpty()) {
        var planned =
            copies.stream()
                .map(copy -> planned(copy, Objects.requireNonNull(places.get(copy.path()))))
                .toList();
        var installed = filters.plan(needs, checked.filters());
        role.record(entry -> entry.withPrepared(planned).withFilters(installed));
      }
      return lacking;
    }
  }

  private Map<String, CopyChecks.Place> places(List<DiskCopy> copies) {
    var places = new HashMap<String, CopyChecks.Place>();
    for (var copy : copies) {
      try {
        places.put(copy.path(), DiskLook.place(copy.path(), role.host));
      } catch (IOException e) {
        throw notYet(copy.path(), e);
      }
    }
    return places;
  }

  private PreparedDisk planned(DiskCopy copy, CopyChecks.Place place) {
    var directory = Path.of(DestinationChecks.directoryOf(copy.path()));
    var marker = Markers.in(directory, role.attemptUID);
    var link = marker + "-" + copy.target().replaceAll("[^A-Za-z0-9]", "_");
    return new PreparedDisk(
        copy.target(), copy.path(), link, !place.hasDirectory(), copy.allocatedBytes());
  }

  private List<PreparedDisk> prepared() {
    var entry = role.entry();
    return entry == null ? List.of() : entry.prepared();
  }

  /**
   * Makes what is planned and not there yet.
   *
   * @return why that is not possible, if it is not: then nothing of it is left
   */
  private Optional<Check> make(Needs needs) {
    var lacking = filters.make(needs);
    if (lacking.isPresent()) {
      remove();
      return lacking;
    }
    for (var disk : prepared()) {
      var trouble = make(disk, needs);
      if (trouble != null) {
        remove();
        return Optional.of(trouble);
      }
    }
    return Optional.empty();
  }

  private @Nullable Check make(PreparedDisk prepared, Needs needs) {
    var disk = needs.disks().stream().filter(d -> d.target().equals(prepared.target())).findFirst();
    if (disk.isEmpty()) {
      return failed(Reason.DiskNotCopyable, prepared, "the source tells no more of it");
    }
    try {
      role.host.diskMaker().make(image(prepared), form(disk.get()));
      return null;
    } catch (InterruptedIOException theAgentStops) {
      throw notYet(prepared.path(), theAgentStops);
    } catch (FileAlreadyExistsException e) {
      return failed(Reason.DiskExists, prepared, CopyChecks.taken(prepared.path()));
    } catch (IOException e) {
      return failed(
          Reason.DiskNotCopyable, prepared, "no image can be made here: " + e.getMessage());
    }
  }

  private static ImageTool.Form form(Disk disk) {
    var backing = disk.backing().isEmpty() ? null : disk.backing().get(0);
    var bytes = disk.virtualBytes();
    return new ImageTool.Form(
        disk.format() == null ? "raw" : disk.format(),
        bytes == null ? 0 : bytes,
        backing == null ? null : backing.path(),
        backing == null ? null : backing.format());
  }

  private Check failed(Reason reason, PreparedDisk disk, String message) {
    return CopyChecks.fail(reason, disk.target(), role.host.name(), message);
  }

  /**
   * Hands the images to the guest, or removes them, once either is certain.
   *
   * @param here the domain that has the instance's UUID
   * @param isGuest whether that is the instance itself, though it may not have run here
   * @param source the source's word that was seen before this host's libvirt was asked
   */
  void settle(
      Optional<DomainFacts> here, Started started, boolean isGuest, @Nullable SourceReport source) {
    if (!areOwed()) {
      return;
    }
    if (started == Started.Started || isGuest) {
      keep();
    } else if (here.isEmpty() && neverRan(started, source)) {
      remove();
    } else if (here.isEmpty() && source != null && source.endSequence() != null) {
      leave();
    }
  }

  /**
   * Whether no copy has ever run on them, and none will: libvirt was never asked and is not any
   * more, or its call is over and nothing of it ran here.
   */
  private boolean neverRan(Started started, @Nullable SourceReport source) {
    if (source != null && source.endSequence() != null) {
      return started == Started.NeverStarted || source.switched() == Switched.NeverStopped;
    }
    var forbidden = role.phase() == Phase.Settling || role.phase().isTerminal();
    if (source == null) {
      return forbidden && started == Started.NeverStarted;
    }
    return switch (source.state()) {
      // Over only with its host's boot.
      case Starting, Running, Ended -> role.phase().isTerminal() && started == Started.NeverStarted;
      case Checking, Checked -> forbidden && started == Started.NeverStarted;
      // What it says of its copy it knows from having run the attempt: the API has forgotten that.
      case Refused, CleanedUp -> started == Started.NeverStarted || source.switched() == null;
    };
  }

  /** It is the guest's from now on. */
  void keep() {
    forget((maker, image) -> maker.keep(image));
    filters.keep();
  }

  /** Removes it; the caller has proof that no copy of the guest has ever run on it. */
  void remove() {
    forget((maker, image) -> maker.remove(image));
    filters.remove();
  }

  /** Nobody will ever be able to tell: the guest may have left something on them. */
  void leave() {
    if (areOwed()) {
      left = owed();
      role.host
          .listener()
          .settled(
              role.migration,
              "destination: whether the guest ever ran on "
                  + String.join(", ", left)
                  + " is not known: left for a person to remove");
      keep();
    }
  }

  private interface Act {
    void on(DiskMaker maker, DiskMaker.Image image) throws IOException;
  }

  private void forget(Act act) {
    var disks = new ArrayList<>(prepared());
    // In the reverse order: what was made together with its directory comes last.
    while (!disks.isEmpty()) {
      var last = disks.remove(disks.size() - 1);
      try {
        act.on(role.host.diskMaker(), image(last));
      } catch (IOException e) {
        throw notYet(last.path(), e);
      }
      var left = List.copyOf(disks);
      role.record(entry -> entry.withPrepared(left));
    }
  }

  private static DiskMaker.Image image(PreparedDisk disk) {
    return new DiskMaker.Image(Path.of(disk.path()), Path.of(disk.link()), disk.ownsDirectory());
  }

  private static ApiUnavailableException notYet(String path, IOException e) {
    return new ApiUnavailableException("image " + path + " is not dealt with yet: " + e, e);
  }

  /** Whether there is room for them, with what other attempts have yet to fill. */
  List<Check> space(List<DiskCopy> copies, Map<String, CopyChecks.Place> places) {
    return CopyChecks.space(copies, places, claimed(), role.host.name());
  }

  private Map<String, Long> claimed() {
    var claimed = new HashMap<String, Long>();
    for (var entry : role.host.journal().open()) {
      if (entry.part() != Part.Destination || entry.attemptUID().equals(role.attemptUID)) {
        continue;
      }
      for (var disk : Lists.orEmpty(entry.prepared())) {
        try {
          claimed.merge(role.host.disks().place(disk.path()).fileSystem(), disk.bytes(), Long::sum);
        } catch (IOException e) {
          throw notYet(disk.path(), e);
        }
      }
    }
    return claimed;
  }
}
