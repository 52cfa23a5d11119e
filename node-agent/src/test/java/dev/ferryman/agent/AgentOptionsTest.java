package dev.ferryman.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class AgentOptionsTest {
  @TempDir Path directory;

  @Test
  void defaultsAreThoseOfAHost() {
    var settings = parse();

    assertThat(settings.host()).isEqualTo("host-b");
    assertThat(settings.namespace()).isEqualTo("ferryman-system");
    assertThat(settings.libvirtUri()).isEqualTo("qemu:///system");
    assertThat(settings.migrationAddress()).isNull();
    assertThat(settings.installNwfilters()).isFalse();
    assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.transport().uri("host-c")).isEqualTo("qemu+tls://host-c/system");
    assertThat(settings.transport().isEncrypted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"--install-nwfilters, true", "--install-nwfilters=false, false"})
  void networkFiltersAreInstalledWhereThatIsAllowed(String option, boolean installed) {
    assertThat(parse(option).installNwfilters()).isEqualTo(installed);
  }

  @ParameterizedTest
  @CsvSource({
    "--transport=ssh, qemu+ssh://root@host-c/system?no_tty=1, true",
    "--transport=tcp --allow-unencrypted, qemu+tcp://host-c/system, false",
    "--data-encryption=none --allow-unencrypted=true, qemu+tls://host-c/system, false",
    "--transport=ssh --transport-uri=qemu+ssh://mover@{host}:2222/system,"
        + " qemu+ssh://mover@host-c:2222/system, true",
  })
  void transportIsReached(String options, String uri, boolean encrypted) {
    var transport = parse(options.split(" ")).transport();

    assertThat(transport.uri("host-c")).isEqualTo(uri);
    assertThat(transport.isEncrypted()).isEqualTo(encrypted);
  }

  @ParameterizedTest
  @CsvSource({
    "--host=Host_B, --host",
    "--host=host-b/../c, --host",
    "--instances-dir=/no/such/directory, --instances-dir",
    "--journal-dir=journal, --journal-dir",
    "--migration-address=10.0.0.1;reboot, --migration-address",
    "--transport=tcp, --transport: what goes over tcp is not encrypted",
    "--transport=carrier-pigeon, --transport: 'carrier-pigeon' is not known",
    "--data-encryption=none, --data-encryption: with none",
    "--data-encryption=rot13, --data-encryption: 'rot13' is not known",
    "--transport-uri=qemu+tls://host-c/system, --transport-uri: 'qemu+tls://host-c/system' has no",
    "--transport-uri=qemu+tls:///system?x={host}, --transport-uri",
    "--transport-uri=qemu+tcp://{host}/system, --transport-uri",
    "--transport-uri=qemu+tls://{host}/sys tem, --transport-uri",
    "--health-port=70000, --health-port",
    "--heartbeat-seconds=0, --heartbeat-seconds",
  })
  void wrongSettingIsNamed(String option, String named) {
    assertThatThrownBy(() -> parse(option))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(named);
  }

  private AgentOptions.Settings parse(String... more) {
    var options = new AgentOptions();
    var arguments = new ArrayList<>(List.of(more));
    for (var standard : List.of("--host=host-b", "--instances-dir=" + directory)) {
      var name = standard.substring(0, standard.indexOf('='));
      if (arguments.stream().noneMatch(argument -> argument.startsWith(name))) {
        arguments.add(standard);
      }
    }
    new CommandLine(options).parseArgs(arguments.toArray(String[]::new));
    return options.settings();
  }
}
