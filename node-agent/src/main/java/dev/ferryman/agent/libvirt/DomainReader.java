package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.virDomainBlockInfo;

/**
 * Reads a domain. Uses only calls that libvirt answers at once also on a domain that is being
 * received: lookup, state and XML; statistics and monitor commands would wait for the migration.
 */
final class DomainReader {
  /** libvirt's virDomainXMLFlags. */
  static final int XML_SECURE = 1;

  static final int XML_INACTIVE = 1 << 1;
  static final int XML_MIGRATABLE = 1 << 3;

  private static final int READINGS = 5;

  /** VIR_ERR_OPERATION_UNSUPPORTED: statistics of a migration are kept on its source alone. */
  private static final int OPERATION_UNSUPPORTED = 84;

  private final HostProcesses processes;

  DomainReader(HostProcesses processes) {
    this.processes = processes;
  }

  private record State(DomainState state, String reason) {}

  /**
   * The parts are read one after the other, so the state before and after must be the same. With
   * that, too, an XML that cannot be read is known for the domain's own: libvirt does answer.
   */
  DomainFacts read(DomainPointer domain) {
    var uuid = Connection.uuid(domain);
    var name = LastError.check(LIBVIRT.virDomainGetName(domain), "virDomainGetName");
    for (var reading = 1; ; reading++) {
      var before = state(domain);
      try {
        var facts = read(domain, uuid, name, before);
        if (before.equals(state(domain))) {
          return facts;
        }
      } catch (HypervisorException e) {
        if (e.code() == Connection.NO_DOMAIN || before.equals(state(domain))) {
          throw e;
        }
      }
      if (reading == READINGS) {
        throw HypervisorException.noAnswer(
            "domain " + name + ": its state changed during each of " + READINGS + " readings");
      }
    }
  }

  private DomainFacts read(DomainPointer domain, String uuid, String name, State state) {
    var process = process(name, uuid, state);
    var incoming = isIncoming(domain, name, state);
    var definition =
        DomainXml.readIfPossible(() -> xml(domain, 0)).onHostWith(processes.hugePageKiB());
    var persistent =
        LastError.check(LIBVIRT.virDomainIsPersistent(domain), "virDomainIsPersistent") == 1;
    return new DomainFacts(
        uuid, name, state.state(), state.reason(), process, incoming, persistent, definition);
  }

  /** Whether it is shut off because it has gone to another host. */
  static boolean hasMigrated(DomainPointer domain) {
    var now = state(domain);
    return now.state() == DomainState.ShutOff && now.reason().equals(StateWords.MIGRATED);
  }

  /** Whether it is paused, and by no job of libvirt. */
  static boolean isPausedByUser(DomainPointer domain) {
    var now = state(domain);
    return now.state() == DomainState.Paused && now.reason().equals(StateWords.USER);
  }

  private static State state(DomainPointer domain) {
    var state = new IntByReference();
    var reason = new IntByReference();
    LastError.check(LIBVIRT.virDomainGetState(domain, state, reason, 0), "virDomainGetState");
    var known = StateWords.state(state.getValue());
    return new State(known, StateWords.reason(known, reason.getValue()));
  }

  private @Nullable ProcessIdentity process(String name, String uuid, State state) {
    if (!state.state().isActive()) {
      return null;
    }
    try {
      return processes.qemu(name, uuid).orElse(null);
    } catch (HypervisorException e) {
      if (state.reason().equals(StateWords.STARTING_UP)) {
        return null;
      }
      throw e;
    }
  }

  /** The source's copy is paused for the same reason while it is handed over. */
  private boolean isIncoming(DomainPointer domain, String name, State state) {
    if (state.state() != DomainState.Paused) {
      return false;
    }
    return switch (state.reason()) {
      case StateWords.MIGRATING ->
          processes.isReceiving(name).orElseGet(() -> hasNoStatisticsHere(domain));
      case StateWords.STARTING_UP -> processes.isReceiving(name).orElse(false);
      default -> false;
    };
  }

  private static boolean hasNoStatisticsHere(DomainPointer domain) {
    var parameters = new PointerByReference();
    var count = new IntByReference();
    if (LIBVIRT.virDomainGetJobStats(domain, new IntByReference(), parameters, count, 0) == 0) {
      LIBVIRT.virTypedParamsFree(parameters.getValue(), count.getValue());
      return false;
    }
    var error = LastError.read("virDomainGetJobStats");
    if (error.code() == OPERATION_UNSUPPORTED) {
      return true;
    }
    throw error;
  }

  static String xml(DomainPointer domain, int flags) {
    return Connection.take(LIBVIRT.virDomainGetXMLDesc(domain, flags), "virDomainGetXMLDesc");
  }

  /** The migration job of a domain; none also if the domain is not active, or is being received. */
  static JobFacts job(DomainPointer domain) {
    var type = new IntByReference();
    var parameters = new PointerByReference();
    var count = new IntByReference();
    if (LIBVIRT.virDomainGetJobStats(domain, type, parameters, count, 0) < 0) {
      var error = LastError.read("virDomainGetJobStats");
      if (error.code() == OPERATION_UNSUPPORTED || LIBVIRT.virDomainIsActive(domain) == 0) {
        return JobFacts.NONE;
      }
      throw error;
    }
    try {
      return JobStatistics.facts(
          type.getValue(), TypedParameters.read(parameters.getValue(), count.getValue()));
    } finally {
      LIBVIRT.virTypedParamsFree(parameters.getValue(), count.getValue());
    }
  }

  static boolean autostart(DomainPointer domain) {
    var autostart = new IntByReference();
    LastError.check(LIBVIRT.virDomainGetAutostart(domain, autostart), "virDomainGetAutostart");
    return autostart.getValue() != 0;
  }

  /** Virtual size of a disk in bytes. */
  static long capacity(DomainPointer domain, String target) {
    return blockInfo(domain, target).capacity;
  }

  /** Bytes that a disk's image takes. */
  static long allocation(DomainPointer domain, String target) {
    return blockInfo(domain, target).allocation;
  }

  private static virDomainBlockInfo blockInfo(DomainPointer domain, String target) {
    var info = new virDomainBlockInfo();
    LastError.check(
        LIBVIRT.virDomainGetBlockInfo(domain, target, info, 0), "virDomainGetBlockInfo");
    return info;
  }
}
