package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkLinksTest {
  @Test
  void theLoopbackIsEverywhere() {
    assertThat(NetworkLinks.exists("lo")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no-such-link", ".", "lo/", "a-name-that-is-longer-than-any-can-be"})
  void whatIsNotThereIsMissing(String name) {
    assertThat(NetworkLinks.exists(name)).isFalse();
  }
}
