package dev.ferryman.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.agent.inventory.NotReady;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is written. */
class HostPublisherTest extends HostPublisherCases {
  @Test
  void createsItsObjectOnceAndWritesItsStatus() throws InterruptedException {
    hypervisor.define("g1").project("p1").start();
    server.expect().get().withPath(OBJECT).andReturn(404, null).once();
    server.expect().post().withPath(KIND).andReturn(201, object(null)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(MOMENT);

    assertThat(next().getMethod()).isEqualTo("GET");
    assertThat(next().getBody().readUtf8())
        .contains("\"name\":\"host-b\"")
        .contains("\"spec\":{}")
        .doesNotContain("status");
    var request = next();
    assertThat(request.getPath()).isEqualTo(STATUS);
    assertThat(request.getHeader("Content-Type")).startsWith("application/apply-patch+yaml");
    var body = request.getBody().readUtf8();
    assertThat(body).doesNotContain("spec", "schedulable", "Alive", "resourceVersion");
    var written = Serialization.unmarshal(body, HostResource.class).getStatus();
    assertThat(written.instances()).extracting(HostInstance::name).containsExactly("g1");
    assertThat(ready(written)).isEqualTo("True AgentRunning");
  }

  @Test
  void saysToWhoeverAsksThatNothingCouldBeReadOrPublished() throws InterruptedException {
    published();
    hypervisor.daemon.kill();
    var unread = publisher.publish();
    thread.pass(Duration.ZERO);
    assertThat(unread).isCompletedExceptionally();

    hypervisor.daemon.start();
    thread.pass(MOMENT);
    server.clearExpectations();
    var unpublished = publisher.publish();
    thread.pass(Duration.ZERO);
    assertThat(unpublished).isCompletedExceptionally();

    server.expect().get().withPath(OBJECT).andReturn(200, object(null)).once();
    statusIsTaken();
    var published = publisher.publish();
    thread.pass(Duration.ZERO);
    assertThat(published).isCompleted();
  }

  @Test
  void countsOnFromTheAgentBeforeIt() throws InterruptedException {
    var known = HostResourceStatusBuilder.builder().sequence(41L).build();
    server.expect().get().withPath(OBJECT).andReturn(200, object(known)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(MOMENT);

    next();
    assertThat(nextStatus().sequence()).isEqualTo(42);
  }

  @Test
  void keepsWhatWasKnownWhileLibvirtIsGone() throws InterruptedException {
    hypervisor.define("g1").start();
    var before = published();

    hypervisor.daemon.kill();
    thread.pass(MOMENT);

    var during = nextStatus();
    assertThat(ready(during)).isEqualTo("False LibvirtUnreachable");
    assertThat(during.conditions().get(0).getMessage()).contains("Connection refused");
    assertThat(during.instances()).isEqualTo(before.instances());
    assertThat(during.libvirtdStartTime()).isNull();

    hypervisor.daemon.start();
    thread.pass(MOMENT);

    var after = nextStatus();
    assertThat(ready(after)).isEqualTo("True AgentRunning");
    assertThat(after.libvirtdStartTime()).isNotEqualTo(before.libvirtdStartTime());
  }

  @Test
  void aNewAgentKeepsWhatTheOneBeforeItWroteUntilLibvirtAnswers() throws InterruptedException {
    hypervisor.daemon.kill();
    var known =
        HostResourceStatusBuilder.builder()
            .bootID("6f1a3c52-93f4-4f3a-9b0e-3f0f5b0a7c11")
            .observedTime("2026-03-01T11:00:00Z")
            .schedulable(true)
            .instances(
                List.of(
                    new HostInstance(
                        "g1",
                        "u-1",
                        DomainState.Running,
                        1,
                        192L,
                        List.of(),
                        0L,
                        null,
                        null,
                        List.of())))
            .conditions(List.of(condition("Alive", "True"), condition("Ready", "True")))
            .build();
    server.expect().get().withPath(OBJECT).andReturn(200, object(known)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(MOMENT);

    next();
    var written = nextStatus();
    assertThat(written.instances()).isEqualTo(known.instances());
    assertThat(written.observedTime()).isEqualTo("2026-03-01T11:00:00Z");
    assertThat(written.schedulable()).isNull();
    assertThat(written.conditions()).extracting(Condition::getType).containsExactly("Ready");
  }

  @Test
  void saysWhyItIsNotReady() throws InterruptedException {
    obstacle = Optional.of(new NotReady(Reason.CleaningUp, "move-1 is cleaned up"));
    assertThat(ready(published())).isEqualTo("False CleaningUp");

    obstacle = Optional.empty();
    publisher.changed();
    thread.pass(MOMENT);

    assertThat(ready(nextStatus())).isEqualTo("True AgentRunning");
  }

  @Test
  void aGuestWithAMonstrousXmlIsNamedAndHidesNothingElse() throws InterruptedException {
    hypervisor.define("g1").vcpus(2).start();
    var monster = hypervisor.define("g2").vcpus(4).monstrous().start();

    var status = published();

    assertThat(ready(status)).isEqualTo("True AgentRunning");
    assertThat(status.instances())
        .extracting(HostInstance::name, HostInstance::state, HostInstance::vcpus)
        .containsExactly(
            tuple("g1", DomainState.Running, 2), tuple("g2", DomainState.Running, null));
    assertThat(status.committed().vcpus()).isEqualTo(2);
    assertThat(status.conditions().get(1))
        .satisfies(
            condition -> {
              assertThat(condition.getType()).isEqualTo("Unreadable");
              assertThat(condition.getMessage())
                  .startsWith("1 cannot be moved")
                  .contains("g2 (" + monster.uuid() + "): domain: the XML has");
            });
  }

  @Test
  void outlivesAnOutageOfTheApi() throws InterruptedException {
    server.expect().get().withPath(OBJECT).andReturn(503, null).times(3);
    server.expect().get().withPath(OBJECT).andReturn(200, object(null)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(Duration.ofSeconds(8));

    for (var i = 0; i < 4; i++) {
      assertThat(next().getMethod()).isEqualTo("GET");
    }
    assertThat(nextStatus().bootID()).isNotNull();
    assertNothingIsWritten();
  }

  @Test
  void createsItsObjectAgainWhenItWasDeleted() throws InterruptedException {
    server.expect().get().withPath(OBJECT).andReturn(200, object(null)).once();
    server.expect().patch().withPath(STATUS).andReturn(404, null).once();
    server.expect().get().withPath(OBJECT).andReturn(404, null).once();
    server.expect().post().withPath(KIND).andReturn(201, object(null)).once();
    statusIsTaken();

    publisher.start();
    thread.pass(Duration.ofSeconds(2));

    assertThat(List.of(next(), next(), next(), next(), next()))
        .extracting(RecordedRequest::getMethod)
        .containsExactly("GET", "PATCH", "GET", "POST", "PATCH");
  }

  private static Condition condition(String type, String status) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason("R")
        .withLastTransitionTime("2026-03-01T10:00:00Z")
        .build();
  }
}
