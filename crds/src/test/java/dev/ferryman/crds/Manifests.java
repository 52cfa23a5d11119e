package dev.ferryman.crds;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Generates the manifests of all kinds from their Java types. */
final class Manifests {
  /** JSON numbers are exact up to here (RFC 8259, section 6). */
  private static final double MAX_EXACT_INTEGER = 9007199254740991.0;

  static final List<Class<? extends CustomResource<?, ?>>> KINDS =
      List.of(LiveMigration.class, HostResource.class, Instance.class);

  private Manifests() {}

  /** Manifest by the name of its file. */
  static Map<String, String> generate() {
    var manifests = new LinkedHashMap<String, String>();
    for (var kind : KINDS) {
      var definition = definition(kind);
      manifests.put(
          definition.getSpec().getNames().getPlural() + ".yaml", Serialization.asYaml(definition));
    }
    return manifests;
  }

  static CustomResourceDefinition definition(Class<? extends CustomResource<?, ?>> kind) {
    var yaml = new ByteArrayOutputStream();
    new CRDGenerator()
        .customResourceClasses(kind)
        .withOutput(
            new CRDGenerator.AbstractCRDOutput<ByteArrayOutputStream>() {
              @Override
              protected ByteArrayOutputStream createStreamFor(String crdName) {
                return yaml;
              }
            })
        .generate();
    var definition =
        Serialization.unmarshal(
            yaml.toString(StandardCharsets.UTF_8), CustomResourceDefinition.class);
    var version = definition.getSpec().getVersions().get(0);
    version.getAdditionalPrinterColumns().sort(asDeclared(kind));
    boundNumbers(version.getSchema().getOpenAPIV3Schema());
    return definition;
  }

  /** The generator sorts columns by their path; people read them in the order of the class. */
  private static Comparator<CustomResourceColumnDefinition> asDeclared(Class<?> kind) {
    var names =
        Stream.of(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    return Comparator.comparingInt(column -> names.indexOf(column.getName()));
  }

  private static void boundNumbers(JSONSchemaProps schema) {
    if ("integer".equals(schema.getType()) && schema.getMaximum() == null) {
      schema.setMaximum(MAX_EXACT_INTEGER);
    }
    if (schema.getProperties() != null) {
      schema.getProperties().values().forEach(Manifests::boundNumbers);
    }
    if (schema.getItems() != null) {
      boundNumbers(schema.getItems().getSchema());
    }
  }
}
