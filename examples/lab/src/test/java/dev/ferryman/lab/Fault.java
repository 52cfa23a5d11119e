package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.SourceState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What befalls a move: something is killed and brought back, or somebody changes their mind. */
enum Fault {
  OperatorKilled(move -> List.of("operator")),
  SourceAgentKilled(move -> List.of("agent", move.source())),
  DestinationAgentKilled(move -> List.of("agent", move.destination())),
  SourceLibvirtdKilled(move -> List.of("libvirtd", move.source())),
  DestinationLibvirtdKilled(move -> List.of("libvirtd", move.destination())),
  ApiServerKilled(move -> List.of("apiserver")),
  EtcdKilled(move -> List.of("etcd")),

  /**
   * The guest itself ends where it was; in post-copy the half of it that was there. Then a person
   * does what the order asks for: QEMU at the destination may wait for memory that never comes, and
   * libvirt at the source for a migration that is over.
   */
  SourceQemuKilled(move -> List.of("qemu", move.source(), move.guest().name())) {
    @Override
    void mend(Move move) {
      if (!Boolean.TRUE.equals(Api.status(move.name()).source().postCopyStarted())) {
        return;
      }
      Api.awaitStatus(move.name(), "a person is told", status -> asksFor(status, "virsh destroy"));
      assertThat(Lab.destroy(move.destination(), move.guest().name())).isEmpty();
      Api.awaitStatus(
          move.name(),
          "end, or a person is told more",
          status -> status.phase().isTerminal() || asksFor(status, "start libvirtd"));
      if (!Api.phase(move.name()).isTerminal()) {
        lab("kill", "libvirtd", move.source());
        lab("start", "libvirtd", move.source());
      }
    }

    private static boolean asksFor(LiveMigrationStatus status, String what) {
      return status.conditions().stream()
          .anyMatch(condition -> condition.getMessage().contains(what));
    }
  },

  /** The copy ends, which after the switch-over is the guest, and its agent, if it can, says so. */
  DestinationQemuKilled(move -> List.of("qemu", move.destination(), move.guest().name())) {
    @Override
    void strike(Move move) {
      var saysSo = Move.isSeenRunningAtDestination(Api.status(move.name()));
      super.strike(move);
      if (saysSo) {
        Api.awaitStatus(
            move.name(), "end of the guest seen", now -> !Move.isSeenRunningAtDestination(now));
      }
    }

    @Override
    void mend(Move move) {}
  },

  /** The two hosts do not reach each other until libvirt has given up; both reach the API. */
  LinkCut(move -> List.of()) {
    @Override
    void strike(Move move) {
      lab("link", move.source(), "apart", move.destination());
    }

    @Override
    void mend(Move move) {
      var source = Api.status(move.name()).source();
      if (source.state() == SourceState.Starting || source.state() == SourceState.Running) {
        move.awaitSourceEnd();
      }
      lab("link", move.source(), "together", move.destination());
    }
  },

  /**
   * QEMU loses the stream that brings the rest of a guest in post-copy. With much to come, a thread
   * of QEMU's own may wait for it, and then nothing brings the two halves together again.
   */
  StreamBroken(move -> List.of()) {
    @Override
    void strike(Move move) {
      move.limit(STEADY);
      Api.awaitStatus(
          move.name(),
          "almost all has come",
          status -> status.source().progress().memoryRemainingBytes() < ALMOST_ALL);
      move.limit(TRICKLE);
      var answer = move.guest().askQemu(move.source(), "migrate-pause");
      // virsh takes QEMU's refusal for an answer like any other.
      assertThat(answer).contains("\"return\"").doesNotContain("\"error\"");
      move.awaitSourceEnd();
    }

    @Override
    void mend(Move move) {}
  },

  Cancelled(move -> List.of()) {
    @Override
    void strike(Move move) {
      Api.cancel(move.name());
    }

    @Override
    void mend(Move move) {}
  },

  Deleted(move -> List.of()) {
    @Override
    void strike(Move move) {
      Api.delete(move.name());
    }

    @Override
    void mend(Move move) {}
  };

  private static final long ALMOST_ALL = 24L << 20;

  /** By which that takes longer than word of it. */
  private static final String STEADY = "20mbit";

  /** By which it takes longer than anything. */
  private static final String TRICKLE = "4mbit";

  private final Function<Move, List<String>> victim;

  Fault(Function<Move, List<String>> victim) {
    this.victim = victim;
  }

  /** What is killed, as the lab's commands name it; empty if nothing is. */
  List<String> victim(Move move) {
    return victim.apply(move);
  }

  void strike(Move move) {
    lab(arguments("kill", move));
  }

  /** Brings back what was killed or cut. */
  void mend(Move move) {
    lab(arguments("start", move));
  }

  /** Whether libvirt does its work on, and the copy with it. */
  boolean sparesLibvirt() {
    return switch (this) {
      case OperatorKilled, SourceAgentKilled, DestinationAgentKilled, ApiServerKilled, EtcdKilled ->
          true;
      default -> false;
    };
  }

  /** Whether it asks for an end that can come too late. */
  boolean isCancel() {
    return this == Cancelled || this == Deleted;
  }

  private String[] arguments(String command, Move move) {
    var arguments = new ArrayList<String>();
    arguments.add(command);
    arguments.addAll(victim(move));
    return arguments.toArray(String[]::new);
  }
}
