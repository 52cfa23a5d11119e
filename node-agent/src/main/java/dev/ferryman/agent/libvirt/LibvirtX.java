package dev.ferryman.agent.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;

/**
 * libvirt's functions that libvirt-java does not bind, beside those it does. Its classes above that
 * level are not used: they free handles by finalizers, also under a running call.
 *
 * <p>Strings are UTF-8 whatever the locale: XML that is read here is given to a destination.
 */
interface LibvirtX extends Libvirt {
  LibvirtX LIBVIRT =
      Native.load("virt", LibvirtX.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));

  /** libvirt's VIR_DOMAIN_EVENT_ID_LIFECYCLE. */
  int EVENT_LIFECYCLE = 0;

  /** libvirt's VIR_DOMAIN_EVENT_ID_JOB_COMPLETED. */
  int EVENT_JOB_COMPLETED = 21;

  /** libvirt's virConnectDomainEventJobCompletedCallback. */
  interface JobCompletedCallback extends VirDomainEventCallback {
    void eventCallback(
        ConnectionPointer connection,
        DomainPointer domain,
        @Nullable Pointer parameters,
        int count,
        @Nullable Pointer opaque);
  }

  int virGetLastErrorCode();

  int virGetLastErrorDomain();

  @Nullable String virGetLastErrorMessage();

  int virDomainGetState(
      DomainPointer domain, IntByReference state, IntByReference reason, int flags);

  int virConnectListAllDomains(ConnectionPointer connection, PointerByReference domains, int flags);

  int virDomainMigrateToURI3(
      DomainPointer domain, String uri, @Nullable Pointer parameters, int count, int flags);

  int virDomainMigrateStartPostCopy(DomainPointer domain, int flags);

  int virConnectCompareHypervisorCPU(
      ConnectionPointer connection,
      @Nullable String emulator,
      @Nullable String arch,
      @Nullable String machine,
      @Nullable String domainType,
      String cpuXml,
      int flags);

  int virTypedParamsAddString(
      PointerByReference parameters,
      IntByReference count,
      IntByReference capacity,
      String name,
      String value);

  int virTypedParamsAddInt(
      PointerByReference parameters,
      IntByReference count,
      IntByReference capacity,
      String name,
      int value);

  int virTypedParamsAddULLong(
      PointerByReference parameters,
      IntByReference count,
      IntByReference capacity,
      String name,
      long value);
}
