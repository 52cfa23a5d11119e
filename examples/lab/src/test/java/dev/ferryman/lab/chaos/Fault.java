package dev.ferryman.lab.chaos;

/** Something that goes wrong. */
sealed interface Fault {
  /** Faults of one target come one after the other. */
  String target();

  /** A daemon dies. It is started again after a time. */
  record Kill(Service service) implements Fault {
    @Override
    public String target() {
      return service.toString();
    }
  }

  /** A daemon is there but does nothing, for a time. */
  record Freeze(Service service) implements Fault {
    @Override
    public String target() {
      return service.toString();
    }
  }

  /** A host is cut off, for a time. */
  record Cut(String host) implements Fault {
    @Override
    public String target() {
      return "link of " + host;
    }
  }

  /** A host's link is slow for a time, so that faults meet the middle of a copy. */
  record Slow(String host, int megabits) implements Fault {
    @Override
    public String target() {
      return "rate of " + host;
    }
  }

  /** The next guest that is being copied loses the copy that comes in. */
  record KillIncoming() implements Fault {
    @Override
    public String target() {
      return "incoming copy";
    }
  }

  /** The next guest that is in post-copy loses the half that it still has at the source. */
  record KillLeftHalf() implements Fault {
    @Override
    public String target() {
      return "half at the source";
    }
  }

  /**
   * The next guest that is being copied switches over while the destination's libvirtd hangs, until
   * the source's has lost its patience. Where no image lock forbids it, libvirt lets both copies
   * run then, if that is left to libvirt.
   */
  record HangAtSwitchover() implements Fault {
    @Override
    public String target() {
      return "switch-over";
    }
  }

  /** A guest dies with its QEMU, wherever it runs. It is started again where it is defined. */
  record KillGuest(int guest) implements Fault {
    @Override
    public String target() {
      return "guest " + guest;
    }
  }
}
