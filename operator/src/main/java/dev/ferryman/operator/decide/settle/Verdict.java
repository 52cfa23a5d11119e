package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.SourceOrder;

/** What follows from the evidence. */
public sealed interface Verdict {
  /** The row of the table. */
  Row row();

  /** The guest is at the destination, and nowhere else. */
  record Moved(Row row, boolean leftPaused) implements Verdict {}

  /** The guest is where it was; the move has failed, or was cancelled. */
  record Stayed(Row row, Reason reason) implements Verdict {}

  /** The guest has ended by itself, or its QEMU has; nothing is started anywhere. */
  record Ended(Row row, Reason reason) implements Verdict {}

  /** Agents have something to do first; then the evidence is weighed anew. */
  record Ordered(Row row, SourceOrder source, DestinationOrder destination) implements Verdict {}

  /** It comes to its end by itself, and nobody has to do anything about it. */
  record GoesOn(Row row) implements Verdict {}

  /** Nothing is proved yet. */
  record Waits(Row row, Reason reason) implements Verdict {}
}
