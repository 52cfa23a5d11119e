package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.decide.OfferChecks.Cpu;
import dev.ferryman.agent.decide.OfferChecks.Filters;
import dev.ferryman.agent.decide.OfferChecks.Offer;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.CpuNeed;
import dev.ferryman.crds.livemigration.FilterNeed;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.NetworkKind;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import dev.ferryman.crds.livemigration.StoragePoolNeed;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OfferChecksTest {
  private static final NetworkNeed BRIDGE = new NetworkNeed(NetworkKind.Interface, "br0");
  private static final SecretNeed SECRET = new SecretNeed(null, "ceph", "client.vms");
  private static final Filters FILTERS = here(Map.of("clean", "h1", "no-spoofing", "h2"));
  private static final Needs NEEDS =
      NeedsBuilder.builder()
          .domainName("g1")
          .vcpus(1)
          .memoryMiB(192L)
          .cpu(new CpuNeed("custom", true, "<cpu/>"))
          .networks(List.of(BRIDGE))
          .nwfilters(
              List.of(
                  new FilterNeed("clean", "h1", null), new FilterNeed("no-spoofing", "h2", null)))
          .secrets(List.of(SECRET))
          .storagePools(List.of(new StoragePoolNeed("fast")))
          .build();
  private static final Offer FINE =
      new Offer("host-c", Cpu.Superset, "", Map.of(), FILTERS, List.of(), Map.of());

  @Test
  void hostThatHasAllIsNotRefused() {
    assertThat(OfferChecks.judge(NEEDS, FINE))
        .hasSize(5)
        .allMatch(check -> check.outcome() == CheckOutcome.Pass);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("obstacles")
  void obstacleRefusesWithItsReason(String reason, Offer offer, String named) {
    assertThat(OfferChecks.judge(NEEDS, offer))
        .filteredOn(check -> check.outcome() != CheckOutcome.Pass)
        .singleElement()
        .satisfies(
            check -> {
              assertThat(check.outcome()).isEqualTo(CheckOutcome.Fail);
              assertThat(check.reason()).isEqualTo(reason);
              assertThat(check.host()).isEqualTo("host-c");
              assertThat(check.message()).contains(named);
            });
  }

  static Stream<Arguments> obstacles() {
    return Stream.of(
        Arguments.of(
            "CPUIncompatible",
            new Offer(
                "host-c",
                Cpu.Incompatible,
                "unsupported features: avx2",
                Map.of(),
                FILTERS,
                List.of(),
                Map.of()),
            "unsupported features: avx2"),
        Arguments.of(
            "NetworkMissing",
            new Offer(
                "host-c",
                Cpu.Superset,
                "",
                Map.of(BRIDGE, "is not here"),
                FILTERS,
                List.of(),
                Map.of()),
            "interface br0 is not here"),
        Arguments.of(
            "NetworkFilterMissing",
            filters(Map.of("clean", "h1")),
            "not defined here: no-spoofing"),
        Arguments.of(
            "NetworkFilterDiffers",
            filters(Map.of("clean", "weaker")),
            "another content than at the source: clean; not defined here: no-spoofing"),
        Arguments.of(
            "SecretMissing",
            new Offer("host-c", Cpu.Superset, "", Map.of(), FILTERS, List.of(SECRET), Map.of()),
            "secret for ceph client.vms"),
        Arguments.of(
            "StoragePoolMissing",
            new Offer(
                "host-c",
                Cpu.Superset,
                "",
                Map.of(),
                FILTERS,
                List.of(),
                Map.of("fast", "is not active here")),
            "storage pool fast is not active here"));
  }

  @ParameterizedTest(name = "{0}, enforced {1}, {2} -> {3}")
  @CsvSource({
    "custom, true, Identical, Pass",
    "custom, true, Superset, Pass",
    "custom, true, Incompatible, Fail",
    "custom, false, Incompatible, Warn",
    "custom, true, Unknown, Skipped",
    "host-passthrough, true, Identical, Pass",
    "host-passthrough, true, Superset, Warn",
    "host-passthrough, true, Incompatible, Fail"
  })
  void judgesTheCpuByItsMode(String mode, boolean enforced, Cpu found, CheckOutcome expected) {
    var needs = NeedsBuilder.builder(NEEDS).cpu(new CpuNeed(mode, enforced, "<cpu/>")).build();
    var offer = new Offer("host-c", found, "words", Map.of(), FILTERS, List.of(), Map.of());

    assertThat(OfferChecks.judge(needs, offer).get(0).outcome()).isEqualTo(expected);
  }

  @Test
  void anEmulatedCpuOnlyWarns() {
    var needs = NeedsBuilder.builder(NEEDS).type("qemu").build();
    var offer =
        new Offer("host-c", Cpu.Incompatible, "words", Map.of(), FILTERS, List.of(), Map.of());

    assertThat(OfferChecks.judge(needs, offer).get(0).outcome()).isEqualTo(CheckOutcome.Warn);
  }

  @Test
  void joinedChecksFitAReport() {
    var many =
        Collections.nCopies(
            Bounds.CHECKS, Check.pass(CheckName.SharedStorage, "host-c", "the source's"));

    assertThat(OfferChecks.join(OfferChecks.judge(NEEDS, FINE), many)).hasSize(Bounds.CHECKS);
  }

  @Test
  void filterThatIsToBeInstalledIsNotMissed() {
    var filters = new Filters(Map.of("no-spoofing", "h2"), List.of("clean"), true);

    assertThat(OfferChecks.judge(NEEDS, filters(filters)))
        .filteredOn(check -> check.name().equals("NetworkFilters"))
        .singleElement()
        .satisfies(
            check -> {
              assertThat(check.outcome()).isEqualTo(CheckOutcome.Pass);
              assertThat(check.message())
                  .isEqualTo("installed here before the move: clean; all others are here");
            });
  }

  @ParameterizedTest(name = "installs: {0}")
  @CsvSource({"true, too long to be installed", "false, --install-nwfilters"})
  void missingFilterIsToldWithWhatHelps(boolean allowed, String remedy) {
    var filters = new Filters(Map.of("no-spoofing", "h2"), List.of(), allowed);

    assertThat(OfferChecks.judge(NEEDS, filters(filters)).toString())
        .contains("not defined here: clean (", remedy);
  }

  private static Filters here(Map<String, String> hashes) {
    return new Filters(hashes, List.of(), false);
  }

  private static Offer filters(Map<String, String> filters) {
    return filters(here(filters));
  }

  private static Offer filters(Filters filters) {
    return new Offer("host-c", Cpu.Superset, "", Map.of(), filters, List.of(), Map.of());
  }
}
