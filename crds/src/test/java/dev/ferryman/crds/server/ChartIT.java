package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertConflict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import dev.ferryman.testing.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart as Helm and the server read it. */
@ExtendWith(FerrymanServerExtension.class)
class ChartIT {
  private static final String CHART = Helm.chart().toString();

  private final Helm helm = Helm.find();
  private final KubernetesClient admin;

  ChartIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  @Test
  void isLinted() {
    var answer = helm.run("lint", "--strict", CHART);

    assertThat(answer.exitCode()).as(answer.output()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "operator.replicas=3",
        "agent.hosts={host-b,host-c.example.org}",
        "agent.daemonSet.enabled=false",
        "agent.daemonSet.transport=ssh",
        "agent.daemonSet.transportURI=qemu+ssh://mover@\\{host\\}:2222/system",
        "agent.daemonSet.storageDirs={/srv/images,/srv/more}",
        "operator.extraArgs={--one,--two}",
        "imagePullSecrets={registry}",
      })
  void isRenderedWith(String value) {
    var answer = helm.run("template", "ferryman", CHART, "--set", value);

    assertThat(answer.exitCode()).as(answer.output()).isZero();
  }

  @Test
  void letsAgentsInstallNetworkFiltersOnlyWhereThatIsSet() {
    var set = helm.run("template", CHART, "--set", "agent.daemonSet.installNwfilters=true");

    assertThat(set.output()).contains("- --install-nwfilters");
    assertThat(helm.run("template", CHART).output()).doesNotContain("--install-nwfilters");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "operator.replicas=0 | at '/operator/replicas': minimum: got 0, want 1",
        "operators.replicas=2 | at '': additional properties 'operators' not allowed",
        "agent.host=host-b | at '/agent': additional properties 'host' not allowed",
        "agent.hosts={Host_B} | at '/agent/hosts/0': 'Host_B' does not match pattern",
        "agent.hosts={host-b,host-b} | at '/agent/hosts': items at 0 and 1 are equal",
        "agent.daemonSet.transport=plain | at '/agent/daemonSet/transport': value must be one of 'tls', 'ssh', 'tcp'",
        "agent.daemonSet.journalDir=journal | at '/agent/daemonSet/journalDir': 'journal' does not",
        "agent.daemonSet.healthPort=70000 | at '/agent/daemonSet/healthPort': maximum: got 70,000",
      })
  void isNotRenderedWith(String value, String reason) {
    var answer = helm.run("template", "ferryman", CHART, "--set", value);

    assertThat(answer.exitCode()).isNotZero();
    assertThat(answer.output()).contains(reason);
  }

  @Test
  void givesEachHostOutsideTheClusterItsOwnAccount() {
    assertThat(admin.serviceAccounts().inNamespace(FerrymanServer.NAMESPACE).list().getItems())
        .extracting((ServiceAccount account) -> account.getMetadata().getName())
        .containsExactlyInAnyOrder(
            "ferryman-operator",
            "ferryman-agent",
            "ferryman-agent-host-b",
            "ferryman-agent-host-c");
  }

  /** The server judges pods by the Pod Security Standards. */
  @Test
  void theOperatorRunsWhereOnlyRestrictedPodsMay() {
    var namespace =
        new NamespaceBuilder()
            .withNewMetadata()
            .withName(Apply.newName("restricted"))
            .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
            .endMetadata()
            .build();
    admin.resource(namespace).create();
    var deployment =
        admin
            .apps()
            .deployments()
            .inNamespace(FerrymanServer.NAMESPACE)
            .withName("ferryman-operator")
            .get();

    assertThatCode(() -> admit(deployment.getSpec().getTemplate(), namespace))
        .doesNotThrowAnyException();
  }

  @Test
  void theAgentSeesTheProcessesAndTheNetworkOfItsHost() {
    var agent =
        admin
            .apps()
            .daemonSets()
            .inNamespace(FerrymanServer.NAMESPACE)
            .withName("ferryman-agent")
            .get()
            .getSpec()
            .getTemplate()
            .getSpec();

    assertThat(agent.getHostPID()).isTrue();
    assertThat(agent.getHostNetwork()).isTrue();
    assertThat(agent.getContainers().get(0).getSecurityContext().getPrivileged()).isNull();
  }

  /** As NOTES.txt says: Helm never changes definitions, but owns those that it installed. */
  @Test
  void definitionsAreUpgradedByAnApplyWithForceOnly() {
    var name = "livemigrations.ferryman.dev";
    var installed =
        admin.apiextensions().v1().customResourceDefinitions().withName(name).get().getSpec();
    var next =
        new CustomResourceDefinitionBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .withSpec(installed)
            .editSpec()
            .editFirstVersion()
            .removeFromAdditionalPrinterColumns(
                installed.getVersions().get(0).getAdditionalPrinterColumns().get(0))
            .endVersion()
            .endSpec()
            .build();

    assertConflict("conflict with \"helm\"", () -> upgrade(next, false));
    assertThatCode(() -> upgrade(next, true)).doesNotThrowAnyException();
  }

  private void upgrade(CustomResourceDefinition definition, boolean force) {
    var asKubectl =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("kubectl")
            .withForce(force)
            .withDryRun(List.of("All"))
            .build();
    admin.resource(definition).patch(asKubectl, definition);
  }

  private void admit(PodTemplateSpec template, HasMetadata namespace) {
    var name = namespace.getMetadata().getName();
    var account = new ServiceAccountBuilder();
    account.withNewMetadata().withNamespace(name).endMetadata();
    account.editMetadata().withName(template.getSpec().getServiceAccountName()).endMetadata();
    admin.resource(account.build()).create();
    var pod = new PodBuilder().withSpec(template.getSpec());
    pod.withNewMetadata().withNamespace(name).withName("operator").endMetadata();
    admin.resource(pod.build()).dryRun(true).create();
  }
}
