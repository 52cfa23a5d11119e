package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
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
        "self.instance == oldSelf.instance && has(self.destination) == has(oldSelf.destination) "
            + "&& (!has(self.destination) || self.destination == oldSelf.destination) && "
            + "has(self.destinationSelector) == has(oldSelf.destinationSelector) && "
            + "(!has(self.destinationSelector) || self.destinationSelector == "
            + "oldSelf.destinationSelector) && self.switchover == oldSelf.switchover && "
            + "self.checkOnly == oldSelf.checkOnly && self.storage == oldSelf.storage && "
            + "self.maxAttempts == oldSelf.maxAttempts && "
            + "has(self.ttlSecondsAfterFinished) == has(oldSelf.ttlSecondsAfterFinished) && "
            + "(!has(self.ttlSecondsAfterFinished) || self.ttlSecondsAfterFinished == "
            + "oldSelf.ttlSecondsAfterFinished)",
    message = "spec is immutable, except that cancel may become true")
@ValidationRule(
    value = "!(has(self.destination) && has(self.destinationSelector))",
    message = "destinationSelector narrows the operator's choice: leave destination out",
    fieldPath = ".destinationSelector")
@ValidationRule(
    value = "self.maxAttempts == 1 || !has(self.destination)",
    message = "maxAttempts above 1 needs the operator to choose: leave destination out",
    fieldPath = ".maxAttempts")
@ValidationRule(
    value = "self.cancel || !oldSelf.cancel",
    message = "cancel may not be taken back",
    fieldPath = ".cancel")
@ValidationRule(
    value =
        "has(self.convergence) == has(oldSelf.convergence) && "
            + "(!has(self.convergence) || self.convergence == oldSelf.convergence)",
    message = "convergence is immutable")
@ValidationRule(
    value =
        "!has(self.convergence) || self.convergence.onTimeout != 'PostCopy' || "
            + "self.switchover == 'Fast'",
    message = "onTimeout PostCopy needs switchover Fast",
    fieldPath = ".convergence.onTimeout")
public record LiveMigrationSpec(
    @Required
        @Size(min = 1, max = Bounds.NAME) @JsonPropertyDescription(
            "Instance: name of the Instance object, libvirt domain name or UUID; exactly one match")
        String instance,
    @Size(min = 1, max = Bounds.HOST_NAME) @JsonPropertyDescription(
            "Name of the HostResource that the instance goes to; left out: the operator chooses one")
        @Nullable String destination,
    @JsonPropertyDescription(
            "Narrows the operator's choice to the HostResources with these labels; all conditions must hold")
        @Nullable HostSelector destinationSelector,
    @Default("Auto")
        @JsonPropertyDescription(
            "How the guest is handed over. Strict: the destination starts only when the source is proved gone. Fast: as libvirt does it, which is protected by image locks alone. Auto: Fast where every writable disk has working image locks, else Strict")
        @Nullable Switchover switchover,
    @Default("Shared")
        @JsonPropertyDescription(
            "Disks that both hosts do not share: Shared refuses the move, Copy copies their files, which takes the space and the time")
        @Nullable StorageMode storage,
    @JsonPropertyDescription("How a busy guest is brought to the end of its copying")
        @Nullable Convergence convergence,
    @Default("false")
        @JsonPropertyDescription(
            "Checks everything that could stand in the way and lists it in status.checks; moves nothing and claims nothing")
        @Nullable Boolean checkOnly,
    @Default("1")
        @Min(1) @Max(Bounds.ATTEMPTS) @JsonPropertyDescription(
            "How many hosts are tried, one after the other, as long as the guest is untouched at its source and the cause lies at the destination or on the way to it; above 1 only where the operator chooses the destination")
        @Nullable Integer maxAttempts,
    @Min(0) @Max(LONGEST_TTL) @JsonPropertyDescription(
            "The object is deleted so long after it has ended; left out: it is kept. Not for manifests that are kept in Git: applied again it is a new order")
        @Nullable Integer ttlSecondsAfterFinished,
    @Default("false")
        @JsonPropertyDescription(
            "Ends a migration that has not switched over yet; may turn true, never back")
        @Nullable Boolean cancel) {
  /** A year. */
  private static final int LONGEST_TTL = 31_536_000;

  /** The order to move an instance wherever it fits best. */
  public static LiveMigrationSpec of(String instance) {
    return LiveMigrationSpecBuilder.builder().instance(instance).build();
  }

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

  /** The same, to a host that these labels choose. */
  public LiveMigrationSpec among(HostSelector hosts) {
    return LiveMigrationSpecBuilder.builder(this).destinationSelector(hosts).build();
  }

  /** The same, tried on at most that many hosts. */
  public LiveMigrationSpec tried(int times) {
    return LiveMigrationSpecBuilder.builder(this).maxAttempts(times).build();
  }

  /** The same, deleted so many seconds after its end. */
  public LiveMigrationSpec deletedAfter(int seconds) {
    return LiveMigrationSpecBuilder.builder(this).ttlSecondsAfterFinished(seconds).build();
  }

  /** The same, brought to the end of its copying in that way. */
  public LiveMigrationSpec converging(Convergence by) {
    return LiveMigrationSpecBuilder.builder(this).convergence(by).build();
  }

  /** The same, checked only. */
  public LiveMigrationSpec asCheckOnly() {
    return LiveMigrationSpecBuilder.builder(this).checkOnly(true).build();
  }

  /** The same, with what is not shared copied. */
  public LiveMigrationSpec asCopy() {
    return LiveMigrationSpecBuilder.builder(this).storage(StorageMode.Copy).build();
  }

  /** Whether disks that both hosts do not share are to be copied. */
  @JsonIgnore
  public boolean copiesDisks() {
    return storage == StorageMode.Copy;
  }

  /** Whether the order is to be judged and nothing is to be moved. */
  @JsonIgnore
  public boolean onlyChecks() {
    return Boolean.TRUE.equals(checkOnly);
  }

  /** How many hosts may be tried; what the manifest leaves out is one. */
  @JsonIgnore
  public int attempts() {
    return maxAttempts == null ? 1 : maxAttempts;
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
