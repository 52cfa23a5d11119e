package dev.ferryman.lab.chaos;

import java.util.HashSet;
import java.util.Set;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * What a host's libvirt says of its domains, at some moment between two.
 *
 * @param begin before it was asked, in System.nanoTime
 * @param end after it had answered
 * @param active those that have a QEMU, whether it runs or is paused
 * @param defined those that it would have after a restart, too
 */
record HostView(
    String host,
    long begin,
    long end,
    Set<String> running,
    Set<String> active,
    Set<String> defined) {
  // virConnectListAllDomainsFlags. With these libvirt asks no QEMU, so it answers in mid-copy, too.
  private static final int ACTIVE = 1;
  private static final int PERSISTENT = 4;
  private static final int RUNNING = 16;

  static HostView look(String host, Connect connection) throws LibvirtException {
    var begin = System.nanoTime();
    var running = names(connection, RUNNING);
    var active = names(connection, ACTIVE);
    var defined = names(connection, PERSISTENT);
    return new HostView(host, begin, System.nanoTime(), running, active, defined);
  }

  /** The running ones alone, which is quicker. */
  static Set<String> running(Connect connection) throws LibvirtException {
    return names(connection, RUNNING);
  }

  private static Set<String> names(Connect connection, int which) throws LibvirtException {
    var names = new HashSet<String>();
    for (var domain : connection.listAllDomains(which)) {
      try {
        names.add(domain.getName());
      } finally {
        domain.free();
      }
    }
    return names;
  }
}
