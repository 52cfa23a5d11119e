package dev.ferryman.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StretchTest {
  @Test
  void guestThatWentBackAndForthRanOnce() {
    var stretches = List.of(on("host-b", 0, 100), on("host-c", 101, 200), on("host-b", 202, 300));

    assertThat(Stretch.saidTwice(stretches)).isEmpty();
    assertThat(Stretch.missing(stretches)).as("201 began on one and ended on the other").isEmpty();
  }

  @Test
  void whatTwoHostsHaveBothRecordedTwoCopiesHaveSaid() {
    assertThat(Stretch.saidTwice(List.of(on("host-b", 0, 101), on("host-c", 101, 200))))
        .singleElement()
        .asString()
        .contains("heartbeats 0 to 101 on host-b", "heartbeats 101 to 200 on host-c");
  }

  @Test
  void guestThatWentBackInTimeOnOneHostSaysThingsTwice() {
    assertThat(Stretch.saidTwice(List.of(on("host-b", 0, 100), on("host-b", 50, 80)))).hasSize(1);
  }

  @Test
  void allThatTheyHaveInCommonIsOneComplaint() {
    var stretches = List.of(on("host-b", 0, 120), on("host-b", 122, 300), on("host-c", 101, 200));

    assertThat(Stretch.saidTwice(stretches)).singleElement().asString().contains("99 heartbeats");
  }

  @Test
  void anotherRunOfTheGuestCountsAnew() {
    var stretches = List.of(on("host-b", 0, 100), new Stretch("host-c", "run2", 0, 50));

    assertThat(Stretch.saidTwice(stretches)).isEmpty();
    assertThat(Stretch.missing(stretches)).isEmpty();
  }

  @Test
  void heartbeatsThatNobodyHasAreMissing() {
    assertThat(Stretch.missing(List.of(on("host-b", 0, 100), on("host-c", 103, 200)))).hasSize(1);
    assertThat(Stretch.missing(List.of(on("host-b", 0, 100), on("host-b", 110, 200)))).hasSize(1);
    assertThat(Stretch.missing(List.of(on("host-b", 2, 100)))).hasSize(1);
  }

  private static Stretch on(String host, long first, long last) {
    return new Stretch(host, "run1", first, last);
  }
}
