package dev.ferryman.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundsTest {
  private static final int HUGE = 100_000;

  @Test
  void whatFitsIsLeftAlone() {
    assertThat(Bounds.cut("x".repeat(Bounds.WORD), Bounds.WORD)).hasSize(Bounds.WORD);
    assertThat(Bounds.cut("", 1)).isEmpty();
  }

  /** Of one, two, three and four bytes in UTF-8; the last takes two characters in Java. */
  @ParameterizedTest
  @ValueSource(strings = {"x", "\u00e4", "\u4e16", "\ud83d\ude80"})
  void textIsCutToItsBoundAndStaysText(String character) {
    for (var lead : new String[] {"", "y"}) {
      var text = lead + character.repeat(HUGE);

      var cut = Bounds.cut(text, Bounds.MESSAGE);
      assertThat(cut).hasSizeBetween(Bounds.MESSAGE - 1, Bounds.MESSAGE).endsWith("\u2026");
      assertWhole(cut);

      var bytes = Bounds.cutBytes(text, Bounds.MESSAGE);
      assertThat(bytes.getBytes(StandardCharsets.UTF_8))
          .hasSizeBetween(Bounds.MESSAGE - 6, Bounds.MESSAGE);
      assertWhole(bytes);
    }
  }

  /** Half a character becomes a question mark. */
  private static void assertWhole(String text) {
    assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
        .isEqualTo(text);
  }
}
