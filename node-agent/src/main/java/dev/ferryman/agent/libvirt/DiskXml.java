package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.BackingImage;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Reads the disks of a domain's XML (libvirt: formatdomain, hard drives). */
final class DiskXml {
  /** Where a protocol is served if its XML names no port (libvirt: storage_source_conf.c). */
  private static final Map<String, String> PORTS =
      Map.of(
          "iscsi", "3260",
          "nbd", "10809",
          "gluster", "24007",
          "rbd", "6789",
          "sheepdog", "7000",
          "http", "80",
          "https", "443",
          "ftp", "21",
          "ftps", "990",
          "ssh", "22");

  private DiskXml() {}

  static List<Disk> read(Element domain) {
    return child(domain, "devices")
        .map(devices -> children(devices, "disk"))
        .orElse(List.of())
        .stream()
        .map(DiskXml::disk)
        .toList();
  }

  private static Disk disk(Element disk) {
    var type = attribute(disk, "type").orElse("file");
    var source = child(disk, "source");
    var driver = child(disk, "driver");
    return DiskBuilder.builder()
        .target(
            word(child(disk, "target").flatMap(element -> attribute(element, "dev")).orElse("")))
        .type(word(type))
        .path(source.map(element -> path(type, element)).orElse(null))
        .volume(source.filter(element -> !isDirect(element)).flatMap(DiskXml::volume).orElse(null))
        .readOnly(
            child(disk, "readonly").isPresent()
                || attribute(disk, "device").filter("cdrom"::equals).isPresent())
        .format(driver.flatMap(e -> attribute(e, "type")).map(DiskXml::word).orElse(null))
        .cache(driver.flatMap(e -> attribute(e, "cache")).map(DiskXml::word).orElse(null))
        .protocol(source.flatMap(e -> attribute(e, "protocol")).map(DiskXml::word).orElse(null))
        .uncopyable(uncopyable(disk))
        .servers(source.map(DiskXml::servers).orElse(List.of()))
        .backing(backing(disk))
        .build();
  }

  /** What of its XML forbids that a disk is copied into a plain image of its own. */
  private static @Nullable String uncopyable(Element disk) {
    return Stream.of("shareable", "transient", "mirror", "encryption")
        .filter(
            name ->
                child(disk, name).isPresent()
                    || child(disk, "source").flatMap(e -> child(e, name)).isPresent())
        .findFirst()
        .orElse(null);
  }

  /** One more than the bound at most, so that it shows when there are too many. */
  private static List<BackingImage> backing(Element disk) {
    var chain = new ArrayList<BackingImage>();
    var store = child(disk, "backingStore");
    while (store.isPresent() && chain.size() <= Bounds.CHAIN) {
      var image = store.get();
      var type = attribute(image, "type");
      var source = child(image, "source");
      if (type.isEmpty() || source.isEmpty()) {
        break;
      }
      chain.add(
          new BackingImage(
              word(type.get()),
              path(type.get(), source.get()),
              child(image, "format")
                  .flatMap(element -> attribute(element, "type"))
                  .map(DiskXml::word)
                  .orElse(null),
              servers(source.get()),
              null));
      store = child(image, "backingStore");
    }
    return List.copyOf(chain);
  }

  /** A path beyond the bound is cut with an ellipsis: it names no file then, on no host. */
  private static @Nullable String path(String type, Element source) {
    var path =
        switch (type) {
          case "file" -> attribute(source, "file");
          case "block" -> attribute(source, "dev");
          case "dir" -> attribute(source, "dir");
          case "network" -> attribute(source, "name");
          case "volume" -> isDirect(source) ? volume(source) : Optional.<String>empty();
          default -> Optional.<String>empty();
        };
    return path.map(found -> Bounds.cut(found, Bounds.PATH)).orElse(null);
  }

  private static Optional<String> volume(Element source) {
    return attribute(source, "volume")
        .map(volume -> attribute(source, "pool").orElse("") + "/" + volume)
        .map(volume -> Bounds.cut(volume, Bounds.PATH));
  }

  /** Of an iSCSI pool: QEMU itself is the initiator then, and opens no device of the host's. */
  private static boolean isDirect(Element source) {
    return attribute(source, "mode").filter("direct"::equals).isPresent();
  }

  /** As host:port, IPv6 addresses in brackets; those that are no TCP server are left out. */
  private static List<String> servers(Element source) {
    var port = PORTS.getOrDefault(attribute(source, "protocol").orElse(""), "");
    return children(source, "host").stream()
        .filter(host -> attribute(host, "transport").orElse("tcp").equals("tcp"))
        .flatMap(
            host ->
                attribute(host, "name").stream()
                    .map(
                        name ->
                            (name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name)
                                + ":"
                                + attribute(host, "port").orElse(port)))
        .map(server -> Bounds.cut(server, Bounds.NAME))
        .limit(Bounds.ADDRESSES)
        .toList();
  }

  private static String word(String text) {
    return Bounds.cut(text, Bounds.WORD);
  }
}
