package dev.ferryman.crds.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StoreRevisionTest {
  private final StoreRevision revision = new StoreRevision();

  @Test
  void growingAndStandingStillAreNoNews() {
    assertThat(revision.isTurnedBack("7")).isFalse();
    assertThat(revision.isTurnedBack("7")).isFalse();
    assertThat(revision.isTurnedBack("1000")).isFalse();
  }

  @Test
  void fallingIsSaidOnce() {
    assertThat(revision.isTurnedBack("1000")).isFalse();
    assertThat(revision.isTurnedBack("999")).isTrue();
    assertThat(revision.isTurnedBack("1000")).isFalse();
  }

  @Test
  void whatIsNoRevisionSaysNothing() {
    assertThat(revision.isTurnedBack("1000")).isFalse();
    assertThat(revision.isTurnedBack(null)).isFalse();
    assertThat(revision.isTurnedBack("")).isFalse();
    assertThat(revision.isTurnedBack("next")).isFalse();
    assertThat(revision.isTurnedBack("999")).isTrue();
  }
}
