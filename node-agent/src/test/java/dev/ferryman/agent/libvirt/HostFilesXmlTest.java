package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.FileKind;
import dev.ferryman.crds.livemigration.FileNeed;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

class HostFilesXmlTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <serial type='file'><source path='/var/log/a/serial' append='on'/></serial>                     | /var/log/a/serial
          <serial type='pty'><source path='/dev/pts/3'/><log file='/var/log/b/log' append='off'/></serial> | /var/log/b/log
          <channel type='unix'><source mode='bind' path='/run/a/agent'/></channel>                        | /run/a/agent
          <rng><backend model='egd' type='unix'><source mode='bind' path='/run/a/egd'/></backend></rng>   | /run/a/egd
          <graphics type='vnc' socket='/run/a/vnc'/>                                                      | /run/a/vnc
          <graphics type='vnc'><listen type='socket' socket='/run/a/vnc'/></graphics>                     | /run/a/vnc
          <interface type='vhostuser'><source type='unix' path='/run/a/vhost' mode='server'/></interface> | /run/a/vhost
          """)
  void findsWhatADeviceMakes(String device, String path) {
    assertThat(HostFilesXml.made(domain(device))).containsExactly(path);
    assertThat(HostFilesXml.opened(domain(device))).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <serial type='dev'><source path='/dev/ttyS1'/></serial>                             | serial dev   | CharacterDevice | /dev/ttyS1
          <parallel type='dev'><source path='/dev/parport0'/></parallel>                      | parallel dev | CharacterDevice | /dev/parport0
          <rng model='virtio'><backend model='random'>/dev/hwrng</backend></rng>              | rng          | CharacterDevice | /dev/hwrng
          <input type='evdev'><source dev='/dev/input/event1'/></input>                       | input evdev  | CharacterDevice | /dev/input/event1
          <input type='passthrough' bus='virtio'><source evdev='/dev/input/event1'/></input>  | input passthrough | CharacterDevice | /dev/input/event1
          <graphics type='egl-headless'><gl rendernode='/dev/dri/renderD128'/></graphics>     | graphics egl-headless | CharacterDevice | /dev/dri/renderD128
          <interface type='bridge'><backend vhost='/dev/vhost-a'/></interface>                | interface bridge | CharacterDevice | /dev/vhost-a
          <interface type='bridge'><backend tap='/dev/tun-a'/></interface>                    | interface bridge | CharacterDevice | /dev/tun-a
          <interface type='ethernet'><script path='/etc/ifup-a'/></interface>                 | interface ethernet | File | /etc/ifup-a
          <interface type='bridge'><rom file='/usr/share/a.rom'/></interface>                 | rom          | File      | /usr/share/a.rom
          <filesystem type='mount'><source dir='/srv/a'/><target dir='a'/></filesystem>       | filesystem mount | Directory | /srv/a
          <serial type='unix'><source mode='connect' path='/run/a'/></serial>                 | serial unix  | Socket    | /run/a
          <serial type='unix'><source path='/run/a'><reconnect enabled='no'/></source></serial> | serial unix | Socket   | /run/a
          <shmem name='a'><server path='/run/a'/></shmem>                                     | shmem        | Socket    | /run/a
          <interface type='vhostuser'><source type='unix' path='/run/a' mode='client'/></interface> | interface vhostuser | Socket | /run/a
          """)
  void findsWhatADeviceOpens(String device, String name, FileKind kind, String path) {
    assertThat(HostFilesXml.opened(domain(device)))
        .containsExactly(new FileNeed(name, path, kind, null));
    assertThat(HostFilesXml.made(domain(device))).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "<serial type='pty'><source path='/dev/pts/3'/></serial>",
        "<serial type='unix'><source mode='connect' path='/run/a'>"
            + "<reconnect enabled='yes' timeout='1'/></source></serial>",
        "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
        "<channel type='spicevmc'/>",
        "<rng model='virtio'><backend model='builtin'/></rng>",
        "<graphics type='vnc'><listen type='socket'/></graphics>",
        "<interface type='bridge'><script path='vif-bridge'/><rom bar='off'/></interface>",
        "<input type='tablet' bus='usb'/>",
        "<disk type='file'><source file='/images/a.qcow2'/></disk>",
        "<disk type='block'><source dev='/dev/sdb'/></disk>",
      })
  void leavesOutWhatLibvirtOrQemuSeesToAndDisks(String device) {
    assertThat(HostFilesXml.made(domain(device))).isEmpty();
    assertThat(HostFilesXml.opened(domain(device))).isEmpty();
  }

  @Test
  void findsWhatAGuestBoots() {
    var needs =
        HostFilesXml.opened(
            SafeXml.parse(
                "domain",
                """
                <domain>
                  <os>
                    <loader type='pflash'>/fw/code.fd</loader>
                    <nvram template='/fw/vars.fd'>/nvram/a.fd</nvram>
                    <kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd><dtb>/boot/dtb</dtb>
                    <cmdline>quiet</cmdline>
                    <acpi><table type='slic'>/acpi/slic</table></acpi>
                  </os>
                  <sysinfo type='fwcfg'><entry name='opt/a'>text</entry><entry name='opt/b' file='/fw/b'/></sysinfo>
                </domain>
                """));

    assertThat(needs)
        .containsExactly(
            new FileNeed("kernel", "/boot/vmlinuz", FileKind.File, null),
            new FileNeed("initrd", "/boot/initrd", FileKind.File, null),
            new FileNeed("dtb", "/boot/dtb", FileKind.File, null),
            new FileNeed("loader", "/fw/code.fd", FileKind.File, null),
            new FileNeed("nvram", "/nvram/a.fd", FileKind.File, "/fw/vars.fd"),
            new FileNeed("acpi table", "/acpi/slic", FileKind.File, null),
            new FileNeed("fw_cfg", "/fw/b", FileKind.File, null));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <nvram template='/t'>/nvram/a.fd</nvram>                                            | /nvram/a.fd
          <nvram template='/t' type='file'><source file='/nvram/a.fd'/></nvram>               | /nvram/a.fd
          <nvram template='/t' type='network'><source protocol='iscsi' name='iqn.a'/></nvram> |
          <nvram>/nvram/a.fd</nvram>                                                          |
          """)
  void variablesOfAFirmwareAreLookedForWhereTheyAreAFileOfAKnownTemplate(
      String nvram, @Nullable String path) {
    assertThat(
            HostFilesXml.opened(SafeXml.parse("domain", "<domain><os>" + nvram + "</os></domain>")))
        .extracting(FileNeed::path)
        .isEqualTo(path == null ? List.of() : List.of(path));
  }

  /** QEMU takes two pipes, or one for both directions. */
  @Test
  void aPipeIsOneOrTwo() {
    assertThat(HostFilesXml.opened(domain("<serial type='pipe'><source path='/run/p'/></serial>")))
        .containsExactly(
            new FileNeed("serial pipe", "/run/p.in", FileKind.File, "/run/p"),
            new FileNeed("serial pipe", "/run/p.out", FileKind.File, "/run/p"));
  }

  @Test
  void aLineThatIsNamedTwiceIsOneFile() {
    var devices =
        "<serial type='file'><source path='/var/log/a'/></serial>"
            + "<console type='file'><source path='/var/log/a'/></console>";

    assertThat(HostFilesXml.made(domain(devices))).containsExactly("/var/log/a");
  }

  private static Element domain(String devices) {
    return SafeXml.parse("domain", "<domain><devices>" + devices + "</devices></domain>");
  }
}
