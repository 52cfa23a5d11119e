package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** What the administrator orders; fixed but for {@code cancel}. */
@RecordBuilder
@ApiObject
@ValidationRule(
    value =
        "self.instance == oldSelf.instance && self.destination == oldSelf.destination && "
            + "self.switchover == oldSelf.switchover && self.checkOnly == oldSelf.checkOnly",
    message = "spec is immutable, except that cancel may become true")
@ValidationRule(
    value = "self.cancel || !oldSelf.cancel",
    message = "cancel may not be taken back",
    fieldPath = ".cancel")
@ValidationRule(
    value =
        "has(self.convergence) == has(oldSelf.convergence) && "
            + "(!has(self.convergence) || self.convergence == oldSelf.convergence)",
    message = "convergence is immutable")
public record LiveMigrationSpec(
    @Required
        @Size(min = 1, max = Bounds.NAME) @JsonPropertyDescription(
            "Instance: name of the Instance object, libvirt domain name or UUID; exactly one match")
        String instance,
    @Required
        @Size(min = 1, max = Bounds.HOST_NAME) @JsonPropertyDescription("Name of the HostResource that the instance goes to")
        String destination,
    @Default("Auto")
        @JsonPropertyDescription(
            "How the guest is handed over. Strict: the destination starts only when the source is proved gone. Fast: as libvirt does it, which is protected by image locks alone. Auto: Fast where every writable disk has working image locks, else Strict")
        @Nullable Switchover switchover,
    @JsonPropertyDescription("How a busy guest is brought to the end of its copying")
        @Nullable Convergence convergence,
    @Default("false")
        @JsonPropertyDescription(
            "Checks everything that could stand in the way and lists it in status.checks; moves nothing and claims nothing")
        @Nullable Boolean checkOnly,
    @Default("false")
        @JsonPropertyDescription(
            "Ends a migration that has not switched over yet; may turn true, never back")
        @Nullable Boolean cancel) {

  /** The order to move an instance as Ferryman sees fit. */
  public static LiveMigrationSpec of(String instance, String destination) {
    return LiveMigrationSpecBuilder.builder().instance(instance).destination(destination).build();
  }

  /** The same, cancelled. */
  public LiveMigrationSpec asCancelled() {
    return LiveMigrationSpecBuilder.builder(this).cancel(true).build();
  }

  /** The same, handed over in that way. */
  public LiveMigrationSpec handedOver(Switchover by) {
    return LiveMigrationSpecBuilder.builder(this).switchover(by).build();
  }

  /** The same, brought to the end of its copying in that way. */
  public LiveMigrationSpec converging(Convergence by) {
    return LiveMigrationSpecBuilder.builder(this).convergence(by).build();
  }

  /** The same, checked only. */
  public LiveMigrationSpec asCheckOnly() {
    return LiveMigrationSpecBuilder.builder(this).checkOnly(true).build();
  }

  /** Whether the order is to be judged and nothing is to be moved. */
  @JsonIgnore
  public boolean onlyChecks() {
    return Boolean.TRUE.equals(checkOnly);
  }

  /** How the guest is to be handed over; what the manifest leaves out is Auto. */
  @JsonIgnore
  public Switchover switchoverOrAuto() {
    return switchover == null ? Switchover.Auto : switchover;
  }

  /** How a busy guest is treated; what the manifest leaves out has its default. */
  @JsonIgnore
  public Convergence convergenceOrDefault() {
    return convergence == null ? Convergence.DEFAULT : convergence;
  }

  /** Whether the administrator wants the migration ended. */
  @JsonIgnore
  public boolean cancelled() {
    return Boolean.TRUE.equals(cancel);
  }
}
