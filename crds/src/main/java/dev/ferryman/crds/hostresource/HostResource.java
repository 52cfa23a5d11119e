package dev.ferryman.crds.hostresource;

import dev.ferryman.crds.FerrymanApi;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A host that runs instances: what it has, uses and holds. Named as its agent's {@code --host}. */
@Group(FerrymanApi.GROUP)
@Version(FerrymanApi.VERSION)
@ShortNames("hostres")
@Categories(FerrymanApi.CATEGORY)
@AdditionalPrinterColumn(
    name = "ALIVE",
    jsonPath = ".status.conditions[?(@.type=='Alive')].status",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "SCHEDULABLE",
    jsonPath = ".status.schedulable",
    type = AdditionalPrinterColumn.Type.BOOLEAN)
@AdditionalPrinterColumn(
    name = "VCPUS",
    jsonPath = ".status.total.vcpus",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "VCPUS-USED",
    jsonPath = ".status.used.vcpus",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "MEM(MiB)",
    jsonPath = ".status.total.memoryMiB",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "MEM-USED",
    jsonPath = ".status.used.memoryMiB",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "DISK(GiB)",
    jsonPath = ".status.total.diskGiB",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "DISK-USED",
    jsonPath = ".status.used.diskGiB",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "INSTANCES",
    jsonPath = ".status.instanceCount",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "VCPUS-COMMITTED",
    jsonPath = ".status.committed.vcpus",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "MEM-COMMITTED",
    jsonPath = ".status.committed.memoryMiB",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "DISK-COMMITTED",
    jsonPath = ".status.committed.diskGiB",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "FREE-2MI-PAGES",
    jsonPath = ".status.hugepages[?(@.sizeKiB==2048)].free",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "FREE-1GI-PAGES",
    jsonPath = ".status.hugepages[?(@.sizeKiB==1048576)].free",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "HYPERVISOR",
    jsonPath = ".status.hypervisor.version",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "LIBVIRT",
    jsonPath = ".status.hypervisor.libvirtVersion",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
    value = "self.metadata.name.size() <= 63",
    message = "a host name has at most 63 characters (it is part of a label key)")
@ValidationRule(
    value =
        "!has(self.spec) || !has(self.spec.fenced) || (oldSelf.hasValue() && "
            + "has(oldSelf.value().spec) && has(oldSelf.value().spec.fenced) && "
            + "oldSelf.value().spec.fenced.bootID == self.spec.fenced.bootID) || (has(self.status) "
            + "&& has(self.status.bootID) && self.status.bootID == self.spec.fenced.bootID && "
            + "has(self.status.conditions) && self.status.conditions.exists(c, c.type == 'Alive' "
            + "&& c.status == 'False'))",
    message =
        "a host can be fenced only while Alive is False, and only for the boot that its status names",
    fieldPath = ".spec.fenced",
    optionalOldSelf = true)
public class HostResource extends CustomResource<HostResourceSpec, HostResourceStatus> {
  private static final long serialVersionUID = 1L;
}
