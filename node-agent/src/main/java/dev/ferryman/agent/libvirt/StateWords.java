package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.DomainState;
import java.util.List;

/** libvirt's states and their reasons, by number, in the words of virsh's domstate. */
final class StateWords {
  /** Reason of {@link DomainState#Paused}: asked for from outside. */
  static final String USER = "user";

  /** Reason of {@link DomainState#Paused}: stopped by a migration, on either side of it. */
  static final String MIGRATING = "migrating";

  /** Reason of {@link DomainState#ShutOff}: gone to another host. */
  static final String MIGRATED = "migrated";

  /** Reason of {@link DomainState#Paused}: its process is being started. */
  static final String STARTING_UP = "starting up";

  /** Reason of either side in post-copy: the source's is paused, the destination's runs. */
  static final String POST_COPY = "post-copy";

  /** The same, after the stream has broken, or libvirt has lost the other side. */
  static final String POST_COPY_FAILED = "post-copy failed";

  private static final List<DomainState> STATES =
      List.of(
          DomainState.NoState,
          DomainState.Running,
          DomainState.Blocked,
          DomainState.Paused,
          DomainState.ShuttingDown,
          DomainState.ShutOff,
          DomainState.Crashed,
          DomainState.PMSuspended);

  private static final List<String> RUNNING =
      List.of(
          "unknown",
          "booted",
          "migrated",
          "restored",
          "from snapshot",
          "unpaused",
          "migration canceled",
          "save canceled",
          "event wakeup",
          "crashed",
          POST_COPY,
          POST_COPY_FAILED);

  private static final List<String> PAUSED =
      List.of(
          "unknown",
          USER,
          MIGRATING,
          "saving",
          "dumping",
          "I/O error",
          "watchdog",
          "from snapshot",
          "shutting down",
          "creating snapshot",
          "crashed",
          STARTING_UP,
          POST_COPY,
          POST_COPY_FAILED,
          "api error");

  private static final List<String> SHUT_OFF =
      List.of(
          "unknown",
          "shutdown",
          "destroyed",
          "crashed",
          MIGRATED,
          "saved",
          "failed",
          "from snapshot",
          "daemon");

  private static final List<String> SHUTTING_DOWN = List.of("unknown", "user");
  private static final List<String> CRASHED = List.of("unknown", "panicked");
  private static final List<String> OTHER = List.of("unknown");

  private StateWords() {}

  static DomainState state(int number) {
    return number >= 0 && number < STATES.size() ? STATES.get(number) : DomainState.NoState;
  }

  /** A number that is newer than this list keeps its digits, so that it equals only itself. */
  static String reason(DomainState state, int number) {
    var words =
        switch (state) {
          case Running -> RUNNING;
          case Paused -> PAUSED;
          case ShutOff -> SHUT_OFF;
          case ShuttingDown -> SHUTTING_DOWN;
          case Crashed -> CRASHED;
          case Absent, NoState, Blocked, PMSuspended -> OTHER;
        };
    return number >= 0 && number < words.size() ? words.get(number) : "reason " + number;
  }
}
