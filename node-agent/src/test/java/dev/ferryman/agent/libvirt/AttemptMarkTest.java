package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AttemptMarkTest {
  private static final String ATTEMPT = "3f1c5f0e-0000-4000-8000-000000000001/1";
  private static final String EARLIER = "3f1c5f0e-0000-4000-8000-000000000009/1";
  private static final String PLAIN =
      "<domain type='kvm'><name>g1</name><vcpu>1</vcpu><memory unit='MiB'>192</memory>"
          + "<os><type arch='x86_64' machine='q35'>hvm</type></os>%s</domain>";

  @Test
  void markIsReadBackFromTheCopysXml() {
    var marked = AttemptMark.put(PLAIN.formatted(""), ATTEMPT);

    assertThat(DomainXml.read(marked).attemptMark()).isEqualTo(ATTEMPT);
  }

  @Test
  void earlierMarkIsReplacedAndOtherMetadataKept() {
    var marked =
        AttemptMark.put(
            PLAIN.formatted(
                "<metadata><f:attempt xmlns:f='https://ferryman.dev/attempt' uid='"
                    + EARLIER
                    + "'/><o:other xmlns:o='urn:other'>kept</o:other></metadata>"),
            ATTEMPT);

    assertThat(DomainXml.read(marked).attemptMark()).isEqualTo(ATTEMPT);
    assertThat(marked).doesNotContain(EARLIER).contains("kept");
  }

  @Test
  void documentTypesAreRefused() {
    assertThatThrownBy(
            () -> AttemptMark.put("<!DOCTYPE d [<!ENTITY x 'y'>]><domain>&x;</domain>", ATTEMPT))
        .isInstanceOf(HypervisorException.class);
  }
}
