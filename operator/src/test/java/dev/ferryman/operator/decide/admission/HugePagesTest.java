package dev.ferryman.operator.decide.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.HugePages;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** i-00000003 has 4096 MiB, all of it of huge pages: 2048 of 2 MiB. */
class HugePagesTest {
  private static final String OTHER_UUID = "0b0b0b0b-1111-2222-3333-000000000004";

  private final List<Migration> moves = new ArrayList<>();
  private final List<Host> hosts = new ArrayList<>();

  private static HostInstance guest(HugePages... pages) {
    return HostInstanceBuilder.builder(Sample.instance()).hugepages(List.of(pages)).build();
  }

  private static HugePages of2MiB(long pages) {
    return new HugePages(2048L, pages);
  }

  private static HugePages of1GiB(long pages) {
    return new HugePages(1048576L, pages);
  }

  private static Host host(String name, HugePagePool... pools) {
    return Sample.with(Sample.host(name), s -> s.hugepages(List.of(pools)));
  }

  private static HugePagePool free2MiB(long free) {
    return new HugePagePool(2048L, 8192L, free);
  }

  private Admission judge(LiveMigrationSpec spec, HostInstance guest) {
    hosts.add(Sample.host("host-b", guest));
    return Admission.judge(
        new Admission.Question(
            Migration.of(Sample.order("order", Sample.UID, spec)),
            Inventory.of(hosts, moves, Sample.NOW),
            moves,
            Map.of(),
            5));
  }

  private Admission judge(HostInstance guest) {
    return judge(LiveMigrationSpec.of("i-00000003", "host-c"), guest);
  }

  private static String said(List<Check> checks, String name) {
    return checks.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow().message();
  }

  @Test
  void aGuestOfHugePagesIsJudgedByFreePagesOfItsSizeAndNotByOrdinaryMemory() {
    var full =
        Sample.with(
            host("host-c", free2MiB(2048)),
            s -> s.used(new Resources(4, 31_720L, 1L)).committed(new Resources(4, 31_720L, 1L)));
    hosts.add(full);

    var admitted = (Admission.Admitted) judge(guest(of2MiB(2048)));

    assertThat(said(admitted.checks(), "HugePages"))
        .isEqualTo("huge pages: 2048 <= 2048 free of 8192 pages of 2048 KiB");
    assertThat(said(admitted.checks(), "Memory")).contains("31720 used + 0 <=");
  }

  @Test
  void tooFewFreePagesRefuseWithTheirNumbers() {
    hosts.add(host("host-c", free2MiB(2047)));

    var refused = (Admission.Refused) judge(guest(of2MiB(2048)));

    assertThat(refused.reason()).isEqualTo(Reason.InsufficientHugePages);
    assertThat(refused.message())
        .isEqualTo("huge pages: 2048 > 2047 free of 8192 pages of 2048 KiB");
  }

  @Test
  void pagesOfAnotherSizeDoNotHelp() {
    hosts.add(host("host-c", free2MiB(8192)));

    var refused = (Admission.Refused) judge(guest(of1GiB(4)));

    assertThat(refused.message()).isEqualTo("huge pages: 4 > 0 free of 0 pages of 1048576 KiB");
  }

  @Test
  void eachSizeCountsAndTheRestIsOrdinaryMemory() {
    hosts.add(host("host-c", free2MiB(512), new HugePagePool(1048576L, 4L, 1L)));

    var refused = (Admission.Refused) judge(guest(of2MiB(512), of1GiB(2)));

    assertThat(refused.message())
        .isEqualTo(
            "huge pages: 512 <= 512 free of 8192 pages of 2048 KiB, 2 > 1 free of 4 pages of"
                + " 1048576 KiB");
    assertThat(said(refused.checks(), "Memory")).contains("8000 used + 1024 <=");
  }

  @Test
  void aGuestOfOrdinaryMemoryIsNotAskedForHugePages() {
    hosts.add(host("host-c"));

    var admitted = (Admission.Admitted) judge(Sample.instance());

    assertThat(admitted.checks()).extracting(Check::name).doesNotContain("HugePages");
  }

  @Test
  void pagesThatOtherMovesHaveClaimedAreWaitedFor() {
    hosts.add(host("host-c", free2MiB(4000)));
    var other =
        HostInstanceBuilder.builder(Sample.instance("i-00000004", OTHER_UUID))
            .hugepages(List.of(of2MiB(1953)))
            .build();
    hosts.add(Sample.host("host-d", other));
    moves.add(
        Sample.move(
            Phase.Migrating,
            s -> s.instanceUID(OTHER_UUID).sourceHost("host-d").destinationHost("host-c")));

    var waits = (Admission.Waiting) judge(guest(of2MiB(2048)));

    assertThat(waits.reason()).isEqualTo(Reason.CapacityClaimed);
    assertThat(waits.message())
        .contains("huge pages: 1953 claimed + 2048 > 4000 free of 8192 pages of 2048 KiB");
  }

  @Test
  void aHostWithTooFewPagesIsNotChosen() {
    hosts.add(host("host-c", free2MiB(10)));
    hosts.add(
        Sample.with(host("host-d", free2MiB(4096)), s -> s.used(new Resources(4, 20_000L, 1L))));

    var admitted =
        (Admission.Admitted) judge(LiveMigrationSpec.of("i-00000003"), guest(of2MiB(2048)));

    assertThat(admitted.destinationHost()).isEqualTo("host-d");
  }
}
