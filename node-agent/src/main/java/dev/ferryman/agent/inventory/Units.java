package dev.ferryman.agent.inventory;

/** Bytes in the units of the API. */
final class Units {
  private static final long GIBIBYTE = 1L << 30;

  private Units() {}

  /** Rounded down: for what there is. */
  static long gibibytes(long bytes) {
    return bytes / GIBIBYTE;
  }

  /** Rounded up: for what is taken. */
  static long gibibytesTaken(long bytes) {
    return (bytes + GIBIBYTE - 1) / GIBIBYTE;
  }
}
