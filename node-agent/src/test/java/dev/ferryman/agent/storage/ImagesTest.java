package dev.ferryman.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  @TempDir Path root;
  private Path device;
  private Images images;

  @BeforeEach
  void aDeviceAsTheKernelShowsIt() throws IOException {
    device = Files.createDirectories(root.resolve("dev/disk/by-path")).resolve("x");
    Files.write(root.resolve("dev/sdb"), new byte[1 << 20]);
    Files.createSymbolicLink(device, root.resolve("dev/sdb"));
    attribute("size", "4096\n");
    images = new Images(root.resolve("dev"), root.resolve("sys"));
  }

  private void attribute(String name, String value) throws IOException {
    var file = root.resolve("sys/class/block/sdb").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, value);
  }

  @Test
  void readsSizeAndNamesOfADevice() throws IOException {
    attribute("device/wwid", "naa.6001405abc\n");
    var links = Files.createDirectories(root.resolve("dev/disk/by-id"));
    Files.createSymbolicLink(links.resolve("wwn-0x6001405abc"), root.resolve("dev/sdb"));
    Files.createSymbolicLink(links.resolve("wwn-0xother"), root.resolve("dev/disk"));

    var found = images.device(device).orElseThrow();

    assertThat(found.sizeBytes()).isEqualTo(4096 * 512);
    assertThat(found.ids()).containsExactly("link:wwn-0x6001405abc", "wwid:naa.6001405abc");
    assertThat(found.head()).hasSize(128);
  }

  @Test
  void aNameThatServersGiveToTheirFirstVolumeSaysNothing() throws IOException {
    attribute("device/wwid", "t10.IET     00010001\n");

    assertThat(images.device(device).orElseThrow().ids()).isEmpty();
  }

  @Test
  void whatIsNotThereIsNotFound() throws IOException {
    assertThat(images.device(root.resolve("dev/none"))).isEmpty();
    assertThat(images.file(root.resolve("none.iso"))).isEmpty();
    assertThat(images.device(root.resolve("dev/disk"))).as("no block device").isEmpty();
  }

  @Test
  void otherContentHasAnotherHead() throws IOException {
    var one = Files.write(root.resolve("one"), new byte[100_000]);
    var other = Files.write(root.resolve("other"), new byte[100_000]);
    assertThat(images.file(one)).isEqualTo(images.file(other));

    var changed = new byte[100_000];
    changed[70_000] = 1;
    Files.write(other, changed);

    var before = images.file(one).orElseThrow().head();
    var after = images.file(other).orElseThrow().head();
    assertThat(after).isNotEqualTo(before).hasSize(16).startsWith(before.substring(0, 8));
  }

  @Test
  void tellsAServerThatTakesConnectionsFromOneThatDoesNot() throws IOException {
    var threads = Executors.newCachedThreadPool();
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var probe = new DiskProbe(threads, images);
      var address = "127.0.0.1:" + server.getLocalPort();

      assertThat(probe.reach(address).join()).isEmpty();
      server.close();
      assertThat(probe.reach(address).join()).isPresent();
      assertThat(probe.reach("nowhere").join()).isPresent();
      assertThat(probe.reach("host.invalid:1").join()).isPresent();
    } finally {
      threads.shutdownNow();
    }
  }
}
