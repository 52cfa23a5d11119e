package dev.ferryman.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorMainTest {

  @ParameterizedTest
  @CsvSource({
    "--health-port=99999, --health-port must be 0 to 65535",
    "--host-dead-after-seconds=1, --host-dead-after-seconds must be 5 to 3600",
    "--max-migrations-per-host=0, --max-migrations-per-host must be 1 to 1000",
    "--max-migrations-per-host=x, 'x' is not an int",
    "--namespace=Bad_Name, --namespace must be a namespace's name",
    "--nonsense, Unknown option",
  })
  void aWrongSettingStopsTheStartWithOneLine(String argument, String message) {
    var err = new StringWriter();
    int code = OperatorMain.commandLine().setErr(new PrintWriter(err)).execute(argument);

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(err.toString().strip().lines()).hasSize(1);
  }

  @Test
  void settingsHaveTheirDefaults() {
    var command = OperatorMain.commandLine();
    command.parseArgs();
    var settings = command.<OperatorMain>getCommand().settings();

    assertThat(settings.namespace()).isEqualTo("ferryman-system");
    assertThat(settings.hostDeadAfter()).isEqualTo(Duration.ofSeconds(40));
    assertThat(settings.slotsPerHost()).isEqualTo(5);
  }

  @Test
  void helpNamesEveryVariable() {
    var usage = OperatorMain.commandLine().getUsageMessage();

    assertThat(usage).contains("FERRYMAN_NAMESPACE", "FERRYMAN_MAX_MIGRATIONS_PER_HOST");
  }
}
