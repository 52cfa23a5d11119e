package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A guest that names files of its host beside its disks moves only to where they are, and is told
 * of all that are not.
 */
class HostFilesE2E extends MoveTest {
  private String directory;
  private int orders;

  @BeforeEach
  void makeADirectoryOnTheSourceAlone() {
    directory = "/var/lib/files-of-" + migration;
    on(move.source(), "mkdir", directory);
  }

  @AfterEach
  void removeIt() {
    for (var host : Guest.COMPUTE_HOSTS) {
      tryOn(host, "rm", "-rf", directory);
    }
  }

  @Test
  void whatItsDevicesMakeNeedsItsDirectory() {
    try (var guest =
        Guest.create(
            "makes-" + migration,
            move.source(),
            "--device",
            "<serial type='file'><source path='" + directory + "/line'/></serial>",
            "--device",
            "<serial type='unix'><source mode='bind' path='" + directory + "/socket'/></serial>",
            "--device",
            "<graphics type='vnc'><listen type='socket' socket='"
                + directory
                + "/vnc'/></graphics>",
            "--device",
            "<video><model type='none'/></video>")) {
      assertRefused(guest, "LogPathMissing", List.of("/line", "/socket", "/vnc"));

      on(move.destination(), "mkdir", directory);

      assertMoves(guest);
      for (var made : List.of("line", "socket", "vnc")) {
        on(move.destination(), "test", "-e", directory + "/" + made);
      }
    }
  }

  @Test
  void whatItsDevicesOpenHasToBeThere() {
    makeFiles(move.source());
    try (var guest =
        Guest.create(
            "opens-" + migration,
            move.source(),
            "--device",
            "<serial type='dev'><source path='" + directory + "/line'/></serial>",
            "--device",
            "<serial type='pipe'><source path='" + directory + "/pipe'/></serial>",
            "--device",
            "<rng model='virtio'><backend model='random'>" + directory + "/random</backend></rng>",
            "--device",
            "<interface type='user'><model type='virtio'/><rom file='"
                + directory
                + "/rom'/></interface>")) {
      assertRefused(guest, "HostFileMissing", List.of("/line", "/pipe", "/random", "/rom"));

      // What is there under that name is no device.
      makeFiles(move.destination());
      on(move.destination(), "rm", directory + "/line");
      on(move.destination(), "touch", directory + "/line");
      var refused = assertRefused(guest, "HostFileMissing", List.of("character device", "/line"));
      assertThat(refused).doesNotContain("/pipe", "/random", "/rom");

      makeFiles(move.destination());
      assertMoves(guest);
    }
  }

  @Test
  void whatItBootsHasToBeThere() {
    try (var guest = Guest.create("boots-" + migration, move.source(), "--nvram")) {
      var variables = "/var/lib/ferryman/instances/" + guest.name() + "/nvram.fd";
      on(move.source(), "cp", "/var/lib/ferryman/boot/vmlinuz", directory + "/kernel");
      on(move.source(), "cp", variables, directory + "/nvram");
      bootsFrom(guest, variables);
      assertRefused(guest, "HostFileMissing", List.of("kernel: ", "/kernel", "nvram: ", "/nvram"));

      on(move.destination(), "mkdir", directory);
      on(move.destination(), "cp", "/var/lib/ferryman/boot/vmlinuz", directory + "/kernel");
      on(move.destination(), "cp", variables, directory + "/nvram");

      assertMoves(guest);
    }
  }

  /** Starts the guest anew, with its kernel and its variables in the directory. */
  private void bootsFrom(Guest guest, String variables) {
    Restart.withDefinition(
        guest,
        move.source(),
        ("s#<kernel>.*<#<kernel>" + directory + "/kernel<#;")
            + (" s#<nvram>" + variables)
            + ("#<nvram template='" + directory + "/vars'>" + directory + "/nvram#"));
  }

  private void makeFiles(String host) {
    on(
        host,
        "bash",
        "-c",
        "set -e; rm -rf $1; mkdir $1; cd $1; mknod line c 1 3; mknod random c 1 9;"
            + " mkfifo pipe; truncate -s 4096 rom",
        "bash",
        directory);
  }

  private String assertRefused(Guest guest, String reason, List<String> named) {
    var order = migration + "-" + orders++;
    Api.order(order, guest.name(), move.destination());
    var refused = Api.awaitEnd(order);
    assertThat(Api.reason(refused)).isEqualTo(reason);
    assertThat(Api.message(refused)).contains(named);
    guest.assertRunsOnlyOn(move.source());
    assertNothingLeft(refused);
    return Api.message(refused);
  }

  private void assertMoves(Guest guest) {
    var order = migration + "-" + orders++;
    Api.order(order, guest.name(), move.destination());
    assertThat(Api.reason(Api.awaitEnd(order))).isEqualTo("Migrated");
    guest.assertRunsOnlyOn(move.destination());
  }
}
