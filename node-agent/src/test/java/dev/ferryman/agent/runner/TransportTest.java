package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportTest {
  private static final Transport TLS = Transport.of(Transport.Kind.Tls, null, true);

  @Test
  void uriNamesTheHost() {
    assertThat(TLS.uri("host-c.example.org")).isEqualTo("qemu+tls://host-c.example.org/system");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Host", "host-c/system?socket=/x", "a@b", "host c", "-host", "a..b"})
  void whatIsNoHostNameNeverEntersAUri(String host) {
    assertThatThrownBy(() -> TLS.uri(host)).isInstanceOf(IllegalArgumentException.class);
  }
}
