package dev.ferryman.crds.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.instance.InstanceStatusBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import dev.ferryman.crds.livemigration.Result;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The tables of {@code kubectl get}, as the server prints them. */
@ExtendWith(FerrymanServerExtension.class)
class ColumnsIT {
  private final KubernetesClient admin;

  ColumnsIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  @Test
  void ofLiveMigrations() {
    var move = Move.order(admin).running();
    move.source(
            report ->
                report
                    .state(SourceState.Ended)
                    .sequence(5L)
                    .progress(ProgressBuilder.builder().percent(100).build()))
        .operator(
            status ->
                status
                    .phase(Phase.Succeeded)
                    .result(new Result(MigrationMode.PreCopy, 27L, 3100L, 4096L, 3L))
                    .conditions(List.of(Apply.condition("Succeeded", "True"))));

    var table = Table.of(admin, "livemigrations", move.name());

    assertThat(table.columns(0))
        .containsExactly(
            "Name", "INSTANCE", "SOURCE", "DESTINATION", "PHASE", "PROGRESS", "DOWNTIME", "AGE");
    assertThat(table.columns(1)).containsExactly("REASON", "MESSAGE", "ATTEMPT");
    assertThat(table.row())
        .containsEntry("INSTANCE", "i-00000003")
        .containsEntry("SOURCE", "host-b")
        .containsEntry("DESTINATION", "host-c")
        .containsEntry("PHASE", "Succeeded")
        .containsEntry("PROGRESS", "100")
        .containsEntry("DOWNTIME", "27")
        .containsEntry("REASON", "Tested")
        .containsEntry("MESSAGE", "as the test says")
        .containsEntry("ATTEMPT", "1");
  }

  @Test
  void ofALiveMigrationWhoseDestinationIsNotChosenYet() {
    var move = Move.order(admin, LiveMigrationSpec.of("i-00000003")).phase(Phase.Pending);

    assertThat(Table.of(admin, "livemigrations", move.name()).row())
        .containsEntry("INSTANCE", "i-00000003")
        .containsEntry("DESTINATION", "null")
        .containsEntry("PHASE", "Pending");
  }

  @Test
  void ofHosts() {
    var host = Host.create(admin).alive("True").agent(ColumnsIT::described);

    var table = Table.of(admin, "hostresources", host.name());

    assertThat(table.columns(0))
        .containsExactly(
            "Name",
            "ALIVE",
            "SCHEDULABLE",
            "VCPUS",
            "VCPUS-USED",
            "MEM(MiB)",
            "MEM-USED",
            "DISK(GiB)",
            "DISK-USED",
            "INSTANCES",
            "AGE");
    assertThat(table.columns(1))
        .containsExactly(
            "VCPUS-COMMITTED",
            "MEM-COMMITTED",
            "DISK-COMMITTED",
            "FREE-2MI-PAGES",
            "FREE-1GI-PAGES",
            "HYPERVISOR",
            "LIBVIRT");
    assertThat(table.row())
        .containsEntry("ALIVE", "True")
        .containsEntry("SCHEDULABLE", "true")
        .containsEntry("VCPUS", "16")
        .containsEntry("VCPUS-USED", "5")
        .containsEntry("MEM(MiB)", "32232")
        .containsEntry("MEM-USED", "21284")
        .containsEntry("DISK(GiB)", "878")
        .containsEntry("DISK-USED", "442")
        .containsEntry("INSTANCES", "5")
        .containsEntry("VCPUS-COMMITTED", "6")
        .containsEntry("MEM-COMMITTED", "10240")
        .containsEntry("DISK-COMMITTED", "150")
        .containsEntry("FREE-2MI-PAGES", "1000")
        .containsEntry("FREE-1GI-PAGES", "3")
        .containsEntry("HYPERVISOR", "7.2.22")
        .containsEntry("LIBVIRT", "9.0.0");
  }

  @Test
  void ofInstances() {
    var instance = new Instance();
    instance.setMetadata(new ObjectMetaBuilder().withName(Apply.newName("i")).build());
    admin.resource(instance).create();
    instance.setStatus(
        InstanceStatusBuilder.builder()
            .host("host-b")
            .state(DomainState.Running)
            .project("p1")
            .vcpus(2)
            .memoryMiB(2048L)
            .addressText("10.0.0.3,192.0.2.3")
            .migration("move-i-00000003")
            .uuid("5d1f0f4e-8a53-4d0b-b7ee-0a2c1c3a0003")
            .build());
    Apply.status(admin, Apply.OPERATOR, instance);

    var table = Table.of(admin, "instances", instance.getMetadata().getName());

    assertThat(table.columns(0))
        .containsExactly(
            "Name",
            "HOST",
            "STATE",
            "PROJECT",
            "VCPUS",
            "MEM(MiB)",
            "ADDRESSES",
            "MIGRATION",
            "AGE");
    assertThat(table.columns(1)).containsExactly("UUID");
    assertThat(table.row())
        .containsEntry("HOST", "host-b")
        .containsEntry("STATE", "Running")
        .containsEntry("PROJECT", "p1")
        .containsEntry("VCPUS", "2")
        .containsEntry("MEM(MiB)", "2048")
        .containsEntry("ADDRESSES", "10.0.0.3,192.0.2.3")
        .containsEntry("MIGRATION", "move-i-00000003")
        .containsEntry("UUID", "5d1f0f4e-8a53-4d0b-b7ee-0a2c1c3a0003");
  }

  private static HostResourceStatusBuilder described(HostResourceStatusBuilder status) {
    return status
        .bootID(Host.BOOT)
        .total(new Resources(16, 32232L, 878L))
        .used(new Resources(5, 21284L, 442L))
        .committed(new Resources(6, 10240L, 150L))
        .hugepages(
            List.of(new HugePagePool(1048576L, 4L, 3L), new HugePagePool(2048L, 1024L, 1000L)))
        .hypervisor(new Hypervisor("kvm", "7.2.22", "9.0.0", "x86_64", null, null, List.of()))
        .instanceCount(5);
  }

  /** The server's answer to a client that prints a table; priority 1 is for {@code -o wide}. */
  private record Table(JsonNode json) {

    static Table of(KubernetesClient client, String plural, String name) {
      var http = client.getHttpClient();
      var request =
          http.newHttpRequestBuilder()
              .uri(client.getMasterUrl() + "apis/ferryman.dev/v1alpha1/" + plural + "/" + name)
              .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
              .build();
      var answer = http.sendAsync(request, String.class).join();
      assertThat(answer.code()).isEqualTo(200);
      return new Table(Serialization.unmarshal(answer.body(), JsonNode.class));
    }

    List<String> columns(int priority) {
      var names = new ArrayList<String>();
      for (var column : json.get("columnDefinitions")) {
        if (column.get("priority").asInt() == priority) {
          names.add(column.get("name").asText());
        }
      }
      return names;
    }

    Map<String, String> row() {
      assertThat(json.get("rows")).hasSize(1);
      var cells = json.get("rows").get(0).get("cells");
      var row = new LinkedHashMap<String, String>();
      for (var i = 0; i < cells.size(); i++) {
        row.put(json.get("columnDefinitions").get(i).get("name").asText(), cells.get(i).asText());
      }
      return row;
    }
  }
}
