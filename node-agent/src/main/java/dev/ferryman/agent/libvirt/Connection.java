package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.CString;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;

/**
 * A connection to a libvirt daemon. Owns its handles: each is freed when its last user has left it,
 * never under a running call.
 */
final class Connection implements AutoCloseable {
  /** VIR_ERR_NO_DOMAIN. */
  static final int NO_DOMAIN = 42;

  private static final int KEEPALIVE_SECONDS = 5;
  private static final int KEEPALIVE_COUNT = 5;
  private static final int UUID_STRING_LENGTH = 37;

  private final ConnectionPointer handle;
  private final String uri;
  private int users = 1;
  private boolean closed;

  private Connection(ConnectionPointer handle, String uri) {
    this.handle = handle;
    this.uri = uri;
  }

  static Connection open(String uri) {
    EventLoop.ensureRunning();
    return new Connection(
        LastError.check(LIBVIRT.virConnectOpen(uri), "virConnectOpen(" + uri + ")"), uri);
  }

  /** Has the connection closed 30 s after the daemon stopped answering. */
  void keepAlive() {
    use(
        connection ->
            LastError.check(
                LIBVIRT.virConnectSetKeepAlive(connection, KEEPALIVE_SECONDS, KEEPALIVE_COUNT),
                "virConnectSetKeepAlive"));
  }

  boolean isAlive() {
    return !isClosed() && use(connection -> LIBVIRT.virConnectIsAlive(connection) == 1);
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Runs a call with the handle, which stays valid until the call returns. */
  <T> T use(Function<ConnectionPointer, T> call) {
    enter();
    try {
      return call.apply(handle);
    } finally {
      Reference.reachabilityFence(handle);
      leave();
    }
  }

  private synchronized void enter() {
    if (closed) {
      throw HypervisorException.noAnswer("the connection to " + uri + " is closed");
    }
    users++;
  }

  private void leave() {
    synchronized (this) {
      users--;
      if (users > 0) {
        return;
      }
    }
    LIBVIRT.virConnectClose(handle);
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    leave();
  }

  /** Runs a call with a domain's handle; empty if there is no such domain. */
  <T> Optional<T> withDomain(String uuid, Function<DomainPointer, T> call) {
    return withDomain(
        call,
        connection -> LIBVIRT.virDomainLookupByUUIDString(connection, uuid),
        "virDomainLookupByUUIDString");
  }

  /** Runs a call with the handle of the domain of that name; empty if there is none. */
  <T> Optional<T> withDomainNamed(String name, Function<DomainPointer, T> call) {
    return withDomain(
        call,
        connection -> LIBVIRT.virDomainLookupByName(connection, name),
        "virDomainLookupByName");
  }

  static HypervisorException noDomain(String uuid) {
    return new HypervisorException(NO_DOMAIN, 0, "Domain not found: no domain has uuid " + uuid);
  }

  private <T> Optional<T> withDomain(
      Function<DomainPointer, T> call,
      Function<ConnectionPointer, @Nullable DomainPointer> lookup,
      String lookupName) {
    return use(
        connection -> {
          var domain = lookup.apply(connection);
          if (domain == null) {
            var error = LastError.read(lookupName);
            if (error.code() == NO_DOMAIN) {
              return Optional.empty();
            }
            throw error;
          }
          try {
            return ifItExists(() -> call.apply(domain));
          } finally {
            LIBVIRT.virDomainFree(domain);
            Reference.reachabilityFence(domain);
          }
        });
  }

  /** A domain may vanish between lookup and call. */
  private static <T> Optional<T> ifItExists(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (HypervisorException e) {
      if (e.code() == NO_DOMAIN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** A question that no domain can keep waiting. */
  boolean ping() {
    return use(
        connection ->
            LastError.check(
                    LIBVIRT.virConnectGetLibVersion(connection, new LongByReference()),
                    "virConnectGetLibVersion")
                == 0);
  }

  List<String> domainUUIDs() {
    return use(
        connection -> {
          var domains = new PointerByReference();
          var count =
              LastError.check(
                  LIBVIRT.virConnectListAllDomains(connection, domains, 0),
                  "virConnectListAllDomains");
          var array = domains.getValue();
          var uuids = new ArrayList<String>(count);
          try {
            for (var i = 0; i < count; i++) {
              var domain = new DomainPointer(array.getPointer((long) i * Native.POINTER_SIZE));
              uuids.add(uuid(domain));
              LIBVIRT.virDomainFree(domain);
            }
          } finally {
            Native.free(Pointer.nativeValue(array));
          }
          return uuids;
        });
  }

  /** Local: no question to the daemon. */
  static String uuid(DomainPointer domain) {
    var uuid = new byte[UUID_STRING_LENGTH];
    LastError.check(LIBVIRT.virDomainGetUUIDString(domain, uuid), "virDomainGetUUIDString");
    return Native.toString(uuid, "UTF-8");
  }

  /** The text of a string that libvirt allocated; frees it. */
  static String take(@Nullable CString string, String call) {
    var text = LastError.check(string, call).getPointer();
    try {
      return text.getString(0, "UTF-8");
    } finally {
      Native.free(Pointer.nativeValue(text));
    }
  }

  /** Subscribes to an event of all domains; the callback must be kept reachable. */
  int register(int event, Libvirt.VirDomainEventCallback callback) {
    return use(
        connection ->
            LastError.check(
                LIBVIRT.virConnectDomainEventRegisterAny(
                    connection, null, event, callback, null, null),
                "virConnectDomainEventRegisterAny(" + event + ")"));
  }

  void deregister(int registration) {
    use(connection -> LIBVIRT.virConnectDomainEventDeregisterAny(connection, registration));
  }

  void onLoss(Libvirt.VirConnectCloseFunc callback) {
    use(
        connection ->
            LastError.check(
                LIBVIRT.virConnectRegisterCloseCallback(connection, callback, null, null),
                "virConnectRegisterCloseCallback"));
  }

  void forgetLoss(Libvirt.VirConnectCloseFunc callback) {
    use(connection -> LIBVIRT.virConnectUnregisterCloseCallback(connection, callback));
  }
}
