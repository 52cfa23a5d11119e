package dev.ferryman.crds.instance;

import dev.ferryman.crds.FerrymanApi;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** An instance and where it runs; written by the operator alone, from the hosts' own lists. */
@Group(FerrymanApi.GROUP)
@Version(FerrymanApi.VERSION)
@ShortNames("inst")
@Categories(FerrymanApi.CATEGORY)
@AdditionalPrinterColumn(
    name = "HOST",
    jsonPath = ".status.host",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "STATE",
    jsonPath = ".status.state",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "PROJECT",
    jsonPath = ".status.project",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "VCPUS",
    jsonPath = ".status.vcpus",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "MEM(MiB)",
    jsonPath = ".status.memoryMiB",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "ADDRESSES",
    jsonPath = ".status.addressText",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "MIGRATION",
    jsonPath = ".status.migration",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "UUID",
    jsonPath = ".status.uuid",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public class Instance extends CustomResource<Void, InstanceStatus> {
  private static final long serialVersionUID = 1L;
}
