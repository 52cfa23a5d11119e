package dev.ferryman.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Edges, orchestration, decisions: in this order and never backwards. */
@AnalyzeClasses(
    packages = "dev.ferryman.agent",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String DECIDE = "..agent.decide..";
  private static final String RUNNER = "..agent.runner..";
  private static final String[] EDGES = {
    "..agent.kube..", "..agent.libvirt..", "..agent.storage..", "..agent.journal.."
  };

  @ArchTest
  static final ArchRule decisionsKnowNoEdgeAndNoOrchestration =
      noClasses()
          .that()
          .resideInAPackage(DECIDE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              RUNNER,
              "..agent.kube..",
              "..agent.libvirt..",
              "..agent.storage..",
              "..agent.journal..",
              "..agent.inventory..");

  @ArchTest
  static final ArchRule decisionsAskNoClockAndNoClient =
      noClasses()
          .that()
          .resideInAPackage(DECIDE)
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("io.fabric8.kubernetes.client..", "org.libvirt..", "java.nio.file..");

  @ArchTest
  static final ArchRule edgesKnowNothingOfMigrationsCourse =
      noClasses()
          .that()
          .resideInAnyPackage(EDGES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RUNNER, DECIDE);

  @ArchTest
  static final ArchRule libvirtIsReachedThroughItsEdgeAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage("..agent.libvirt..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.libvirt..", "com.sun.jna..");
}
