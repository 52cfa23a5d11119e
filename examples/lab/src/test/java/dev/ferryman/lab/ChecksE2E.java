package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Phase;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A guest with a filtered port on a bridge, one on a libvirt network, an encrypted disk and one of
 * a storage pool. Whatever of that its destination lacks refuses the move, and so does what stands
 * there in its place; the guest goes on, and nothing is left.
 */
class ChecksE2E extends LabTest {
  private static final String NAME = "needy";
  private static final String SHARED = "/var/lib/ferryman/instances/checks";
  private static final String SECRET = "5ec1e700-0000-4000-8000-000000000001";
  private static Guest guest;
  private static String uuid;
  private static String process;

  @BeforeAll
  static void createGuest() {
    on("host-b", "mkdir", "-p", SHARED);
    // It times its key derivation, and gives up where the kernel's clock has not moved meanwhile.
    on(
        "host-b",
        "sh",
        "-c",
        "for i in 1 2 3 4 5 6 7 8 9 10; do qemu-img create -q -f luks"
            + " --object secret,id=s,data=opensesame -o key-secret=s,iter-time=10 "
            + SHARED
            + "/sealed.luks 1M && exit; done; exit 1");
    on("host-b", "qemu-img", "create", "-q", "-f", "raw", SHARED + "/pooled.raw", "1M");
    for (var need : Need.values()) {
      need.provide("host-b");
    }
    guest =
        Guest.create(
                NAME,
                "host-b",
                "--device",
                "<interface type='bridge'><source bridge='br-checks'/><model type='virtio'/>"
                    + "<filterref filter='checks'/></interface>",
                "--device",
                "<interface type='network'><source network='checks'/><model type='virtio'/>"
                    + "</interface>",
                "--device",
                "<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/>"
                    + ("<source file='" + SHARED + "/sealed.luks'>")
                    + ("<encryption format='luks'><secret type='passphrase' uuid='" + SECRET)
                    + "'/></encryption></source><target dev='vdb' bus='virtio'/></disk>",
                "--device",
                "<disk type='volume' device='disk'><driver name='qemu' type='raw' cache='none'/>"
                    + "<source pool='checks' volume='pooled.raw'/>"
                    + "<target dev='vdc' bus='virtio'/></disk>")
            .awaitBeating();
    uuid = on("host-b", "virsh", "-q", "domuuid", NAME).strip();
    process = pid();
  }

  @AfterAll
  static void deleteGuest() {
    if (guest != null) {
      guest.close();
    }
    for (var need : Need.values()) {
      need.remove("host-b");
    }
    tryOn("host-b", "rm", "-rf", SHARED);
  }

  @BeforeEach
  void provideEverything() {
    for (var need : Need.values()) {
      need.provide("host-c");
    }
  }

  @AfterEach
  void removeEverything() {
    for (var need : Need.values()) {
      need.remove("host-c");
    }
  }

  @Test
  void passesWhereAllIsThere() {
    Api.order(migration, LiveMigrationSpec.of(NAME, "host-c").asCheckOnly());

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("CheckPassed");
    assertThat(end.getStatus().checks())
        .filteredOn(check -> check.outcome() == CheckOutcome.Pass)
        .extracting(Check::message)
        .contains("all here: secret " + SECRET, "all here: storage pool checks")
        .anyMatch(message -> message.contains("interface br-checks"))
        .anyMatch(message -> message.contains("network checks"));
    assertUntouched(end);
  }

  @Test
  void noBridge() {
    Need.Bridge.remove("host-c");
    assertRefused(NAME, "NetworkMissing", "br-checks");
  }

  @Test
  void noNetwork() {
    Need.Network.remove("host-c");
    assertRefused(NAME, "NetworkMissing", "network checks");
  }

  @Test
  void networkThatIsNotActive() {
    on("host-c", "virsh", "net-destroy", "checks");
    assertRefused(NAME, "NetworkMissing", "network checks");
  }

  @Test
  void noNetworkFilter() {
    Need.Filter.remove("host-c");
    assertRefused(NAME, "NetworkFilterMissing", "not defined here: checks");
  }

  /** libvirt itself takes whatever filter has the name. */
  @Test
  void networkFilterOfAnotherContent() {
    Need.Filter.remove("host-c");
    filter("drop").forEach(command -> on("host-c", "sh", "-c", command));
    assertRefused(NAME, "NetworkFilterDiffers", "another content than at the source: checks");
  }

  @Test
  void noSecret() {
    Need.Secret.remove("host-c");
    assertRefused(NAME, "SecretMissing", SECRET);
  }

  @Test
  void noStoragePool() {
    Need.Pool.remove("host-c");
    assertRefused(NAME, "StoragePoolMissing", "storage pool checks");
  }

  @Test
  void everythingThatIsMissingIsNamedAtOnce() {
    removeEverything();
    var end = assertRefused(NAME, "NetworkMissing", "br-checks");
    assertThat(Api.message(end)).contains("network checks", SECRET, "storage pool checks");
  }

  @Test
  void anotherDomainOfItsNameIsThere() {
    try (var other = Definition.make("host-c", NAME)) {
      assertRefused(uuid, "NameTaken", "another domain is called " + other.name());
    }
  }

  @Test
  void leftoverOfItsUuidIsThere() {
    try (var leftover = Definition.ofUuid("host-c", "left", uuid)) {
      assertRefused(uuid, "UUIDTaken", "domain " + leftover.name() + " has the instance's UUID");
    }
  }

  private LiveMigration assertRefused(String instance, String reason, String named) {
    Api.order(migration, instance, "host-c");
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo(reason);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.message(end)).contains(named);
    assertUntouched(end);
    return end;
  }

  private static void assertUntouched(LiveMigration end) {
    assertThat(guest.stateOn("host-b")).isEqualTo("running");
    assertThat(pid()).as("its QEMU").isEqualTo(process);
    assertThat(guest.processesOn("host-c")).isZero();
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
  }

  private static List<String> filter(String action) {
    return List.of(
        ("echo \"<filter name='checks' chain='root'><rule action='" + action)
            + "' direction='inout'/></filter>\" >/run/checks.xml",
        "virsh nwfilter-dumpxml checks || virsh nwfilter-define /run/checks.xml");
  }

  private static String pid() {
    return on("host-b", "cat", "/run/libvirt/qemu/" + NAME + ".pid").strip();
  }

  /** What the guest needs of a host. */
  private enum Need {
    Bridge(
        List.of("ip link show br-checks || ip link add br-checks type bridge"),
        List.of("ip link delete br-checks")),
    Network(
        List.of(
            "echo \"<network><name>checks</name><forward mode='bridge'/>"
                + "<bridge name='br0'/></network>\" >/run/checks.xml",
            "virsh net-define /run/checks.xml",
            "virsh net-list --name | grep -x checks || virsh net-start checks"),
        List.of("virsh net-destroy checks", "virsh net-undefine checks")),
    Filter(filter("accept"), List.of("virsh nwfilter-undefine checks")),
    Secret(
        List.of(
            ("echo \"<secret ephemeral='no' private='no'><uuid>" + SECRET)
                + "</uuid></secret>\" >/run/checks.xml",
            "virsh secret-define /run/checks.xml",
            "virsh secret-set-value " + SECRET + " $(printf opensesame | base64)"),
        List.of("virsh secret-undefine " + SECRET)),
    Pool(
        List.of(
            "virsh pool-info checks || virsh pool-define-as checks dir --target " + SHARED,
            "virsh pool-list --name | grep -x checks || virsh pool-start checks"),
        List.of("virsh pool-destroy checks", "virsh pool-undefine checks"));

    private final List<String> provided;
    private final List<String> removed;

    Need(List<String> provided, List<String> removed) {
      this.provided = provided;
      this.removed = removed;
    }

    void provide(String host) {
      provided.forEach(command -> on(host, "sh", "-c", command));
    }

    /** What is not there is as good as removed. */
    void remove(String host) {
      removed.forEach(command -> tryOn(host, "sh", "-c", command));
    }
  }
}
