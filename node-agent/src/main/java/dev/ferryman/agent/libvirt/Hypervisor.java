package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The libvirt of this host. Every call but {@link #migrate} answers within a few seconds or throws
 * {@link HypervisorException}; all may be called from any thread.
 *
 * <p>A connection that is lost is opened again in the background; {@link HypervisorListener} tells
 * of both.
 */
public interface Hypervisor extends AutoCloseable {
  /** Versions, architecture, what guests can run here. */
  HostFacts host();

  /** All domains, active or merely defined; also those whose XML cannot be read. */
  List<DomainFacts> domains();

  /** The domain as it is now; empty if libvirt says that there is none. */
  Optional<DomainFacts> domain(String uuid);

  /** The domain of that name as it is now; empty if libvirt says that there is none. */
  Optional<DomainFacts> domainNamed(String name);

  /**
   * What decides whether a running domain can move, and what it needs. Not to be asked of a domain
   * that is being received: libvirt would wait for the migration.
   */
  MoveFacts moveFacts(String uuid);

  /** What this host has beside domains. */
  HostObjects objects();

  /**
   * XML to give to a destination, secrets included (libvirt: VIR_DOMAIN_XML_MIGRATABLE and SECURE).
   */
  String migratableXml(String uuid, XmlForm form);

  /** The migration job of a domain, on a connection of its own behind every earlier call. */
  JobFacts job(String uuid);

  /**
   * Runs a peer-to-peer live migration and waits for its end, minutes long. Any end is an outcome,
   * also the loss of the connection; nothing is thrown.
   */
  CallOutcome migrate(MigrationRequest request);

  /** Asks libvirt to end the migration job; its end comes later, as that of {@link #migrate}. */
  void abortJob(String uuid);

  /**
   * Sets how long the guest of a migration under way may stand still at the switch-over (libvirt:
   * virDomainMigrateSetMaxDowntime); libvirt forgets it with the job.
   */
  void setMaxDowntime(String uuid, long milliseconds);

  /**
   * Pauses a guest that is being migrated, so that its copying ends (libvirt: virDomainSuspend).
   * When the migration fails libvirt lets the guest go on. One that is not migrated any more by the
   * time libvirt takes the request, which may be long after this call was left, goes on at once.
   */
  void pauseMigrating(String uuid);

  /**
   * Has a migration under way, which must have been asked for with that in mind ({@link
   * MigrationRequest}), go over to post-copy (libvirt: virDomainMigrateStartPostCopy). The guest is
   * stopped soon after, and goes on at the destination; from then on libvirt aborts the job no
   * more.
   */
  void startPostCopy(String uuid);

  /** Lets a paused domain go on. */
  void resume(String uuid);

  /** Ends a domain at once, as by pulling its plug. */
  void destroy(String uuid);

  /** Removes a definition; its NVRAM and TPM state stay on the disk. */
  void undefine(String uuid);

  boolean autostart(String uuid);

  void setAutostart(String uuid, boolean autostart);

  /**
   * Virtual size of a disk. Not to be asked of a domain that is being received: libvirt would wait
   * for the migration.
   *
   * @param target device name in the guest, e.g. vda
   */
  long diskCapacityBytes(String uuid, String target);

  /**
   * What a disk's image takes now, without those below it; as {@link #diskCapacityBytes}.
   *
   * @param target device name in the guest, e.g. vda
   */
  long diskAllocationBytes(String uuid, String target);

  /**
   * Opens and closes a connection to another host's libvirtd, with this host's credentials.
   *
   * @throws HypervisorException with libvirt's words if it does not answer within five seconds
   */
  void probe(String uri);

  /**
   * Whether another host's libvirt says that a domain has left it by migrating: it is shut off for
   * that reason, or its definition has gone with it. One that ended in another way may have gone on
   * before.
   *
   * @param hostUUID libvirt's UUID of that host: another host's word counts for nothing
   * @param persistent whether the domain had a definition: that it is not there proves nothing of a
   *     transient one
   * @throws HypervisorException if it does not answer within five seconds, or is another host
   */
  boolean hasLeft(String uri, String hostUUID, String uuid, boolean persistent);

  /**
   * Waits until the listeners have been told of every event that libvirt has sent by now.
   *
   * @param then run once, on the thread that tells them; must not block
   * @throws HypervisorException if libvirt does not answer within five seconds
   */
  void whenCaughtUp(Runnable then);

  /**
   * Tells of the end of a QEMU process, at once if it has ended already.
   *
   * @param then run once, on any thread; not after the watch is closed
   */
  AutoCloseable whenEnded(ProcessIdentity process, Runnable then);

  /** Start of the libvirt daemon in clock ticks since boot; empty while it is not running. */
  OptionalLong daemonStartTicks();

  /** Called from a thread of this object, one event after the other; must not block. */
  void addListener(HypervisorListener listener);

  @Override
  void close();
}
