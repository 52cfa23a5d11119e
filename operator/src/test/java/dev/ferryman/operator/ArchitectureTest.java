package dev.ferryman.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.ferryman.operator",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule layersOnlyLookInward =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("main")
          .definedBy("dev.ferryman.operator")
          .layer("kube")
          .definedBy("dev.ferryman.operator.kube..")
          .layer("reconciler")
          .definedBy("dev.ferryman.operator.reconciler..")
          .layer("decide")
          .definedBy("dev.ferryman.operator.decide..")
          .whereLayer("main")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("kube")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("reconciler")
          .mayOnlyBeAccessedByLayers("kube");

  @ArchTest
  static final ArchRule decisionsKnowNeitherClockNorClient =
      noClasses()
          .that()
          .resideInAPackage("dev.ferryman.operator.decide..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("io.fabric8.kubernetes.client..", "io.javaoperatorsdk..")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime");

  @ArchTest
  static final ArchRule reconcilersKnowNoFramework =
      noClasses()
          .that()
          .resideInAPackage("dev.ferryman.operator.reconciler..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.javaoperatorsdk..", "io.fabric8.kubernetes.client.dsl..");
}
