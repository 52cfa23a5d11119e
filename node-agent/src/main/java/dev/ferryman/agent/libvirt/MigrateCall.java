package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.ferryman.crds.livemigration.Compression;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.libvirt.jna.DomainPointer;

/** The call of virDomainMigrateToURI3: its flags and its parameters. */
record MigrateCall(
    String uri,
    int flags,
    Map<String, String> parameters,
    List<String> disks,
    Map<String, Long> numbers,
    Map<String, Integer> smallNumbers) {
  static final int LIVE = 1;
  static final int PEER2PEER = 1 << 1;
  static final int PERSIST_DEST = 1 << 3;
  static final int UNDEFINE_SOURCE = 1 << 4;
  static final int PAUSED = 1 << 5;

  /**
   * Copies disks, each without the images below it, which the destination has. Also for one without
   * any: unlike NON_SHARED_DISK it leaves what the image does not hold unallocated at the
   * destination, and never makes an image by itself.
   */
  static final int NON_SHARED_INC = 1 << 7;

  static final int COMPRESSED = 1 << 11;
  static final int AUTO_CONVERGE = 1 << 13;
  static final int POSTCOPY = 1 << 15;
  static final int TLS = 1 << 16;
  static final int PARALLEL = 1 << 17;
  static final int POSTCOPY_RESUME = 1 << 19;

  static MigrateCall of(MigrationRequest request) {
    var parameters = new LinkedHashMap<String, String>();
    put(parameters, "destination_xml", request.destinationXml());
    put(parameters, "persistent_xml", request.persistentXml());
    put(parameters, "migrate_uri", request.dataUri());
    if (request.encrypted() && !request.dataUri().isEmpty()) {
      // The certificate is that of the host, not of the address its data stream goes to.
      put(parameters, "tls.destination", host(request.destinationUri()));
    }
    var convergence = request.convergence();
    if (convergence.compressionOrNone() != Compression.None) {
      put(
          parameters,
          "compression",
          convergence.compressionOrNone().name().toLowerCase(Locale.ROOT));
    }
    return new MigrateCall(
        request.destinationUri(),
        flags(request),
        parameters,
        request.copiedDisks(),
        convergence.bandwidth() > 0
            ? Map.of("bandwidth", (long) convergence.bandwidth())
            : Map.of(),
        convergence.connections() > 1
            ? Map.of("parallel.connections", convergence.connections())
            : Map.of());
  }

  private static int flags(MigrationRequest request) {
    return LIVE
        | PEER2PEER
        | (request.persistent() ? PERSIST_DEST | UNDEFINE_SOURCE : 0)
        | (request.leftPaused() ? PAUSED : 0)
        | (request.copiedDisks().isEmpty() ? 0 : NON_SHARED_INC)
        | (request.convergence().mayThrottle() ? AUTO_CONVERGE : 0)
        | (request.convergence().mayPostCopy() ? POSTCOPY : 0)
        | (request.resumesPostCopy() ? POSTCOPY_RESUME : 0)
        | (request.convergence().compressionOrNone() == Compression.None ? 0 : COMPRESSED)
        | (request.convergence().connections() > 1 ? PARALLEL : 0)
        | (request.encrypted() ? TLS : 0);
  }

  private static void put(Map<String, String> parameters, String name, String value) {
    if (!value.isEmpty()) {
      parameters.put(name, value);
    }
  }

  private static String host(String uri) {
    try {
      var host = URI.create(uri).getHost();
      return host == null ? "" : host;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /** Waits for the end of the migration. */
  CallOutcome run(DomainPointer domain) {
    var array = new PointerByReference();
    var count = new IntByReference();
    var capacity = new IntByReference();
    try {
      parameters.forEach((name, value) -> add(array, count, capacity, name, value));
      disks.forEach(disk -> add(array, count, capacity, "migrate_disks", disk));
      numbers.forEach(
          (name, value) ->
              LastError.check(
                  LIBVIRT.virTypedParamsAddULLong(array, count, capacity, name, value),
                  "virTypedParamsAddULLong(" + name + ")"));
      smallNumbers.forEach(
          (name, value) ->
              LastError.check(
                  LIBVIRT.virTypedParamsAddInt(array, count, capacity, name, value),
                  "virTypedParamsAddInt(" + name + ")"));
      var result =
          LIBVIRT.virDomainMigrateToURI3(domain, uri, array.getValue(), count.getValue(), flags);
      return result == 0 ? CallOutcome.SUCCESS : failure(LastError.read("virDomainMigrateToURI3"));
    } finally {
      LIBVIRT.virTypedParamsFree(array.getValue(), count.getValue());
    }
  }

  private static void add(
      PointerByReference array,
      IntByReference count,
      IntByReference capacity,
      String name,
      String value) {
    LastError.check(
        LIBVIRT.virTypedParamsAddString(array, count, capacity, name, value),
        "virTypedParamsAddString(" + name + ")");
  }

  static CallOutcome failure(HypervisorException e) {
    return new CallOutcome(e.code(), e.domain(), String.valueOf(e.getMessage()));
  }
}
