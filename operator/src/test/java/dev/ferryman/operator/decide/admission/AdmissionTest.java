package dev.ferryman.operator.decide.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.hostresource.Overcommit;
import dev.ferryman.crds.hostresource.Reserved;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdmissionTest {
  private static final String OTHER_UUID = "0b0b0b0b-1111-2222-3333-000000000004";

  private Host b = Sample.host("host-b", Sample.instance());
  private Host c = Sample.host("host-c");
  private final List<Migration> moves = new ArrayList<>();
  private final Migration order = Sample.pending("order");
  private int slots = 5;

  private Admission judge(Migration migration, Host... hosts) {
    var inventory = Inventory.of(List.of(hosts), moves, Sample.NOW);
    return Admission.judge(
        new Admission.Question(migration, inventory, moves, Map.of("vm-3", Sample.UUID), slots));
  }

  private Admission judge() {
    return judge(order, b, c);
  }

  private Migration order(String instance, String destination) {
    return Migration.of(Sample.order("order", Sample.UID, instance, destination));
  }

  private static void assertRefused(Admission admission, Reason reason, String... words) {
    assertThat(admission).isInstanceOf(Admission.Refused.class);
    var refused = (Admission.Refused) admission;
    assertThat(refused.reason()).isEqualTo(reason);
    assertThat(List.of(words)).allSatisfy(word -> assertThat(refused.message()).contains(word));
  }

  private static void assertWaits(Admission admission, Reason reason) {
    assertThat(admission).isInstanceOf(Admission.Waiting.class);
    assertThat(((Admission.Waiting) admission).reason()).isEqualTo(reason);
  }

  @Test
  void aFittingOrderIsAdmittedWithEveryCheck() {
    var admitted = (Admission.Admitted) judge();

    assertThat(admitted.instanceUID()).isEqualTo(Sample.UUID);
    assertThat(admitted.sourceHost()).isEqualTo("host-b");
    assertThat(admitted.destinationHost()).isEqualTo("host-c");
    assertThat(admitted.checks())
        .extracting(Check::name)
        .containsExactly(
            "Instance",
            "SourceHost",
            "DestinationHost",
            "DifferentHosts",
            "Hypervisor",
            "Architecture",
            "Versions",
            "VCPUs",
            "Memory");
    assertThat(admitted.checks()).allMatch(k -> k.outcome() == CheckOutcome.Pass);
  }

  @ParameterizedTest
  @CsvSource({"i-00000003", "0a0a0a0a-1111-2222-3333-000000000003", "vm-3"})
  void anInstanceIsFoundByDomainNameByUuidAndByObjectName(String text) {
    assertThat(judge(order(text, "host-c"), b, c)).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void anUnknownInstanceIsRefusedOnceEveryHostHasSpoken() {
    assertRefused(
        judge(order("nobody", "host-c"), b, c), Reason.InstanceNotFound, "'nobody'", "2 hosts");
  }

  @Test
  void anUnknownInstanceWaitsWhileAListIsCutShort() {
    c = Sample.with(c, s -> s.instanceCount(2000));

    assertWaits(judge(order("nobody", "host-c"), b, c), Reason.InventoryTruncated);
  }

  @Test
  void anUnknownInstanceWaitsWhileAHostHasNotSpoken() {
    assertWaits(
        judge(order("nobody", "host-c"), b, Sample.with(c, Liveness.Unknown)),
        Reason.HostLivenessUnknown);
    assertWaits(
        judge(order("nobody", "host-c"), b, Sample.with(c, s -> s.instanceCount(null))),
        Reason.HostLivenessUnknown);
    assertRefused(
        judge(order("nobody", "host-c"), b, Sample.with(c, Liveness.Dead)),
        Reason.InstanceNotFound);
  }

  @Test
  void twoInstancesOfOneNameAreAmbiguousAndTheUuidAlwaysWorks() {
    c = Sample.host("host-c", Sample.instance("i-00000003", OTHER_UUID));

    assertRefused(judge(), Reason.InstanceAmbiguous, Sample.UUID, OTHER_UUID);
    assertThat(judge(order(Sample.UUID, "host-c"), b, c)).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void aCopyBeingReceivedIsNoInstanceOfThatHost() {
    c = Sample.host("host-c", with(Sample.instance(), true, DomainState.Paused));

    assertThat(judge()).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void anInstanceActiveOnTwoHostsWaitsUntouched() {
    var d = Sample.host("host-d", Sample.instance());

    assertWaits(judge(order, b, c, d), Reason.Conflict);
  }

  @Test
  void anInstanceOnTwoHostsIsTheActiveOne() {
    var d = Sample.host("host-d", with(Sample.instance(), null, DomainState.ShutOff));

    assertThat(judge(order, b, c, d)).isInstanceOf(Admission.Admitted.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = DomainState.class,
      names = {"Running", "Blocked", "Paused"},
      mode = EnumSource.Mode.EXCLUDE)
  void anInstanceThatDoesNotRunIsRefusedWithItsState(DomainState state) {
    b = Sample.host("host-b", with(Sample.instance(), null, state));

    assertRefused(judge(), Reason.InstanceNotRunning, state.name());
  }

  @Test
  void anInstanceThatIsThereAlreadyIsASuccess() {
    assertThat(judge(order("i-00000003", "host-b"), b, c))
        .isEqualTo(new Admission.AlreadyThere(Sample.UUID, "i-00000003 is on host-b already"));
  }

  @Test
  void alreadyThereNeedsALivingHostAWholeListAndNoOtherPlace() {
    var here = order("i-00000003", "host-b");
    assertRefused(judge(here, Sample.with(b, Liveness.Dead), c), Reason.SourceNotAlive);
    assertWaits(judge(here, Sample.with(b, Liveness.Unknown), c), Reason.HostLivenessUnknown);
    assertWaits(
        judge(here, Sample.with(b, s -> s.instanceCount(2000)), c), Reason.InventoryTruncated);
    var elsewhere = Sample.host("host-c", with(Sample.instance(), null, DomainState.ShutOff));
    assertRefused(judge(here, b, elsewhere), Reason.SameHost);
  }

  @Test
  void aDestinationThatDoesNotExistIsRefused() {
    assertRefused(judge(order("i-00000003", "host-z"), b, c), Reason.DestinationNotFound, "host-z");
  }

  @Test
  void bothObstaclesAreToldWhereInstanceAndDestinationAreUnknown() {
    var refused = (Admission.Refused) judge(order("nobody", "host-z"), b, c);

    assertThat(refused.message()).contains("nobody").contains("host-z");
  }

  @Test
  void hostsMustLiveBeReadyAndOpen() {
    assertRefused(judge(order, Sample.with(b, Liveness.Dead), c), Reason.SourceNotAlive);
    assertRefused(judge(order, b, Sample.with(c, Liveness.Dead)), Reason.DestinationNotAlive);
    assertRefused(judge(order, Sample.notReady(b), c), Reason.SourceNotReady);
    assertRefused(judge(order, b, Sample.notReady(c)), Reason.DestinationNotReady);
    var closed = Sample.with(c, new HostResourceSpec(true, null, null, null));
    assertRefused(judge(order, b, closed), Reason.DestinationUnschedulable, "unschedulable");
  }

  @Test
  void livenessNotKnownYetIsWaitedFor() {
    assertWaits(judge(order, Sample.with(b, Liveness.Unknown), c), Reason.HostLivenessUnknown);
    assertWaits(judge(order, b, Sample.with(c, Liveness.Unknown)), Reason.HostLivenessUnknown);
  }

  @ParameterizedTest
  @CsvSource({
    "qemu, 7.2.0, 9.0.0, x86_64, uuid, ",
    "'kvm,qemu', 8.0.0, 10.1.0, x86_64, uuid, ",
    "xen, 7.2.0, 9.0.0, x86_64, uuid, HypervisorMismatch",
    "kvm, 7.1.9, 9.0.0, x86_64, uuid, HypervisorTooOld",
    "kvm, 7.10.0, 9.0.0, x86_64, uuid, ",
    "kvm, 7.2.0, 8.10.0, x86_64, uuid, HypervisorTooOld",
    "kvm, 7.2.0, 9.0.0, aarch64, uuid, ArchitectureMismatch",
    "kvm, 7.2.0, 9.0.0, x86_64, uuid-of-host-b, SameHost",
  })
  void theDestinationsHypervisorMustFit(
      String type, String version, String libvirt, String arch, String uuid, Reason refusal) {
    c =
        Sample.with(
            c, s -> s.hypervisor(new Hypervisor(type, version, libvirt, arch, uuid, null, null)));

    if (refusal == null) {
      assertThat(judge()).isInstanceOf(Admission.Admitted.class);
    } else {
      assertRefused(judge(), refusal);
    }
  }

  @Test
  void memoryIsJudgedByWhatIsUsedWithTheNumbers() {
    c = Sample.with(c, s -> s.used(new Resources(4, 28000L, 0L)));

    assertRefused(
        judge(), Reason.InsufficientMemory, "memory: 28000 used + 4096 > 32232 - 512 MiB");
  }

  @Test
  void memoryIsJudgedByWhatIsCommittedTimesTheOvercommit() {
    c = Sample.with(c, s -> s.committed(new Resources(4, 30000L, 0L)));
    assertRefused(
        judge(),
        Reason.InsufficientMemory,
        "memory: 30000 committed + 4096 > 32232 x 1.0 - 512 MiB");

    var spec = new HostResourceSpec(false, null, new Overcommit(null, 1.5, null), null);
    assertThat(judge(order, b, Sample.with(c, spec))).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void vcpusAreJudgedByWhatIsCommittedTimesTheOvercommitLessTheReserve() {
    c = Sample.with(c, s -> s.committed(new Resources(62, 8000L, 0L)));
    assertThat(judge()).isInstanceOf(Admission.Admitted.class);

    var spec = new HostResourceSpec(false, null, null, new Reserved(1, null, null));
    assertRefused(
        judge(order, b, Sample.with(c, spec)),
        Reason.InsufficientVCPUs,
        "vCPUs: 62 committed + 2 > 16 x 4.0 - 1");
  }

  @Test
  void aHostWithoutFiguresIsRefused() {
    assertRefused(judge(order, b, Sample.with(c, s -> s.total(null))), Reason.InsufficientVCPUs);
  }

  @Test
  void everyObstacleIsToldAtOnce() {
    c =
        Sample.with(
            c, s -> s.used(new Resources(4, 32000L, 0L)).committed(new Resources(64, 1L, 0L)));

    var refused = (Admission.Refused) judge();
    assertThat(refused.message()).contains("vCPUs:").contains("memory:");
    assertThat(refused.checks())
        .filteredOn(k -> k.outcome() == CheckOutcome.Fail)
        .extracting(Check::name)
        .containsExactly(CheckName.VCPUs.name(), CheckName.Memory.name());
  }

  /** A move of another instance of host-b to host-c. */
  private Migration other(Phase phase) {
    var status =
        LiveMigrationStatusBuilder.builder(Sample.move(phase).status())
            .instanceUID(OTHER_UUID)
            .build();
    return new Migration(
        "other",
        "other-uid",
        "7",
        1,
        "2026-11-23T11:58:00Z",
        false,
        true,
        Map.of(),
        order("i-00000004", "host-c").spec(),
        status);
  }

  @Test
  void roomThatOtherMovesHaveClaimedIsWaitedFor() {
    b = Sample.host("host-b", Sample.instance(), Sample.instance("i-00000004", OTHER_UUID));
    c = Sample.with(c, s -> s.used(new Resources(4, 27000L, 0L)));
    assertThat(judge()).isInstanceOf(Admission.Admitted.class);

    moves.add(other(Phase.Migrating));

    assertWaits(judge(), Reason.CapacityClaimed);
    assertThat(((Admission.Waiting) judge()).message())
        .contains("27000 used + 4096 claimed + 4096 > 32232 - 512 MiB");
  }

  @Test
  void aClaimEndsWhenItsMoveEndsOrTheDestinationListsTheInstance() {
    b = Sample.host("host-b", Sample.instance(), Sample.instance("i-00000004", OTHER_UUID));
    c = Sample.with(c, s -> s.used(new Resources(4, 27000L, 0L)));
    moves.add(other(Phase.Failed));
    assertThat(judge()).isInstanceOf(Admission.Admitted.class);

    moves.set(0, other(Phase.Migrating));
    c =
        Sample.with(
            c,
            s -> s.instances(List.of(Sample.instance("i-00000004", OTHER_UUID))).instanceCount(1));
    assertThat(judge()).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void aHostThatIsFullByItselfIsRefusedThoughOthersClaimToo() {
    b = Sample.host("host-b", Sample.instance(), Sample.instance("i-00000004", OTHER_UUID));
    c = Sample.with(c, s -> s.used(new Resources(4, 30000L, 0L)));
    moves.add(other(Phase.Migrating));

    assertRefused(judge(), Reason.InsufficientMemory);
  }

  @Test
  void aHostTakesPartInSoManyMovesAtOnce() {
    b = Sample.host("host-b", Sample.instance(), Sample.instance("i-00000004", OTHER_UUID));
    moves.add(other(Phase.Settling));
    slots = 1;
    assertWaits(judge(), Reason.NoFreeSlot);

    slots = 2;
    assertThat(judge()).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void aMoveUnderWayGoesFirst() {
    moves.add(Sample.move("running", Sample.move(Phase.Checking).status(), false));

    assertWaits(judge(Sample.pending("order"), b, c), Reason.InstanceBusy);
  }

  @Test
  void ofTwoThatHaveNotBegunTheOlderGoesFirstThenByName() {
    var first = Sample.pending("a");
    var second = Sample.pending("b");
    moves.addAll(List.of(first, second));

    assertThat(judge(first, b, c)).isInstanceOf(Admission.Admitted.class);
    assertWaits(judge(second, b, c), Reason.InstanceBusy);
  }

  @Test
  void ordersForOtherInstancesDoNotMatter() {
    moves.add(order("i-00000004", "host-c"));

    assertThat(judge()).isInstanceOf(Admission.Admitted.class);
  }

  private static HostInstance with(HostInstance entry, Boolean incoming, DomainState state) {
    return HostInstanceBuilder.builder(entry).incoming(incoming).state(state).build();
  }
}
