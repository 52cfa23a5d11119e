package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Switchover;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The original feature: list, look, migrate, list again. */
class WalkthroughE2E extends LabTest {
  /** Pings that a move may lose beside those of its standstill: until the switches know of it. */
  private static final int LOST_BESIDE = 5;

  private static final Pattern PINGS =
      Pattern.compile("(\\d+) packets transmitted, (\\d+) packets received");

  @Test
  void administratorMovesAnInstanceByApplyingAManifest() {
    try (var guest = Guest.create("i-00000003", "host-b", "--project", "p1").awaitBeating()) {
      assertThat(lab("kubectl", "get", "instances"))
          .containsPattern("i-00000003 +host-b +Running +p1 ");
      assertThat(lab("kubectl", "get", "hostresources"))
          .containsPattern("host-b +True +true ")
          .containsPattern("host-c +True +true ");
      var bootId = guest.bootId();

      HostFiles.remember("move-i-00000003");
      lab("kubectl", "apply", "-f", "../livemigration.yaml");
      var end = Api.awaitEnd("move-i-00000003");

      assertThat(end.getStatus().phase()).isEqualTo(Phase.Succeeded);
      assertThat(Api.reason(end)).isEqualTo("Migrated");
      assertThat(end.getStatus().switchover()).isEqualTo(SwitchoverMode.Fast);
      assertThat(end.getStatus().result().downtimeMilliseconds()).isPositive();
      assertThat(lab("kubectl", "get", "livemigrations"))
          .containsPattern("move-i-00000003 +i-00000003 +host-b +host-c +Succeeded ");
      guest.assertRunsOnlyOn("host-c");
      guest.awaitBeating().assertNoHeartbeatLost();
      guest.assertDiskComplete();
      assertThat(guest.bootId()).as("the same run of the guest").isEqualTo(bootId);
      assertNothingLeft(end);

      lab("kubectl", "apply", "-f", "../livemigration.yaml");
      assertThat(Api.get("move-i-00000003").getStatus()).isEqualTo(end.getStatus());
      Api.delete("move-i-00000003");
      lab("kubectl", "apply", "-f", "../livemigration.yaml");
      assertThat(Api.reason(Api.awaitEnd("move-i-00000003"))).isEqualTo("AlreadyThere");
      guest.assertRunsOnlyOn("host-c");
      Api.delete("move-i-00000003");
    }
  }

  @Test
  void backAndForthTwiceWithPingAndHttpAllTheWay() {
    try (var guest = Guest.create("traveller", "host-b").awaitBeating()) {
      var bootId = guest.bootId();
      var ping = startPing(guest.ip());
      long stoodStill = 0;
      var destinations = List.of("host-c", "host-b", "host-c", "host-b");
      for (var destination : destinations) {
        var name = migration + "-" + destination + "-" + System.nanoTime();
        Api.order(name, "traveller", destination);
        var end = Api.awaitEnd(name);
        assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
        guest.assertRunsOnlyOn(destination);
        assertThat(guest.bootId()).isEqualTo(bootId);
        assertNothingLeft(end);
        stoodStill += end.getStatus().result().downtimeMilliseconds();
        if (destination.equals("host-c")) {
          // What it proved still counts, and not what the earlier move back has proved.
          Api.delete(name);
        }
      }
      assertThat(Api.conflictEvents("traveller")).as("false alarms").isEmpty();
      guest.assertDiskComplete();
      guest.assertNoHeartbeatLost();
      assertThat(lostPings(ping))
          .as("pings lost, of ten a second, where it stood still for %d ms", stoodStill)
          .isLessThanOrEqualTo((int) (stoodStill / 100) + destinations.size() * LOST_BESIDE);
    }
  }

  /** Sends ten a second until it is ended, or the test cannot end it any more. */
  private static String startPing(String ip) {
    return on(
            "host-a",
            "sh",
            "-c",
            "busybox ping -i 0.1 -w 600 " + ip + " >/run/pings 2>&1 & echo $!")
        .strip();
  }

  private static int lostPings(String pid) {
    var said =
        on(
            "host-a",
            "sh",
            "-c",
            "kill -INT " + pid + "; tail --pid=" + pid + " -f /dev/null; cat /run/pings");
    var counted = PINGS.matcher(said);
    assertThat(counted.find()).as(said).isTrue();
    return Integer.parseInt(counted.group(1)) - Integer.parseInt(counted.group(2));
  }

  @Test
  void answersHttpWhileItIsCopied() {
    try (var guest = Guest.create("server", "host-b").awaitBeating()) {
      var bootId = guest.bootId();
      lab("link", "host-b", "rate", "20mbit");
      Api.order(migration, "server", "host-c");
      Api.awaitCopying(migration);

      var answers = new ArrayList<String>();
      while (Api.phase(migration) == Phase.Migrating) {
        answers.add(guest.bootId());
        if (answers.size() == 10) {
          lab("link", "host-b", "rate", "none");
        }
      }

      var end = Api.awaitEnd(migration);
      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      answers.add(guest.bootId());
      assertThat(answers).hasSizeGreaterThan(10).containsOnly(bootId);
    }
  }

  @Test
  void pausedGuestStaysPaused() {
    try (var guest = Guest.create("sleeper", "host-b", "--paused")) {
      Api.order(migration, "sleeper", "host-c");

      var end = Api.awaitEnd(migration);

      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      assertThat(guest.stateOn("host-c")).isEqualTo("paused");
      assertThat(guest.stateOn("host-b")).isEmpty();
      on("host-c", "virsh", "resume", "sleeper");
      guest.awaitBeating().assertNoHeartbeatLost();
    }
  }

  @Test
  void guestWithoutImageLocksGoesOnOnlyWhenItsSourceIsGone() {
    try (var guest = Guest.create("diskless", "host-b", "--disk", "none").awaitBeating()) {
      Api.order(migration, "diskless", "host-c");

      var end = Api.awaitEnd(migration);

      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      assertThat(end.getStatus().switchover()).isEqualTo(SwitchoverMode.Strict);
      // libvirt had left it paused: somebody has resumed it.
      assertThat(end.getStatus().destination().domain().reason()).isEqualTo("unpaused");
      guest.assertRunsOnlyOn("host-c");
      guest.awaitBeating().assertNoHeartbeatLost();
      assertNothingLeft(end);
    }
  }

  @Test
  void fastSwitchoverWithoutImageLocksIsAllowedWithAWarning() {
    try (var guest = Guest.create("daring", "host-b", "--disk", "none").awaitBeating()) {
      Api.order(migration, "daring", "host-c", Switchover.Fast);

      var end = Api.awaitEnd(migration);

      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      assertThat(end.getStatus().switchover()).isEqualTo(SwitchoverMode.Fast);
      assertThat(end.getStatus().checks())
          .anySatisfy(
              check -> {
                assertThat(check.outcome().name()).isEqualTo("Warn");
                assertThat(check.reason()).isEqualTo("SwitchoverUnprotected");
              });
      guest.assertRunsOnlyOn("host-c");
    }
  }

  @Test
  void pausedGuestWithoutImageLocksStaysPaused() {
    try (var guest = Guest.create("dozer", "host-b", "--disk", "none", "--paused")) {
      Api.order(migration, "dozer", "host-c");

      var end = Api.awaitEnd(migration);

      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      assertThat(end.getStatus().switchover()).isEqualTo(SwitchoverMode.Strict);
      assertThat(guest.stateOn("host-c")).isEqualTo("paused");
      assertThat(guest.stateOn("host-b")).isEmpty();
    }
  }

  @Test
  void guestOnABlockDeviceMovesBackAndForthWithoutLosingAWrite() {
    try (var guest = Guest.createOnBlockDevice("blocky", "host-b").awaitBeating()) {
      for (var destination : new String[] {"host-c", "host-b"}) {
        var name = migration + "-" + destination;
        Api.order(name, "blocky", destination);

        var end = Api.awaitEnd(name);

        assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
        assertThat(end.getStatus().switchover()).isEqualTo(SwitchoverMode.Strict);
        guest.assertRunsOnlyOn(destination);
        guest.awaitBeating().assertNoHeartbeatLost();
        guest.assertDiskComplete();
        assertNothingLeft(end);
      }
    }
  }
}
