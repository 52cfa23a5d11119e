package dev.ferryman.crds.livemigration;

import dev.ferryman.crds.FerrymanApi;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** An order to move a running instance to another host. */
@Group(FerrymanApi.GROUP)
@Version(FerrymanApi.VERSION)
@ShortNames("lm")
@Categories(FerrymanApi.CATEGORY)
@AdditionalPrinterColumn(
    name = "INSTANCE",
    jsonPath = ".spec.instance",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "SOURCE",
    jsonPath = ".status.sourceHost",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "DESTINATION",
    jsonPath = ".status.destinationHost",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "PHASE",
    jsonPath = ".status.phase",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "PROGRESS",
    jsonPath = ".status.source.progress.percent",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "DOWNTIME",
    jsonPath = ".status.result.downtimeMilliseconds",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type=='Succeeded')].reason",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "MESSAGE",
    jsonPath = ".status.conditions[?(@.type=='Succeeded')].message",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "ATTEMPT",
    jsonPath = ".status.attempt.number",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
    value = "!has(oldSelf.status) || has(self.status)",
    message = "status may not be removed")
@ValidationRule(
    value =
        "has(oldSelf.status) || !has(self.status) || self.status.phase in "
            + "['Pending','Checking','Succeeded','Failed','Cancelled']",
    message = "a new LiveMigration starts in Pending or Checking")
@ValidationRule(
    value =
        "!has(self.status) || !has(self.status.source) || self.status.source.state != "
            + "'Starting' || (has(oldSelf.status) && has(oldSelf.status.source) && "
            + "oldSelf.status.source.state == 'Starting' && oldSelf.status.source.attemptUID == "
            + "self.status.source.attemptUID) || (self.status.phase == 'Migrating' && "
            + "!self.spec.cancel)",
    message =
        "source.state may become Starting only while phase is Migrating and cancel is not set")
@ValidationRule(
    value =
        "has(oldSelf.status) || !has(self.status) || !has(self.status.attempt) || "
            + "self.status.attempt.number == 1",
    message = "the first attempt is number 1")
@ValidationRule(
    value =
        "!has(self.status) || !(self.status.phase in ['Preparing','Migrating']) || "
            + "!self.spec.checkOnly",
    message = "a LiveMigration with checkOnly moves nothing")
public class LiveMigration extends CustomResource<LiveMigrationSpec, LiveMigrationStatus> {
  private static final long serialVersionUID = 1L;

  @Override
  @Required
  public LiveMigrationSpec getSpec() {
    return super.getSpec();
  }
}
