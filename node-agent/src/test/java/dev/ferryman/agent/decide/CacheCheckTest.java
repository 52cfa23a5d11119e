package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskBuilder;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheCheckTest {
  @ParameterizedTest(name = "cache {0}, {1}, read-only {2}, QEMU {3} -> {4}")
  @CsvSource({
    "none,       iscsi, false, 2.12.0, Pass",
    "directsync, iscsi, false, 2.12.0, Pass",
    "writeback,  iscsi, false, 2.12.0, Fail",
    "          , iscsi, false, 2.12.0, Fail",
    "writeback,  rbd,   false, 2.12.0, Pass",
    "writeback,  iscsi, true,  2.12.0, Pass",
    "writeback,  iscsi, false, 7.2.22, Pass",
    "unsafe,     iscsi, false, 4.0.0,  Pass",
    "writeback,  iscsi, false, odd,    Fail"
  })
  void cachedDiskIsSafeWhereQemuDropsItsCache(
      String cache, String protocol, boolean readOnly, String qemu, CheckOutcome outcome) {
    var disk =
        DiskBuilder.builder(Disk.of("vda", "network", "x", readOnly, null))
            .cache(cache)
            .protocol(protocol)
            .build();
    var needs =
        NeedsBuilder.builder().domainName("g").vcpus(1).memoryMiB(1L).disks(List.of(disk)).build();

    var check = CacheCheck.judge(needs, "host-b", qemu);

    assertThat(check.outcome()).isEqualTo(outcome);
    if (outcome == CheckOutcome.Fail) {
      assertThat(check.reason()).isEqualTo("UnsafeCacheMode");
      assertThat(check.message()).contains("vda");
    }
  }
}
