package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;

import dev.ferryman.crds.livemigration.Phase;
import java.util.ArrayList;
import java.util.List;

/**
 * A moment of a move, reached and held from outside: by a slow link, or by freezing whatever would
 * have to act next.
 */
enum Moment {
  /** The source has said what the guest needs; the destination's agent, frozen, is to check it. */
  Checking {
    @Override
    void reach(Move move) {
      lab(arguments("stop", holder(move)));
      move.order();
      Api.awaitStatus(
          move.name(), "source waits for the other's checks", status -> status.source() != null);
    }

    @Override
    List<String> holder(Move move) {
      return List.of("agent", move.destination());
    }
  },

  /** libvirt copies the memory, over a slow link. */
  Copying {
    @Override
    void reach(Move move) {
      move.orderSlowly();
    }

    @Override
    void release(Move move, Fault fault) {
      if (fault.sparesLibvirt()) {
        move.assertUnderWay();
      }
      move.fast();
    }
  },

  /** The guest has gone on at the destination, and fetches the rest of it over a slow link. */
  InPostCopy {
    @Override
    void reach(Move move) {
      move.orderWithPostCopy();
    }

    @Override
    void release(Move move, Fault fault) {
      move.fast();
    }
  },

  /**
   * All is copied and the guest stands still on the source; the destination's libvirtd, frozen, has
   * been told to start it. libvirt itself ends this 15 s after the freezing, and so little is left
   * to copy then.
   */
  SwitchingOver {
    @Override
    void reach(Move move) {
      move.orderAndCopyMost();
      lab(arguments("stop", holder(move)));
      move.fast();
      move.awaitSwitchOver();
    }

    @Override
    List<String> holder(Move move) {
      return List.of("libvirtd", move.destination());
    }

    @Override
    boolean goesOnWithoutVictim() {
      return true;
    }
  },

  /** Both hosts have said how it ended; the operator, frozen, is to weigh it. */
  Ended {
    @Override
    void reach(Move move) {
      move.orderSlowly();
      lab(arguments("stop", holder(move)));
      move.fast();
      move.awaitBothEnds();
    }

    @Override
    List<String> holder(Move move) {
      return List.of("operator");
    }

    @Override
    boolean goesOnWithoutVictim() {
      return true;
    }
  },

  /** The source has ended; the destination's agent, frozen, has not said what is there. */
  Settling {
    @Override
    void reach(Move move) {
      move.orderSlowly();
      lab(arguments("stop", holder(move)));
      move.fast();
      Api.awaitStatus(move.name(), "settles", status -> status.phase() == Phase.Settling);
    }

    @Override
    List<String> holder(Move move) {
      return List.of("agent", move.destination());
    }
  };

  /** Orders the move and takes it to this moment, where it stays. */
  abstract void reach(Move move);

  /** What is frozen to hold the move there, as the lab's commands name it; empty for nothing. */
  List<String> holder(Move move) {
    return List.of();
  }

  /** Lets the move go on; a holder that the fault has killed comes back by the fault's end. */
  void release(Move move, Fault fault) {
    if (!fault.victim(move).equals(holder(move))) {
      lab(arguments("continue", holder(move)));
    }
  }

  /**
   * Whether what was killed comes back only after the move went on. Otherwise it is back before,
   * within the moment.
   */
  boolean goesOnWithoutVictim() {
    return false;
  }

  private static String[] arguments(String command, List<String> target) {
    var arguments = new ArrayList<String>();
    arguments.add(command);
    arguments.addAll(target);
    return arguments.toArray(String[]::new);
  }
}
