package dev.ferryman.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.agent.PublishedSchema;
import dev.ferryman.agent.libvirt.DomainDefinition;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.HostFacts;
import dev.ferryman.agent.libvirt.PagedMemory;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.hostresource.MigrationEndpoint;
import dev.ferryman.crds.hostresource.ProjectUse;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.hostresource.Storage;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.HugePages;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HostInventoryTest {
  private static final long GIB = 1L << 30;

  /** Of each copy, by now. */
  private static final long RECEIVED_MIB = 1000;

  private static final MigrationEndpoint ENDPOINT = new MigrationEndpoint("10.0.0.2", "tls");
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void sumsWhatTheHostHasUsesAndHolds() {
    var web = domain("web", DomainState.Running, "p1", 4, 2048, false);
    var idle = domain("idle", DomainState.ShutOff, "p1", 2, 1024, false);
    var job = domain("job", DomainState.Running, "p2", 1, 512, false);
    var own = domain("own", DomainState.Paused, null, 8, 4096, false);
    var disks = Map.of(web.uuid(), 20 * GIB, idle.uuid(), 10 * GIB + 1, own.uuid(), 0L);

    var status = status(List.of(web, idle, job, own), disks);

    assertThat(status.total()).isEqualTo(new Resources(16, 32232L, 157L));
    assertThat(status.used()).isEqualTo(new Resources(5, 21284L, 41L));
    assertThat(status.committed()).isEqualTo(new Resources(15, 7680L, 31L));
    assertThat(status.projects())
        .containsExactly(new ProjectUse("p1", 6, 3072L, 31L), new ProjectUse("p2", 1, 512L, 0L));
    assertThat(status.instanceCount()).isEqualTo(4);
    assertThat(status.instances())
        .extracting(HostInstance::name)
        .containsExactly("idle", "job", "own", "web");
  }

  @Test
  void aCopyThatIsBeingReceivedIsListedButNotCounted() {
    var status = status(List.of(domain("g1", DomainState.Paused, "p1", 4, 2048, true)), Map.of());

    assertThat(status.instances())
        .singleElement()
        .satisfies(i -> assertThat(i.incoming()).isTrue());
    assertThat(status.committed()).isEqualTo(new Resources(0, 0L, 0L));
    assertThat(status.used().memoryMiB()).isEqualTo(21284 - RECEIVED_MIB);
    assertThat(status.projects()).isEmpty();
    assertThat(status.hugepages()).containsExactly(new HugePagePool(2048L, 1000L, 400L));
  }

  @Test
  void memoryOfHugePagesIsNotCommittedTwice() {
    var huge = domain("huge", DomainState.Running, "p1", 1, 2048, false, 1024);
    var part = domain("part", DomainState.Running, "p1", 1, 4096, false, 512);
    var none = domain("none", DomainState.Running, "p1", 1, 100, false);

    var status = status(List.of(huge, part, none), Map.of());

    assertThat(status.committed()).isEqualTo(new Resources(3, 3172L, 0L));
    assertThat(status.projects()).containsExactly(new ProjectUse("p1", 3, 6244L, 0L));
    assertThat(status.hugepages()).containsExactly(new HugePagePool(2048L, 1000L, 300L));
    assertThat(status.instances())
        .extracting(HostInstance::memoryMiB, HostInstance::hugepages)
        .containsExactly(
            tuple(2048L, List.of(new HugePages(2048L, 1024L))),
            tuple(100L, List.of()),
            tuple(4096L, List.of(new HugePages(2048L, 512L))));
  }

  @Test
  void saysWhatTheHostIs() {
    var status = status(List.of(), Map.of());

    assertThat(status.hypervisor().type()).isEqualTo("kvm,qemu");
    assertThat(status.hypervisor().version()).isEqualTo("7.2.22");
    assertThat(status.migration()).isEqualTo(ENDPOINT);
    assertThat(status.storage()).extracting(Storage::type).containsExactly("nfs4");
    assertThat(status.bootID()).isEqualTo("boot-1");
    assertThat(status.libvirtdStartTime()).isEqualTo(4711L);
    assertThat(status.observedTime()).isEqualTo("2026-03-01T12:00:00Z");
    assertThat(status.schedulable()).as("the operator's").isNull();
    assertThat(status.observedGeneration()).as("the operator's").isNull();
  }

  @Test
  void cutsListsToTheSchemasBounds() {
    var many = new ArrayList<DomainFacts>();
    for (var i = 0; i <= Bounds.INSTANCES; i++) {
      many.add(domain("i-%05d".formatted(i), DomainState.Running, "p" + i, 1, 1, false));
    }

    var result = HostInventory.of(readings(many, Map.of()), ENDPOINT);

    assertThat(result.gaps().truncated()).isTrue();
    assertThat(result.status().instances()).hasSize(Bounds.INSTANCES);
    assertThat(result.status().projects()).hasSize(Bounds.PROJECTS);
    assertThat(result.status().instanceCount()).isEqualTo(Bounds.INSTANCES + 1);
    assertThat(result.status().committed().vcpus()).isEqualTo(Bounds.INSTANCES + 1);
  }

  /** Whatever a host's libvirt says: a write that the API server refuses would age the host. */
  @Test
  void allThatAHostSaysFitsTheSchemaHoweverLongItIs() throws IOException {
    var huge = "\ud83d\ude80".repeat(50_000);
    var domains = new ArrayList<DomainFacts>();
    for (var i = 0; i < 3; i++) {
      domains.add(domain("x".repeat(i) + huge, DomainState.Running, "p", 1, 1, false));
    }
    var readings =
        new HostReadings(
            new HostFacts(
                huge,
                huge,
                Collections.nCopies(100, huge),
                huge,
                huge,
                huge,
                Collections.nCopies(1000, huge),
                16),
            domains,
            Map.of(),
            new Memory(32232, 100),
            List.of(),
            Received.NOTHING,
            null,
            "boot-1",
            OptionalLong.of(4711),
            NOON);
    var obstacle = new NotReady(Reason.LibvirtUnreachable, huge);
    var gaps = new Gaps(true, List.of(huge, huge));
    var status =
        HostResourceStatusBuilder.builder(HostInventory.of(readings, ENDPOINT).status())
            .conditions(HostConditions.of(Optional.of(obstacle), gaps, List.of(), NOON))
            .build();

    PublishedSchema.ofStatus("hostresources").assertFits(status);
    assertThat(status.instances()).hasSize(3);
  }

  @Test
  void goesWithoutStorageThatCannotBeRead() {
    var readings = readings(List.of(), Map.of());
    var without =
        new HostReadings(
            readings.host(),
            readings.domains(),
            readings.diskBytes(),
            readings.memory(),
            readings.hugepages(),
            readings.received(),
            null,
            readings.bootID(),
            readings.daemonStart(),
            readings.time());

    var status = HostInventory.of(without, ENDPOINT).status();

    assertThat(status.storage()).isEmpty();
    assertThat(status.total().diskGiB()).isNull();
  }

  @Test
  void aConditionThatStaysKeepsItsTime() {
    var first = HostConditions.of(Optional.empty(), Gaps.NONE, List.of(), NOON);
    var later = NOON.plusSeconds(60);

    assertThat(HostConditions.of(Optional.empty(), Gaps.NONE, first, later)).isEqualTo(first);
    assertThat(
            HostConditions.of(
                Optional.of(new NotReady(Reason.LibvirtUnreachable, "refused")),
                new Gaps(true, List.of("g1 (uuid): too long")),
                first,
                later))
        .extracting(Condition::getType, Condition::getStatus, Condition::getReason)
        .containsExactly(
            tuple("Ready", "False", "LibvirtUnreachable"),
            tuple("Truncated", "True", "InventoryTruncated"),
            tuple("Unreadable", "True", "InstanceUnreadable"));
  }

  @Test
  void whatWasKnownStandsWhileLibvirtDoesNotAnswer() {
    var known = status(List.of(domain("g1", DomainState.Running, "p1", 1, 192, false)), Map.of());

    var stale = StaleInventory.of(known, "boot-1");

    assertThat(stale.instances()).isEqualTo(known.instances());
    assertThat(stale.observedTime()).isEqualTo(known.observedTime());
    assertThat(stale.libvirtdStartTime()).isNull();
  }

  @Test
  void whatRanInAnEarlierBootIsUnknownNotGone() {
    var known = status(List.of(domain("g1", DomainState.Running, "p1", 1, 192, false)), Map.of());

    var stale = StaleInventory.of(known, "boot-2");

    assertThat(stale.bootID()).isEqualTo("boot-2");
    assertThat(stale.instances())
        .extracting(HostInstance::state)
        .containsExactly(DomainState.NoState);
    assertThat(StaleInventory.of(null, "boot-2").instances()).isEmpty();
  }

  private static HostResourceStatus status(List<DomainFacts> domains, Map<String, Long> disks) {
    return HostInventory.of(readings(domains, disks), ENDPOINT).status();
  }

  private static HostReadings readings(List<DomainFacts> domains, Map<String, Long> disks) {
    return new HostReadings(
        new HostFacts(
            "host-uuid",
            "x86_64",
            List.of("kvm", "qemu"),
            "7.2.22",
            "9.0.0",
            "Broadwell",
            List.of("pc", "q35"),
            16),
        domains,
        disks,
        new Memory(32232, 32232 - 21284),
        List.of(new HugePagePool(2048L, 1000L, 300L)),
        domains.stream().anyMatch(DomainFacts::incoming)
            ? new Received(RECEIVED_MIB, List.of(new HugePages(2048L, 100L)))
            : Received.NOTHING,
        new StorageReader.Reading(
            new Storage("/instances", "nfs4", true, true, 157L, 116L), 157 * GIB, 41 * GIB - 5),
        "boot-1",
        OptionalLong.of(4711),
        NOON);
  }

  private static DomainFacts domain(
      String name, DomainState state, String project, int vcpus, long memory, boolean incoming) {
    return domain(name, state, project, vcpus, memory, incoming, 0);
  }

  private static DomainFacts domain(
      String name,
      DomainState state,
      String project,
      int vcpus,
      long memory,
      boolean incoming,
      long hugePages) {
    var paged =
        hugePages == 0 ? List.<PagedMemory>of() : List.of(new PagedMemory(2048, hugePages * 2048));
    return new DomainFacts(
        UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString(),
        name,
        state,
        "unknown",
        null,
        incoming,
        true,
        new DomainDefinition(
            "kvm", "x86_64", "q35", vcpus, memory, paged, List.of(), project, List.of(), null,
            null));
  }
}
