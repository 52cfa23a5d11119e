package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.FakeDomain;
import java.time.Duration;

/** What befalls a move, and how it is mended. */
enum Fault {
  OperatorKilled(20) {
    @Override
    void strike(Simulation s) {
      s.operator.kill();
    }

    @Override
    void mend(Simulation s) {
      s.operator.start();
    }
  },
  TwoLeaders(60) {
    @Override
    void strike(Simulation s) {
      s.harm.lag("second", Duration.ofSeconds(2));
      s.second.start();
    }

    @Override
    void mend(Simulation s) {
      s.second.kill();
    }
  },
  SourceAgentKilled(20) {
    @Override
    void strike(Simulation s) {
      s.agent(Simulation.SOURCE).kill();
    }

    @Override
    void mend(Simulation s) {
      s.harm.startAgent(Simulation.SOURCE);
    }
  },
  DestinationAgentKilled(20) {
    @Override
    void strike(Simulation s) {
      s.agent(s.destination()).kill();
    }

    @Override
    void mend(Simulation s) {
      s.destinations().forEach(s.harm::startAgent);
    }
  },
  SourceLibvirtdKilled(5) {
    @Override
    void strike(Simulation s) {
      s.harm.killDaemon(Simulation.SOURCE);
    }

    @Override
    void mend(Simulation s) {
      s.harm.startDaemon(Simulation.SOURCE);
    }
  },
  DestinationLibvirtdKilled(5) {
    @Override
    void strike(Simulation s) {
      s.harm.killDaemon(s.destination());
    }

    @Override
    void mend(Simulation s) {
      s.destinations().forEach(s.harm::startDaemon);
    }
  },
  /** In post-copy: it has taken the guest up, and ends it all the same. */
  SourceLibvirtdEndsHalf(1) {
    @Override
    void strike(Simulation s) {
      s.harm.killDaemon(Simulation.SOURCE);
    }

    @Override
    void mend(Simulation s) {
      endHalfLate(s, Simulation.SOURCE);
    }
  },
  /** In post-copy: it has taken the guest up, and ends it all the same. */
  DestinationLibvirtdEndsHalf(1) {
    @Override
    void strike(Simulation s) {
      s.harm.killDaemon(s.destination());
    }

    @Override
    void mend(Simulation s) {
      s.destinations().forEach(host -> endHalfLate(s, host));
    }
  },
  SourceLibvirtdHung(30) {
    @Override
    void strike(Simulation s) {
      s.harm.hang(Simulation.SOURCE);
    }

    @Override
    void mend(Simulation s) {
      s.harm.goOn(Simulation.SOURCE);
    }
  },
  DestinationLibvirtdHung(30) {
    @Override
    void strike(Simulation s) {
      s.harm.hang(s.destination());
    }

    @Override
    void mend(Simulation s) {
      s.destinations().forEach(s.harm::goOn);
    }
  },
  SourceQemuKilled(0) {
    @Override
    void strike(Simulation s) {
      s.harm.kill(Simulation.SOURCE);
    }
  },
  DestinationQemuKilled(0) {
    @Override
    void strike(Simulation s) {
      s.harm.kill(s.destination());
    }
  },
  GuestShutsDown(0) {
    @Override
    void strike(Simulation s) {
      s.running().forEach(FakeDomain::shutDown);
    }
  },
  ApiServerDown(60) {
    @Override
    void strike(Simulation s) {
      s.api.down();
    }

    @Override
    void mend(Simulation s) {
      s.api.up();
    }
  },
  /** All that was written since the move was in Checking is forgotten. */
  EtcdRestored(0) {
    @Override
    void strike(Simulation s) {
      s.harm.restore();
    }
  },
  AnswerLost(0) {
    @Override
    void strike(Simulation s) {
      s.api.loseAnswer();
    }
  },
  LinkCut(40) {
    @Override
    void strike(Simulation s) {
      s.harm.cut(s.destination());
    }

    @Override
    void mend(Simulation s) {
      s.destinations().forEach(s.harm::mendLink);
    }
  },
  /** In post-copy; nothing at any other time. */
  StreamBroken(0) {
    @Override
    void strike(Simulation s) {
      s.harm.breakStream();
    }
  },
  FinishReplyLost(0) {
    @Override
    void strike(Simulation s) {
      s.libvirt.losesReply = true;
    }
  },
  SourceHostDied(120) {
    @Override
    void strike(Simulation s) {
      s.harm.losePower(Simulation.SOURCE);
    }

    @Override
    void mend(Simulation s) {
      s.harm.boot(Simulation.SOURCE);
    }
  },
  SourceHostFenced(200) {
    @Override
    void strike(Simulation s) {
      s.harm.losePower(Simulation.SOURCE);
      s.harm.fenceWhenDead(Simulation.SOURCE);
    }

    @Override
    void mend(Simulation s) {
      s.harm.boot(Simulation.SOURCE);
    }
  },
  DestinationHostDied(120) {
    @Override
    void strike(Simulation s) {
      s.harm.losePower(s.destination());
    }

    @Override
    void mend(Simulation s) {
      s.destinations().forEach(s.harm::boot);
    }
  },
  Cancelled(0) {
    @Override
    void strike(Simulation s) {
      s.api.cancel(Simulation.MOVE);
    }
  },
  Deleted(0) {
    @Override
    void strike(Simulation s) {
      s.api.delete(Simulation.MOVE);
    }
  };

  private final Duration lasts;

  Fault(int seconds) {
    this.lasts = Duration.ofSeconds(seconds);
  }

  /** How long it lasts before it is mended. */
  Duration lasts() {
    return lasts;
  }

  /** Whether it is of interest in post-copy alone. */
  boolean isOfPostCopy() {
    return switch (this) {
      case StreamBroken, SourceLibvirtdEndsHalf, DestinationLibvirtdEndsHalf -> true;
      default -> false;
    };
  }

  abstract void strike(Simulation s);

  void mend(Simulation s) {}

  private static void endHalfLate(Simulation s, String host) {
    s.harm.startDaemon(host);
    s.timeline.after(Duration.ofSeconds(1), () -> s.harm.endHalf(host));
  }
}
