package dev.ferryman.operator.decide.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoubleClaimsTest {
  private static final Host B = Sample.host("host-b", Sample.instance());
  private static final Host C = Sample.host("host-c", Sample.instance());
  private static final Host C_WITHOUT = Sample.host("host-c");
  private static final Duration BEFORE = DoubleClaims.PROVED_AFTER.minusMillis(1);

  private DoubleClaims claims = DoubleClaims.NONE;
  private long nanos = -5;

  private void see(List<Migration> moves, Host... hosts) {
    claims = claims.seen(Inventory.of(List.of(hosts), moves, Sample.NOW), moves, nanos);
  }

  private void see(Host... hosts) {
    see(List.of(), hosts);
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private void assertProved(String... hosts) {
    assertThat(claims.proved(nanos)).containsOnlyKeys(Sample.UUID);
    assertThat(claims.proved(nanos).get(Sample.UUID)).containsExactly(hosts);
  }

  private void assertNothingProved() {
    assertThat(claims.proved(nanos)).isEmpty();
  }

  @Test
  void aClaimOfTwoHostsIsProvedByItsAgeAndNotBefore() {
    see(B, C);
    assertNothingProved();
    pass(BEFORE);
    see(B, C);
    assertNothingProved();
    pass(Duration.ofMillis(1));
    see(B, C);
    assertProved("host-b", "host-c");
  }

  @Test
  void itIsRaisedWithinFifteenSecondsOfTheSecondList() {
    assertThat(DoubleClaims.PROVED_AFTER).isLessThan(Duration.ofSeconds(15));
  }

  @Test
  void theAgeCountsFromTheSecondClaimHoweverOldTheFirst() {
    see(B, C_WITHOUT);
    pass(Duration.ofDays(1));
    see(B, C);
    assertNothingProved();
  }

  @Test
  void aClaimTakenBackBetweenStartsAnew() {
    see(B, C);
    pass(BEFORE);
    see(B, C_WITHOUT);
    see(B, C);
    pass(Duration.ofMillis(1));
    see(B, C);
    assertNothingProved();
  }

  @Test
  void aHostWhoseWordMayBeOldClaimsNothing() {
    see(Sample.with(B, Liveness.Dead), C);
    pass(DoubleClaims.PROVED_AFTER);
    see(Sample.with(B, Liveness.Dead), C);
    assertNothingProved();

    see(B, C);
    pass(BEFORE);
    see(Sample.with(B, Liveness.Unknown), C);
    see(B, C);
    pass(BEFORE);
    see(B, C);
    assertNothingProved();

    var notReady = Sample.notReady(B);
    see(notReady, C);
    pass(DoubleClaims.PROVED_AFTER);
    see(notReady, C);
    assertNothingProved();
  }

  @Test
  void aCopyThatDoesNotRunClaimsNothing() {
    var off = HostInstanceBuilder.builder(Sample.instance()).state(DomainState.ShutOff).build();
    see(B, Sample.host("host-c", off));
    pass(DoubleClaims.PROVED_AFTER);
    see(B, Sample.host("host-c", off));
    assertNothingProved();
  }

  @Test
  void whileItMovesBothMayListItAndTheAgeCountsFromTheEnd() {
    for (var phase : List.of(Phase.Checking, Phase.Migrating, Phase.Settling)) {
      var moves = List.of(Sample.move(phase, s -> s));
      see(moves, B, C);
      pass(DoubleClaims.PROVED_AFTER.multipliedBy(2));
      see(moves, B, C);
      assertNothingProved();
    }
    var failed = List.of(Sample.move(Phase.Failed, s -> s));
    see(failed, B, C);
    assertNothingProved();
    pass(DoubleClaims.PROVED_AFTER);
    see(failed, B, C);
    assertProved("host-b", "host-c");
  }

  @Test
  void aThirdClaimMustAgeByItself() {
    var d = Sample.host("host-d", Sample.instance());
    see(B, C);
    pass(DoubleClaims.PROVED_AFTER);
    see(B, C, d);
    assertProved("host-b", "host-c");
    pass(DoubleClaims.PROVED_AFTER);
    see(B, C, d);
    assertProved("host-b", "host-c", "host-d");
  }

  @Test
  void asksToBeLookedAtUntilProved() {
    assertThat(claims.next(nanos)).isEmpty();
    see(B, C);
    assertThat(claims.next(nanos)).contains(Duration.ofSeconds(2));
    pass(BEFORE);
    assertThat(claims.next(nanos)).contains(Duration.ofMillis(1));
    pass(Duration.ofMillis(1));
    assertThat(claims.next(nanos)).isEmpty();
  }
}
