package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.LifecycleEvent.Kind;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A domain of a fake host: described, then started; afterwards things happen to it. */
public final class FakeDomain {
  final FakeHypervisor host;
  final String name;
  String uuid;
  DomainState state = DomainState.ShutOff;
  String reason = "unknown";
  @Nullable ProcessIdentity process;
  boolean incoming;
  boolean autostart;

  /** Up to which write it knows its disks. */
  long wrote;

  boolean orphanOfKilledDaemon;

  /** Whether a daemon that starts ends its migration, and so lets it go on. */
  boolean goesOnWithDaemon;

  String liveXml = "";
  @Nullable String persistentXml = "";

  private @Nullable String readFrom;
  private @Nullable DomainDefinition read;
  private int vcpus = 1;
  private long memoryMiB = 192;
  private String backing = "";
  private String metadata = "";
  private String cpu = "";
  int snapshots;
  final List<String> blockJobs = new ArrayList<>();
  private final List<String> disks = new ArrayList<>();

  FakeDomain(FakeHypervisor host, String name) {
    this.host = host;
    this.name = name;
    this.uuid = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    describe();
  }

  // What it is; before it is started.

  public FakeDomain uuid(String uuid) {
    host.world.act(
        () -> {
          host.domains.remove(this.uuid);
          this.uuid = uuid;
          host.domains.put(uuid, this);
          return describe();
        });
    return this;
  }

  public FakeDomain vcpus(int count) {
    vcpus = count;
    return describe();
  }

  public FakeDomain memoryMiB(long size) {
    memoryMiB = size;
    return describe();
  }

  /** Its memory is made of huge pages of the host's own size, 2 MiB. */
  public FakeDomain hugePages() {
    backing = "<memoryBacking><hugepages/></memoryBacking>";
    return describe();
  }

  public FakeDomain project(String project) {
    metadata =
        "<ferryman:instance xmlns:ferryman='https://ferryman.dev/instance'><ferryman:project>"
            + project
            + "</ferryman:project></ferryman:instance>";
    return describe();
  }

  public FakeDomain mark(String attemptUID) {
    metadata += "<f:attempt xmlns:f='https://ferryman.dev/attempt' uid='" + attemptUID + "'/>";
    return describe();
  }

  public FakeDomain fileDisk(String target, String path) {
    disks.add(
        "<disk type='file' device='disk'><source file='"
            + path
            + "'/><target dev='"
            + target
            + "' bus='virtio'/></disk>");
    return describe();
  }

  /** Any device, in libvirt's XML. */
  public FakeDomain device(String xml) {
    disks.add(xml);
    return describe();
  }

  /** Its element cpu. */
  public FakeDomain cpu(String xml) {
    cpu = xml;
    return describe();
  }

  public FakeDomain snapshots(int count) {
    snapshots = count;
    return this;
  }

  /** A job on a disk that its XML does not show. */
  public FakeDomain blockJob(String target) {
    blockJobs.add(target);
    return this;
  }

  /** With an XML that is longer than what is read. */
  public FakeDomain monstrous() {
    metadata += "<!--" + "x".repeat(SafeXml.MAX_CHARACTERS) + "-->";
    return describe();
  }

  /** Without a definition: it vanishes when it stops. */
  public FakeDomain asTransient() {
    persistentXml = null;
    return this;
  }

  private FakeDomain describe() {
    liveXml =
        """
        <domain type='kvm'>
          <name>%s</name>
          <uuid>%s</uuid>
          <metadata>%s</metadata>
          <memory unit='MiB'>%d</memory>%s
          <vcpu placement='static'>%d</vcpu>
          <os>
            <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
          </os>%s
          <devices>%s</devices>
        </domain>
        """
            .formatted(
                name, uuid, metadata, memoryMiB, backing, vcpus, cpu, String.join("", disks));
    if (persistentXml != null) {
      persistentXml = liveXml;
    }
    return this;
  }

  // What happens to it.

  public FakeDomain start() {
    return happens(
        () -> {
          becomes(DomainState.Running, "booted");
          wrote = host.world.written(uuid);
          process = host.processes.start();
          host.daemon.emit(this, Kind.Started, 0);
        });
  }

  /** Paused by a user. */
  public FakeDomain pause() {
    return happens(
        () -> {
          becomes(DomainState.Paused, "user");
          host.daemon.emit(this, Kind.Suspended, 0);
        });
  }

  /** The guest powers itself off. */
  public FakeDomain shutDown() {
    return happens(
        () -> {
          stops("shutdown", 0);
          isMissed();
        });
  }

  /** Its QEMU dies. */
  public FakeDomain crash() {
    return happens(
        () -> {
          stops("crashed", 5);
          isMissed();
        });
  }

  /** A daemon that was started anew has answered for it, cannot take it up, and ends it. */
  public FakeDomain endWithDaemon() {
    return happens(
        () -> {
          ends("daemon");
          isMissed();
        });
  }

  /** State and reason as libvirt might show them, without an event. */
  public FakeDomain shows(DomainState state, String reason) {
    return happens(() -> becomes(state, reason));
  }

  /** It is to start with its host. */
  public FakeDomain autostarted() {
    return happens(() -> autostart = true);
  }

  private FakeDomain happens(Runnable change) {
    return host.world.act(
        () -> {
          change.run();
          return this;
        });
  }

  // Seen from outside.

  public String uuid() {
    return uuid;
  }

  public boolean autostart() {
    return autostart;
  }

  public boolean persistent() {
    return persistentXml != null;
  }

  public boolean incoming() {
    return incoming;
  }

  public String name() {
    return name;
  }

  public DomainState state() {
    synchronized (host.world) {
      return host.domains.get(uuid) == this ? state : DomainState.Absent;
    }
  }

  // For the fakes; the world's lock is held.

  void becomes(DomainState state, String reason) {
    this.state = state;
    this.reason = reason;
  }

  /** Inactive, or gone if it has no definition. */
  void stops(String reason, int detail) {
    ends(reason);
    host.daemon.emit(this, Kind.Stopped, detail);
  }

  private void isMissed() {
    host.world.allMigrations().forEach(migration -> migration.losses.died(this));
  }

  /** Without an event. */
  void endsUnheard() {
    ends("unknown");
  }

  private void ends(String reason) {
    becomes(DomainState.ShutOff, reason);
    losesProcess();
    incoming = false;
    if (persistentXml == null) {
      host.domains.remove(uuid);
    } else {
      liveXml = persistentXml;
    }
  }

  /** Before anybody can be told of it. */
  void goOnWithDaemon() {
    if (goesOnWithDaemon && state == DomainState.Paused && reason.equals(StateWords.MIGRATING)) {
      becomes(DomainState.Running, "migration canceled");
    }
    goesOnWithDaemon = false;
  }

  void losesProcess() {
    var ended = process;
    process = null;
    if (ended != null) {
      host.processes.ended(ended);
    }
  }

  DomainFacts facts() {
    return new DomainFacts(
        uuid, name, state, reason, process, incoming, persistentXml != null, definition());
  }

  MoveFacts moveFacts() {
    return MoveReader.facts(
        SafeXml.parse("domain", liveXml),
        Stream.of(liveXml, persistentXml)
            .filter(Objects::nonNull)
            .map(xml -> SafeXml.parse("domain", xml))
            .toList(),
        snapshots,
        blockJobs,
        new MoveReader.Surroundings(
            () -> "<capabilities><host><cpu><model>Broadwell</model></cpu></host></capabilities>",
            host.objects::filterXml,
            host.objects::subnetOf));
  }

  /** Its copy at the destination: paused, and being received. */
  FakeDomain copyAt(FakeHypervisor destination, MigrationRequest request) {
    var known = destination.domains.get(uuid);
    var copy = new FakeDomain(destination, name);
    copy.uuid = uuid;
    copy.liveXml = request.destinationXml();
    copy.persistentXml = known == null ? null : known.persistentXml;
    copy.becomes(DomainState.Paused, StateWords.MIGRATING);
    copy.incoming = true;
    copy.process = destination.processes.start();
    destination.domains.put(uuid, copy);
    return copy;
  }

  boolean isReceivedInPostCopy() {
    return state.runs()
        && (reason.equals(StateWords.POST_COPY) || reason.equals(StateWords.POST_COPY_FAILED));
  }

  DomainDefinition definition() {
    if (read == null || !liveXml.equals(readFrom)) {
      readFrom = liveXml;
      read = DomainXml.readIfPossible(() -> liveXml).onHostWith(2048);
    }
    return read;
  }
}
