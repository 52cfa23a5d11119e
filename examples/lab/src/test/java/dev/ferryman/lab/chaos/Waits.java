package dev.ferryman.lab.chaos;

import dev.ferryman.crds.Reason;

/** Whether what a LiveMigration waits for is so, when every daemon of every host runs. */
final class Waits {
  private Waits() {}

  /**
   * @param running hosts on which libvirt says that the guest runs
   * @param copies hosts on which it has a QEMU
   */
  static boolean isTrue(Word word, long running, long copies) {
    if (!word.stalled()) {
      return false;
    }
    if (word.reason().equals(Reason.SplitBrain.name())) {
      return running == 2;
    }
    // To an observer a guest that runs once, with no other copy, is nowhere else.
    return word.reason().equals(Reason.OutcomeUnknown.name()) && (running == 0 || copies == 2);
  }
}
