package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.DeviceXml.characterDevices;
import static dev.ferryman.agent.libvirt.DeviceXml.descendants;
import static dev.ferryman.agent.libvirt.DeviceXml.devices;
import static dev.ferryman.agent.libvirt.DeviceXml.lineType;
import static dev.ferryman.agent.libvirt.DeviceXml.name;
import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.FileKind;
import dev.ferryman.crds.livemigration.FileNeed;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * What a domain's XML names of its host's file system beside disks, and libvirt carries to the next
 * host as it stands (libvirt: formatdomain).
 *
 * <ul>
 *   <li>What QEMU makes stays where it is; its directory has to be there.
 *   <li>What QEMU opens has to be there: without it QEMU does not start.
 * </ul>
 *
 * The sockets that libvirt names itself are not in the XML that it gives to a destination, which
 * names its own.
 */
final class HostFilesXml {
  /**
   * Where in a device's element a path stands.
   *
   * @param attribute of the child; empty: its text
   */
  private record Place(String device, String child, String attribute, FileKind kind) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("rng", "backend", "", FileKind.CharacterDevice),
          new Place("input", "source", "dev", FileKind.CharacterDevice),
          new Place("input", "source", "evdev", FileKind.CharacterDevice),
          new Place("graphics", "gl", "rendernode", FileKind.CharacterDevice),
          new Place("interface", "backend", "tap", FileKind.CharacterDevice),
          new Place("interface", "backend", "vhost", FileKind.CharacterDevice),
          new Place("interface", "script", "path", FileKind.File),
          new Place("filesystem", "source", "dir", FileKind.Directory),
          new Place("shmem", "server", "path", FileKind.Socket));

  private HostFilesXml() {}

  /** The files and sockets that devices make. */
  static List<String> made(Element domain) {
    return Stream.of(
            characterDevices(domain).stream().flatMap(HostFilesXml::madeBy),
            devices(domain, "graphics").stream()
                .flatMap(graphics -> Stream.concat(Stream.of(graphics), listens(graphics)))
                .flatMap(listen -> attribute(listen, "socket").stream()),
            vhostUserSockets(domain, "server"))
        .flatMap(paths -> paths)
        .distinct()
        .toList();
  }

  private static Stream<Element> listens(Element graphics) {
    return children(graphics, "listen").stream();
  }

  private static Stream<String> madeBy(Element device) {
    var outputs =
        descendants(device, "source").stream()
            .filter(
                source ->
                    switch (lineType(source)) {
                      case "file" -> true;
                      case "unix" -> has(source, "mode", "bind");
                      default -> false;
                    })
            .flatMap(source -> attribute(source, "path").stream());
    var logs = children(device, "log").stream().flatMap(log -> attribute(log, "file").stream());
    return Stream.concat(outputs, logs);
  }

  /** The files, devices and sockets that are there before the domain starts. */
  static List<FileNeed> opened(Element domain) {
    return Stream.of(boot(domain), lines(domain), otherDevices(domain))
        .flatMap(needs -> needs)
        .distinct()
        .toList();
  }

  private static Stream<FileNeed> boot(Element domain) {
    var os = child(domain, "os");
    return Stream.of(
            Stream.of("kernel", "initrd", "dtb", "shim", "loader")
                .flatMap(
                    name ->
                        os.flatMap(parent -> child(parent, name)).stream()
                            .flatMap(file -> need(name, FileKind.File, SafeXml.text(file)))),
            os.flatMap(parent -> child(parent, "nvram")).stream().flatMap(HostFilesXml::variables),
            os.flatMap(parent -> child(parent, "acpi")).stream()
                .flatMap(acpi -> children(acpi, "table").stream())
                .flatMap(table -> need("acpi table", FileKind.File, SafeXml.text(table))),
            children(domain, "sysinfo").stream()
                .flatMap(info -> children(info, "entry").stream())
                .flatMap(entry -> need("fw_cfg", FileKind.File, attribute(entry, "file"))))
        .flatMap(needs -> needs);
  }

  /**
   * libvirt makes the file of the firmware's variables of a template, if it is not there: of the
   * XML's, else of one that its own settings may name.
   */
  private static Stream<FileNeed> variables(Element nvram) {
    var path =
        child(nvram, "source")
            .map(source -> attribute(source, "file"))
            .orElseGet(() -> SafeXml.text(nvram));
    return attribute(nvram, "template").stream()
        .flatMap(
            template -> path.stream().map(file -> need("nvram", FileKind.File, file, template)));
  }

  private static Stream<FileNeed> lines(Element domain) {
    return characterDevices(domain).stream()
        .flatMap(
            device ->
                descendants(device, "source").stream()
                    .flatMap(
                        source ->
                            attribute(source, "path").stream()
                                .flatMap(path -> line(name(device), source, path))));
  }

  private static Stream<FileNeed> line(String device, Element source, String path) {
    return switch (lineType(source)) {
      case "dev" -> Stream.of(need(device, FileKind.CharacterDevice, path, null));
      // QEMU takes a pair of pipes, one for each direction, else one for both.
      case "pipe" ->
          Stream.of(".in", ".out").map(end -> need(device, FileKind.File, path + end, path));
      case "unix" ->
          has(source, "mode", "bind") || isPatient(source)
              ? Stream.empty()
              : Stream.of(need(device, FileKind.Socket, path, null));
      default -> Stream.empty();
    };
  }

  /** QEMU starts without the other end and tries again. */
  private static boolean isPatient(Element source) {
    return children(source, "reconnect").stream()
        .anyMatch(reconnect -> has(reconnect, "enabled", "yes"));
  }

  private static Stream<FileNeed> otherDevices(Element domain) {
    return Stream.of(
            PLACES.stream()
                .flatMap(
                    place ->
                        devices(domain, place.device()).stream()
                            .flatMap(device -> needs(device, place))),
            child(domain, "devices").stream()
                .flatMap(devices -> descendants(devices, "rom").stream())
                .flatMap(rom -> need("rom", FileKind.File, attribute(rom, "file"))),
            vhostUserSockets(domain, "client")
                .map(path -> need("interface vhostuser", FileKind.Socket, path, null)))
        .flatMap(needs -> needs);
  }

  private static Stream<FileNeed> needs(Element device, Place place) {
    return children(device, place.child()).stream()
        .map(
            holder ->
                place.attribute().isEmpty()
                    ? SafeXml.text(holder)
                    : attribute(holder, place.attribute()))
        .flatMap(path -> need(name(device), place.kind(), path));
  }

  /** The sockets by which interfaces are attached to a switch in another process. */
  private static Stream<String> vhostUserSockets(Element domain, String mode) {
    return devices(domain, "interface").stream()
        .filter(nic -> has(nic, "type", "vhostuser"))
        .flatMap(nic -> children(nic, "source").stream())
        .filter(source -> has(source, "mode", mode))
        .flatMap(source -> attribute(source, "path").stream());
  }

  private static boolean has(Element element, String name, String value) {
    return element.getAttribute(name).equals(value);
  }

  private static Stream<FileNeed> need(String device, FileKind kind, Optional<String> path) {
    // Where a relative one is looked for is up to the program that does.
    return path.filter(known -> known.startsWith("/")).stream()
        .map(known -> need(device, kind, known, null));
  }

  private static FileNeed need(
      String device, FileKind kind, String path, @Nullable String instead) {
    return new FileNeed(
        Bounds.cut(device, Bounds.WORD),
        Bounds.cut(path, Bounds.PATH),
        kind,
        instead == null ? null : Bounds.cut(instead, Bounds.PATH));
  }
}
