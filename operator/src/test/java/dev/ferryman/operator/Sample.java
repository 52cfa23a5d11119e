package dev.ferryman.operator;

import dev.ferryman.crds.hostresource.Fenced;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationSpecBuilder;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Hosts, instances and moves of the original's sample installation, for tests to vary. */
public final class Sample {
  public static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  public static final String UUID = "0a0a0a0a-1111-2222-3333-000000000003";
  public static final String UID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
  public static final String ATTEMPT = UID + "/1";
  public static final String SOURCE_BOOT = "boot-of-host-b";

  private Sample() {}

  public static HostInstance instance() {
    return instance("i-00000003", UUID);
  }

  public static HostInstance instance(String name, String uuid) {
    return HostInstanceBuilder.builder()
        .name(name)
        .uuid(uuid)
        .state(DomainState.Running)
        .vcpus(2)
        .memoryMiB(4096L)
        .addresses(List.of())
        .build();
  }

  public static HostResourceStatusBuilder hostStatus(String name, HostInstance... instances) {
    return HostResourceStatusBuilder.builder()
        .total(new Resources(16, 32232L, 800L))
        .used(new Resources(4, 8000L, 100L))
        .committed(new Resources(4, 8000L, 100L))
        .hypervisor(
            new Hypervisor("kvm,qemu", "7.2.0", "9.0.0", "x86_64", "uuid-of-" + name, null, null))
        .instances(List.of(instances))
        .instanceCount(instances.length)
        .bootID("boot-of-" + name)
        .projects(List.of())
        .storage(List.of())
        .conditions(List.of(ready("True")));
  }

  public static Condition ready(String status) {
    return condition("Ready", status, "AgentRunning");
  }

  public static Condition condition(String type, String status, String reason) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage("")
        .withLastTransitionTime("2026-11-23T11:00:00Z")
        .build();
  }

  public static Host host(String name, HostInstance... instances) {
    return new Host(
        name,
        Map.of(),
        HostResourceSpec.DEFAULT,
        hostStatus(name, instances).build(),
        Liveness.Alive);
  }

  public static Host with(Host host, UnaryOperator<HostResourceStatusBuilder> change) {
    return new Host(
        host.name(),
        host.labels(),
        host.spec(),
        change.apply(HostResourceStatusBuilder.builder(host.status())).build(),
        host.liveness());
  }

  public static Host with(Host host, Liveness liveness) {
    return new Host(host.name(), host.labels(), host.spec(), host.status(), liveness);
  }

  public static Host with(Host host, HostResourceSpec spec) {
    return new Host(host.name(), host.labels(), spec, host.status(), host.liveness());
  }

  public static Host labelled(Host host, Map<String, String> labels) {
    return new Host(host.name(), labels, host.spec(), host.status(), host.liveness());
  }

  public static Host notReady(Host host) {
    return with(host, s -> s.conditions(List.of(ready("False"))));
  }

  public static Host fenced(Host host, String bootID) {
    var spec = new HostResourceSpec(false, new Fenced(bootID), null, null);
    return with(with(host, spec), Liveness.Dead);
  }

  public static HostResource resource(Host host) {
    var resource = new HostResource();
    resource.setMetadata(
        new ObjectMetaBuilder()
            .withName(host.name())
            .withLabels(host.labels())
            .withGeneration(1L)
            .build());
    resource.setSpec(host.spec());
    resource.setStatus(host.status());
    return resource;
  }

  /** A LiveMigration as a user has just made it: i-00000003 to host-c. */
  public static LiveMigration order(String name, String uid, String instance, String destination) {
    var order = new LiveMigration();
    order.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withUid(uid)
            .withResourceVersion("1")
            .withGeneration(1L)
            .withCreationTimestamp("2026-11-23T11:59:00Z")
            .build());
    order.setSpec(LiveMigrationSpec.of(instance, destination));
    return order;
  }

  /** The same, with that spec. */
  public static LiveMigration order(String name, String uid, LiveMigrationSpec spec) {
    var order = order(name, uid, spec.instance(), "host-c");
    order.setSpec(spec);
    return order;
  }

  public static Migration pending(String name) {
    return Migration.of(order(name, UID.replace("aaaaaaaa", hex(name)), "i-00000003", "host-c"));
  }

  private static String hex(String name) {
    return String.format("%08x", name.hashCode());
  }

  /** A move of i-00000003 from host-b to host-c in that phase. */
  public static Migration move(Phase phase, UnaryOperator<LiveMigrationStatusBuilder> change) {
    var status =
        LiveMigrationStatusBuilder.builder()
            .phase(phase)
            .instanceUID(UUID)
            .sourceHost("host-b")
            .destinationHost("host-c")
            .attempt(new Attempt(ATTEMPT, 1, NOW.toString()))
            .phaseTimes(List.of(new PhaseTime(phase, NOW.toString())))
            .checks(List.of())
            .conditions(List.of());
    return move("move", change.apply(status).build(), false);
  }

  public static Migration move(Phase phase) {
    return move(phase, s -> s);
  }

  public static Migration move(String name, LiveMigrationStatus status, boolean cancel) {
    return new Migration(
        name,
        UID,
        "7",
        1,
        "2026-11-23T11:59:00Z",
        false,
        true,
        Map.of(),
        LiveMigrationSpecBuilder.builder(LiveMigrationSpec.of("i-00000003", "host-c"))
            .cancel(cancel)
            .build(),
        status);
  }

  public static Migration cancelled(Migration move) {
    return move(move.name(), move.status(), true);
  }

  public static Needs needs(boolean paused) {
    return NeedsBuilder.builder()
        .domainName("i-00000003")
        .vcpus(2)
        .memoryMiB(4096L)
        .type("kvm")
        .paused(paused)
        .disks(List.of())
        .build();
  }

  public static SourceReportBuilder source(SourceState state) {
    return SourceReportBuilder.builder()
        .attemptUID(ATTEMPT)
        .sequence(2L)
        .bootID(SOURCE_BOOT)
        .state(state)
        .needs(needs(false))
        .checks(List.of());
  }

  public static DestinationReportBuilder destination(DestinationState state) {
    return DestinationReportBuilder.builder()
        .attemptUID(ATTEMPT)
        .sequence(2L)
        .peerSequence(1L)
        .bootID("boot-of-host-c")
        .state(state)
        .checks(List.of());
  }

  /** The source's last word, said at sequence 10. */
  public static SourceReportBuilder ended(Switched switched, DomainState state, String reason) {
    return source(SourceState.CleanedUp)
        .sequence(10L)
        .endSequence(10L)
        .jobActive(false)
        .switched(switched)
        .sinceSwitchover(switched == Switched.Gone ? SinceSwitchover.StoodStill : null)
        .domain(new DomainReport(state, reason, null, null));
  }

  /** The destination's word, read after the source's last. */
  public static DestinationReportBuilder saw(Started started, DomainState state, String reason) {
    return destination(DestinationState.CleanedUp)
        .sequence(9L)
        .peerSequence(10L)
        .started(started)
        .domain(
            new DomainReport(state, reason, null, state == DomainState.Absent ? null : ATTEMPT));
  }
}
