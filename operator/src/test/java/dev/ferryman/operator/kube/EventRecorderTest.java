package dev.ferryman.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EventRecorderTest {

  @Test
  void aNoteThatFitsIsLeftAlone() {
    assertThat(EventRecorder.cut("x".repeat(1024))).isEqualTo("x".repeat(1024));
  }

  @Test
  void aNoteIsCutByItsBytesAndNeverWithinACharacter() {
    for (var letter : new String[] {"x", "\u00e4", "\u6f22", "\ud83d\ude00"}) {
      var cut = EventRecorder.cut(letter.repeat(1025));
      var bytes = cut.getBytes(StandardCharsets.UTF_8);

      assertThat(bytes.length).isBetween(1021, 1024);
      assertThat(cut).endsWith(letter + "\u2026");
      assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(cut);
    }
  }

  @Test
  void aNameIsNotCutWithinASeparator() {
    assertThat(EventRecorder.namePart("m".repeat(198) + "-.rest")).isEqualTo("m".repeat(198));
    assertThat(EventRecorder.namePart("move")).isEqualTo("move");
  }
}
