package dev.ferryman.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.inventory.PublishDecision.Rules;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.hostresource.Storage;
import dev.ferryman.crds.livemigration.DomainState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PublishDecisionTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void theFirstIsDue() {
    assertThat(PublishDecision.dueIn(null, Duration.ZERO, status(), Rules.DEFAULT))
        .hasValue(Duration.ZERO);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void isDueAtOnce(String what, UnaryOperator<HostResourceStatusBuilder> change) {
    var now = change.apply(HostResourceStatusBuilder.builder(status())).build();

    assertThat(dueIn(Duration.ZERO, now)).hasValue(Duration.ZERO);
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        change("an instance came", s -> s.instances(List.of())),
        change("an instance stopped", s -> s.instances(List.of(instance(DomainState.ShutOff)))),
        change(
            "a version",
            s -> s.hypervisor(new Hypervisor("kvm", "8", "9", null, null, null, List.of()))),
        change("storage is gone", s -> s.storage(List.of())),
        change("locks", s -> s.storage(List.of(new Storage("/i", "nfs4", true, false, 100L, 50L)))),
        change("the daemon started anew", s -> s.libvirtdStartTime(2L)),
        change("the host started anew", s -> s.bootID("boot-2")),
        change(
            "readiness",
            s ->
                s.conditions(
                    HostConditions.of(
                        Optional.of(new NotReady(Reason.CleaningUp, "m-1")),
                        Gaps.NONE,
                        List.of(),
                        NOON))),
        change(
            "the number of huge pages",
            s -> s.hugepages(List.of(new HugePagePool(2048L, 101L, 50L)))),
        change("the total", s -> s.total(new Resources(8, 1000L, 200L))));
  }

  private static Arguments change(String what, UnaryOperator<HostResourceStatusBuilder> change) {
    return Arguments.of(what, change);
  }

  @ParameterizedTest(name = "{0} s later {1} MiB more: in {2} s")
  @CsvSource({
    "0, 500, 9",
    "8, 20, 1",
    "8, 19, ",
    "9, 19, ",
    "9, 20, 0",
    "9, -20, 0",
    "60, 20, 0",
    "60, 0, ",
    "300, 0, 0",
    "-1, 0, 0"
  })
  void isDueForTheUseAtLeisure(long age, long more, @Nullable Long due) {
    var now =
        HostResourceStatusBuilder.builder(status())
            .used(new Resources(1, 500 + more, 10L))
            .observedTime("2026-03-01T13:00:00Z")
            .sequence(9L)
            .storage(List.of(new Storage("/i", "nfs4", true, true, 100L, 49L)))
            .build();

    assertThat(dueIn(Duration.ofSeconds(age), now))
        .isEqualTo(Optional.ofNullable(due).map(Duration::ofSeconds));
  }

  @ParameterizedTest(name = "{0} of 100 pages free instead of 50: {1}")
  @CsvSource({"50, false", "49, false", "48, true", "52, true"})
  void hugePagesThatAreTakenAreDueAsTheUseIs(long free, boolean due) {
    var now =
        HostResourceStatusBuilder.builder(status())
            .hugepages(List.of(new HugePagePool(2048L, 100L, free)))
            .build();

    assertThat(dueIn(Duration.ofSeconds(9), now).isPresent()).isEqualTo(due);
  }

  private static Optional<Duration> dueIn(Duration age, HostResourceStatus now) {
    return PublishDecision.dueIn(status(), age, now, Rules.DEFAULT);
  }

  private static HostResourceStatus status() {
    return HostResourceStatusBuilder.builder()
        .total(new Resources(8, 1000L, 100L))
        .used(new Resources(1, 500L, 10L))
        .hugepages(List.of(new HugePagePool(2048L, 100L, 50L)))
        .hypervisor(new Hypervisor("kvm", "7.2.22", "9.0.0", null, null, null, List.of()))
        .storage(List.of(new Storage("/i", "nfs4", true, true, 100L, 50L)))
        .instances(List.of(instance(DomainState.Running)))
        .bootID("boot-1")
        .libvirtdStartTime(1L)
        .observedTime("2026-03-01T12:00:00Z")
        .conditions(HostConditions.of(Optional.empty(), Gaps.NONE, List.of(), NOON))
        .build();
  }

  private static HostInstance instance(DomainState state) {
    return new HostInstance("g1", "u", state, 1, 192L, List.of(), 1L, null, null, List.of());
  }
}
