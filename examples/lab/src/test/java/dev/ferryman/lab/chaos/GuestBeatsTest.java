package dev.ferryman.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestBeatsTest {
  @TempDir private Path directory;
  private GuestBeats beats;

  @BeforeEach
  void recordOnTwoHosts() throws IOException {
    Files.createFile(directory.resolve("b"));
    Files.createFile(directory.resolve("c"));
    beats =
        new GuestBeats(Map.of("host-b", directory.resolve("b"), "host-c", directory.resolve("c")));
  }

  @Test
  void consecutiveHeartbeatsOfAHostAreOneStretch() throws IOException {
    record("b", "[boot]\r\nT 0 00c0ffee\r\nT 1 00c0f");
    record("b", "fee\r\nT 2 00c0ffee\r\n");

    assertThat(beats.stretches()).containsExactly(new Stretch("host-b", "00c0ffee", 0, 2));
    assertThat(beats.lastHost()).isEqualTo("host-b");
  }

  @Test
  void heartbeatThatBeganOnTheOtherHostIsNeitherOnes() throws IOException {
    record("b", "T 0 00c0ffee\r\nT 1");
    record("c", " 00c0ffee\r\nT 2 00c0ffee\r\nT 3 0");
    record("b", "0c0ffee\r\nT 4 00c0ffee\r\n");

    assertThat(beats.stretches())
        .containsExactly(
            new Stretch("host-b", "00c0ffee", 0, 0),
            new Stretch("host-b", "00c0ffee", 4, 4),
            new Stretch("host-c", "00c0ffee", 2, 2));
    assertThat(Stretch.missing(beats.stretches())).isEmpty();
  }

  @Test
  void halvesOfTwoHeartbeatsAreNotTakenForOne() throws IOException {
    record("b", "T 10 00c0ffee\r\nT 1");
    record("c", "1 00c0ffee\r\nT 12 00c0ffee\r\nT 1");
    record("b", "3 00c0ffee\r\nT 14 00c0ffee\r\n");

    assertThat(beats.stretches())
        .containsExactly(
            new Stretch("host-b", "00c0ffee", 10, 10),
            new Stretch("host-b", "00c0ffee", 14, 14),
            new Stretch("host-c", "00c0ffee", 12, 12));
  }

  private void record(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text, StandardOpenOption.APPEND);
    beats.read();
  }
}
