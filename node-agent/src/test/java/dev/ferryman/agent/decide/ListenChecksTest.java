package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.agent.decide.ListenChecks.Seen;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.ListenAddress;
import dev.ferryman.crds.livemigration.ListenNeed;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListenChecksTest {
  private static final ListenNeed VNC =
      new ListenNeed("graphics vnc", "10.7.0.2", "10.7.0.0/24", 5999, null);
  private static final ListenNeed SERIAL =
      new ListenNeed("serial udp", "10.7.0.9", null, 4778, true);

  @Test
  void replacesTheSourcesOwnAddressAloneAndSaysSo() {
    var needs = needs(VNC, SERIAL);
    var seen =
        new Seen(
            "host-c", Map.of("10.7.0.2", "10.7.0.3", "10.7.0.9", "10.7.0.9"), Map.of(), Map.of());

    assertThat(ListenChecks.replacements(needs, seen))
        .containsExactly(new ListenAddress("10.7.0.2", "10.7.0.3"));
    assertThat(List.of(ListenChecks.judge(needs, seen)))
        .extracting(Check::name, Check::outcome, Check::message)
        .containsExactly(
            tuple(
                "ListenAddresses",
                CheckOutcome.Pass,
                "graphics vnc listens on 10.7.0.2 port 5999, here on 10.7.0.3; serial udp listens"
                    + " on 10.7.0.9 UDP port 4778"));
  }

  @Test
  void addressAndPortThatCannotBeHadAreRefusedWithTheirDevices() {
    var needs = needs(VNC, SERIAL);
    var seen =
        new Seen(
            "host-c",
            Map.of("10.7.0.2", "10.7.0.3"),
            Map.of("10.7.0.9", "no such"),
            Map.of(VNC, "in use"));

    assertThat(List.of(ListenChecks.judge(needs, seen)))
        .extracting(Check::outcome, Check::reason, Check::host, Check::message)
        .containsExactly(
            tuple(
                CheckOutcome.Fail,
                "ListenAddressUnavailable",
                "host-c",
                "graphics vnc listens on 10.7.0.2 port 5999, a port that cannot be had on 10.7.0.3"
                    + " here: in use; serial udp listens on 10.7.0.9 UDP port 4778, no such"));
  }

  private static Needs needs(ListenNeed... addresses) {
    return NeedsBuilder.builder()
        .domainName("g1")
        .vcpus(1)
        .memoryMiB(192L)
        .listenAddresses(List.of(addresses))
        .build();
  }
}
