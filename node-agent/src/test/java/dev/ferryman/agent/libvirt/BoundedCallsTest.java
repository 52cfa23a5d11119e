package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BoundedCallsTest {
  private final BoundedCalls calls = new BoundedCalls("test", Duration.ofMillis(50), 2);
  private final CountDownLatch daemonGoesOn = new CountDownLatch(1);

  @AfterEach
  void end() {
    daemonGoesOn.countDown();
    calls.close();
  }

  @Test
  void returnsTheAnswer() {
    assertThat(calls.<String>call("host", () -> "x86_64")).isEqualTo("x86_64");
  }

  @Test
  void throwsWhatTheCallThrows() {
    var refused = new HypervisorException(42, 10, "Domain not found");

    assertThatThrownBy(
            () ->
                calls.call(
                    "domain",
                    () -> {
                      throw refused;
                    }))
        .isSameAs(refused);
  }

  @Test
  void leavesACallBehindThatHangs() {
    assertThatThrownBy(() -> calls.call("domain g1", this::hang))
        .isInstanceOfSatisfying(
            HypervisorException.class,
            e -> assertThat(e.code()).isEqualTo(HypervisorException.NO_ANSWER))
        .hasMessage("domain g1: no answer within 0.05 s");
  }

  @Test
  void refusesMoreOnceTooManyHangAndAnswersWhenTheyHaveEnded() {
    assertThatThrownBy(() -> calls.call("a", this::hang)).hasMessageContaining("no answer");
    assertThatThrownBy(() -> calls.call("b", this::hang)).hasMessageContaining("no answer");

    assertThatThrownBy(() -> calls.call("c", () -> 1))
        .hasMessage("c: not asked, since 2 earlier calls have not been answered");

    daemonGoesOn.countDown();
    await().untilAsserted(() -> assertThat(calls.<Integer>call("c", () -> 1)).isEqualTo(1));
  }

  @Test
  void asksForTheSameAloneAndAnotherTimeOnlyWhenTheFirstHasEnded() {
    assertThatThrownBy(() -> calls.callAlone("a", this::hang)).hasMessageContaining("no answer");

    assertThatThrownBy(() -> calls.callAlone("a", () -> 1))
        .hasMessage("a: not asked, since the call before has not been answered");
    assertThat(calls.<Integer>callAlone("b", () -> 1)).isEqualTo(1);

    daemonGoesOn.countDown();
    await().untilAsserted(() -> assertThat(calls.<Integer>callAlone("a", () -> 1)).isEqualTo(1));
  }

  @Test
  void asksForTheSameAgainAfterItCouldNotBeAsked() {
    assertThatThrownBy(() -> calls.call("a", this::hang)).hasMessageContaining("no answer");
    assertThatThrownBy(() -> calls.call("b", this::hang)).hasMessageContaining("no answer");
    assertThatThrownBy(() -> calls.callAlone("c", () -> 1)).hasMessageContaining("2 earlier");

    daemonGoesOn.countDown();
    await().untilAsserted(() -> assertThat(calls.<Integer>callAlone("c", () -> 1)).isEqualTo(1));
  }

  @Test
  void disposesOfAResultThatComesTooLate() {
    var disposed = new CompletableFuture<String>();

    assertThatThrownBy(() -> calls.call("connection", this::hang, disposed::complete))
        .hasMessageContaining("no answer");
    daemonGoesOn.countDown();

    assertThat(disposed.join()).isEqualTo("late");
  }

  private String hang() {
    try {
      daemonGoesOn.await();
      return "late";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
