package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;
import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an administrator may do to a host: settings, fencing, deletion. */
@ExtendWith(FerrymanServerExtension.class)
class HostResourceRulesIT {
  private static final String FENCING =
      "a host can be fenced only while Alive is False, and only for the boot that its status names";

  private final KubernetesClient admin;

  HostResourceRulesIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  @Test
  void aNameOf63CharactersFitsALabelKey() {
    var host = Host.named(admin, "h".repeat(63)).enter(HostResourceSpec.DEFAULT);

    assertThat(host.read().getSpec().unschedulable()).isFalse();
  }

  @Test
  void aLongerNameIsRefused() {
    assertInvalid(
        "a host name has at most 63 characters",
        () -> Host.named(admin, "h".repeat(64)).enter(HostResourceSpec.DEFAULT));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"overcommit\":{\"cpu\":0.05}} | spec.overcommit.cpu in body should be greater than or equal to 0.1",
        "{\"overcommit\":{\"memory\":1001}} | spec.overcommit.memory in body should be less than or equal to 1000",
        "{\"reserved\":{\"vcpus\":-1}} | spec.reserved.vcpus in body should be greater than or equal to 0",
        "{\"reserved\":{\"memoryMiB\":-1}} | spec.reserved.memoryMiB in body should be greater than or equal to 0",
        "{\"unschedulable\":\"often\"} | spec.unschedulable in body must be of type boolean",
        "{\"fenced\":{}} | spec.fenced.bootID: Required value",
      })
  void refusesSettings(String spec, String reason) {
    var host = Host.create(admin);

    assertInvalid(reason, () -> host.merge("{\"spec\":" + spec + "}"));
  }

  @Test
  void aDeadHostIsFencedForTheBootItRan() {
    var host = Host.create(admin).alive("False").fence(Host.BOOT);

    assertThat(host.read().getSpec().fenced().bootID()).isEqualTo(Host.BOOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"True", "Unknown"})
  void aHostThatMayLiveIsNotFenced(String alive) {
    var host = Host.create(admin).alive(alive);

    assertInvalid(FENCING, () -> host.fence(Host.BOOT));
  }

  @Test
  void aHostIsNotFencedForAnotherBoot() {
    var host = Host.create(admin).alive("False");

    assertInvalid(FENCING, () -> host.fence("the-boot-before"));
  }

  @Test
  void aHostIsNotFencedBeforeAnybodyHasSeenIt() {
    var host = Host.named(admin, Apply.newName("host"));

    assertInvalid(FENCING, () -> host.enter(Host.fenced(Host.BOOT)));
  }

  @Test
  void aFenceThatARebootMadeVoidHindersNoOtherWrite() {
    var host = Host.create(admin).alive("False").fence(Host.BOOT);

    host.agent(status -> status.bootID("the-next-boot").instanceCount(3))
        .alive("True")
        .merge("{\"spec\":{\"unschedulable\":true}}")
        .merge("{\"metadata\":{\"labels\":{\"rack\":\"7\"}}}");

    assertThat(host.read().getSpec().fenced().bootID()).isEqualTo(Host.BOOT);
    assertInvalid(FENCING, () -> host.fence("the-next-boot"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("deletable")
  void isDeleted(String state, Consumer<Host> given) {
    var host = Host.create(admin);
    given.accept(host);

    host.delete();

    assertThat(host.read()).isNull();
  }

  static Stream<Arguments> deletable() {
    return Stream.of(
        deletable("a host of which nothing is known", host -> {}),
        deletable("a dead host without instances", host -> host.alive("False")),
        deletable(
            "a dead host that is fenced, with instances",
            host ->
                host.agent(s -> s.bootID(Host.BOOT).instanceCount(2))
                    .alive("False")
                    .fence(Host.BOOT)));
  }

  private static Arguments deletable(String state, Consumer<Host> given) {
    return arguments(state, given);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kept")
  void isKept(String state, String reason, Consumer<Host> given) {
    var host = Host.create(admin);
    given.accept(host);

    assertForbidden("host " + host.name() + reason, host::delete);
  }

  static Stream<Arguments> kept() {
    var mayLive = " is alive (or not known to be dead): stop its agent first";
    var holds = " holds 2 instances: set spec.fenced.bootID if it is powered off for good";
    return Stream.of(
        kept("a live host", mayLive, host -> host.alive("True")),
        kept("a silent host", mayLive, host -> host.alive("Unknown")),
        kept(
            "a dead host with instances",
            holds,
            host -> host.agent(s -> s.bootID(Host.BOOT).instanceCount(2)).alive("False")),
        kept(
            "a dead host with instances, fenced for the boot before",
            holds,
            host ->
                host.alive("False")
                    .fence(Host.BOOT)
                    .agent(s -> s.bootID("the-next-boot").instanceCount(2))));
  }

  private static Arguments kept(String state, String reason, Consumer<Host> given) {
    return arguments(state, reason, given);
  }
}
