package dev.ferryman.agent.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Native;

/** The network interfaces of this host's kernel, bridges among them. */
final class NetworkLinks {
  /** The kernel's IFNAMSIZ, less the zero at the end. */
  private static final int LONGEST_NAME = 15;

  private NetworkLinks() {}

  /** The functions of the C library that are needed. */
  private interface C extends Library {
    C INSTANCE = Native.load("c", C.class);

    int if_nametoindex(String name);
  }

  /**
   * Whether there is one of that name. Java's own class knows only those that have an address,
   * which a bridge of guests needs not have.
   */
  static boolean exists(String name) {
    return !name.isEmpty() && name.length() <= LONGEST_NAME && C.INSTANCE.if_nametoindex(name) != 0;
  }
}
